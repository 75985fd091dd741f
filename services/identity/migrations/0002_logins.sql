-- Sessions of users, links that were mailed to them, and the first administrator's one-time token. No secret is in
-- here: refresh tokens are derived from a key that the database does not have, and of links there is only the hash.
create table logins (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    -- Mixed into this login's refresh tokens.
    salt bytea not null check (octet_length(salt) = 16),
    -- Number of the newest refresh token.
    generation integer not null check (generation >= 0),
    -- [{"generation": 3, "time": <microseconds>, "client": "192.0.2.1"}]: spent a moment ago.
    recent jsonb not null default '[]',
    create_time timestamptz not null,
    expire_time timestamptz not null,
    end_time timestamptz,
    end_cause text,
    constraint logins_end check ((end_time is null) = (end_cause is null))
);

create index logins_open on logins (user_id) where end_time is null;
create index logins_over on logins ((least(expire_time, end_time)));

create table links (
    hash bytea primary key check (octet_length(hash) = 32),
    user_id uuid not null references users on delete cascade,
    purpose text not null check (purpose in ('verification', 'password_reset')),
    return_path text not null,
    create_time timestamptz not null,
    expire_time timestamptz not null
);

create index links_user on links (user_id, purpose, create_time);
create index links_expire on links (expire_time);

-- Addresses that asked for a link. Whether they have an account is looked up afterwards by a job, so that the answer
-- takes the same work and the same time for all addresses.
create table mail_requests (
    email text not null,
    purpose text not null check (purpose in ('verification', 'password_reset')),
    create_time timestamptz not null,
    primary key (email, purpose)
);

-- At most one row: a new token replaces the earlier one.
create table setup_token (
    is_only boolean primary key default true check (is_only),
    hash bytea not null check (octet_length(hash) = 32),
    expire_time timestamptz not null
);
