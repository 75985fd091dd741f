-- Facts that this service's commands have caused. A command adds its fact in its own transaction, so that there is one
-- exactly if the change was committed; the relay publishes it afterwards. Published rows stay for some days, so that a
-- stream which lost data can be filled again.
create table outbox (
    position bigint generated always as identity primary key,
    id uuid not null unique,
    kind text not null,
    payload bytea not null,
    occur_time timestamptz not null,
    trace_parent text,
    publish_time timestamptz,
    -- Where the fact stands in the stream.
    entry_ms bigint,
    entry_seq bigint,
    constraint outbox_published_has_entry
        check ((publish_time is null) = (entry_ms is null) and (publish_time is null) = (entry_seq is null))
);

create index outbox_waiting on outbox (position) where publish_time is null;
create index outbox_entries on outbox (entry_ms, entry_seq) where publish_time is not null;
