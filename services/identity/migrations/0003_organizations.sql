-- Organizations own events; their members are the events' teams.
create table organizations (
    id uuid primary key,
    name text not null check (char_length(name) between 2 and 80),
    -- The name in lower case: names that differ by case only would be mistaken for each other.
    name_key text not null constraint organizations_name_unique unique,
    create_time timestamptz not null
);

create table memberships (
    organization_id uuid not null references organizations on delete cascade,
    user_id uuid not null references users on delete cascade,
    role text not null check (role in ('owner', 'member')),
    create_time timestamptz not null,
    primary key (organization_id, user_id)
);

create index memberships_user on memberships (user_id);
