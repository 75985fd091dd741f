-- Who may open a private event besides its team, by address: guests need no account yet when they are invited.
create table guests (
    event_id uuid not null references events on delete cascade,
    -- In byte order, which is the order of lists.
    email text collate "C" not null,
    primary key (event_id, email)
);
