-- Accounts with their profiles: one row a person. A platform role is a property of the account; being an organizer is
-- not stored, it follows from a membership (see 0003).
create table users (
    id uuid primary key,
    -- In lower case, so that one mailbox is one account.
    email text not null constraint users_email_unique unique,
    email_verify_time timestamptz,
    -- PHC string, so that each row says how it was hashed.
    password_hash text not null,
    is_administrator boolean not null default false,
    display_name text not null check (char_length(display_name) between 1 and 80),
    about text not null default '' check (char_length(about) <= 280),
    interests text[] not null default '{}' check (cardinality(interests) <= 20),
    time_zone text not null default '',
    language text not null default '',
    event_reminders boolean not null default true,
    organizer_news boolean not null default false,
    picture_id uuid,
    -- Counts changes of the profile: the etag.
    version bigint not null default 1,
    create_time timestamptz not null
);

create index users_administrators on users (id) where is_administrator;
create index users_unverified on users (create_time) where email_verify_time is null;

-- Pictures on their way into the store, in use, and on their way out. The row is there before the file and until after
-- it, so that no file is ever forgotten in the store.
create table pictures (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    content_type text not null,
    width integer not null check (width between 1 and 4096),
    height integer not null check (height between 1 and 4096),
    -- Null while it is in use; else when it may be removed.
    discard_time timestamptz
);

create index pictures_user on pictures (user_id);
create index pictures_discarded on pictures (discard_time) where discard_time is not null;

alter table users
    add constraint users_picture foreign key (picture_id) references pictures on delete set null deferrable initially deferred;
