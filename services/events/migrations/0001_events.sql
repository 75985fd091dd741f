-- Events: one row holds everything that an organizer writes about an event besides its agenda, and where the event is
-- in its life. Every change of an event or its agenda locks this row, and moves `version`, which is the etag.
create table events (
    id uuid primary key,
    organization_id uuid not null,
    -- As it was when the event was made; identity owns it.
    organization_name text not null,
    title text not null check (char_length(title) between 1 and 120),
    summary text not null check (char_length(summary) <= 200),
    -- Markdown. It is rendered when read, so that a stricter sanitizer protects from old descriptions at once.
    description text not null check (char_length(description) <= 20000),
    start_time timestamptz,
    end_time timestamptz,
    time_zone text not null,
    visibility text not null check (visibility in ('public', 'unlisted', 'private')),
    cover_id uuid,
    cover_alt text not null check (char_length(cover_alt) <= 200),
    state text not null,
    submit_time timestamptz,
    publish_time timestamptz,
    rejection_reason text,
    version bigint not null,
    create_time timestamptz not null,
    update_time timestamptz not null,
    -- The words by which it is found, folded by the service: PostgreSQL's own parser depends on the locale.
    search tsvector not null,
    -- What the organizer's list is ordered by: drafts without times stand on top.
    list_time timestamptz not null generated always as (coalesce(start_time, timestamptz '9999-01-01 00:00:00+00')) stored,
    constraint events_period check ((start_time is null) = (end_time is null) and start_time < end_time),
    constraint events_state check (
        case state
            when 'draft' then submit_time is null and publish_time is null
            when 'submitted' then submit_time is not null and publish_time is null
            when 'approved' then submit_time is not null and publish_time is null
            when 'rejected' then submit_time is not null and publish_time is null
            when 'published' then submit_time is not null and publish_time is not null
            when 'live' then submit_time is not null and publish_time is not null
            when 'ended' then submit_time is not null and publish_time is not null
            when 'cancelled' then submit_time is not null
            else false
        end),
    constraint events_rejection check ((state = 'rejected') = (rejection_reason is not null))
);

-- An organizer's list.
create index events_mine on events (organization_id, list_time desc, id desc);
-- Discovery, and the job that ends what is over.
create index events_open on events (end_time, start_time, id) where state in ('published', 'live');
create index events_upcoming on events (start_time, id) where visibility = 'public' and state in ('published', 'live');
create index events_search on events using gin (search) where visibility = 'public' and state in ('published', 'live');
-- The approval queue.
create index events_queue on events (submit_time, id) where state = 'submitted';
