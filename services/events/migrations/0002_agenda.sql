-- The sessions and speakers of events. A session names its speakers in an array, in their order: both are only ever
-- written under the lock of their event's row, which is what keeps the array true.
create table sessions (
    id uuid primary key,
    event_id uuid not null references events on delete cascade,
    title text not null check (char_length(title) between 1 and 120),
    summary text not null check (char_length(summary) <= 2000),
    start_time timestamptz not null,
    end_time timestamptz not null,
    has_live_room boolean not null,
    speaker_ids uuid[] not null,
    constraint sessions_period check (start_time < end_time)
);

create index sessions_event on sessions (event_id, start_time);

create table speakers (
    id uuid primary key,
    event_id uuid not null references events on delete cascade,
    name text not null check (char_length(name) between 1 and 80),
    tagline text not null check (char_length(tagline) <= 120),
    biography text not null check (char_length(biography) <= 2000),
    picture_id uuid,
    -- From 0, in the order that the organizer chose.
    place integer not null
);

create index speakers_event on speakers (event_id, place);
