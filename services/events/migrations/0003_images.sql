-- Pictures of events. The bytes are in the object store under `blob`; the copy of an event has rows of its own for the
-- same blobs. A row that no event shows any more is swept after a while, and with the last row of a blob the blob goes:
-- it is noted in `discarded_blobs` in the same transaction and removed from the store afterwards, as often as it takes.
create table images (
    id uuid primary key,
    event_id uuid references events on delete set null,
    blob uuid not null,
    content_type text not null check (content_type in ('image/png', 'image/jpeg', 'image/webp')),
    width integer not null check (width > 0),
    height integer not null check (height > 0),
    create_time timestamptz not null
);

create index images_event on images (event_id);
create index images_blob on images (blob);
create index images_age on images (create_time);

-- What is shown cannot be swept: the sweep's lock and these references exclude each other.
alter table events add constraint events_cover foreign key (cover_id) references images;
alter table speakers add constraint speakers_picture foreign key (picture_id) references images;
create index events_cover on events (cover_id) where cover_id is not null;
create index speakers_picture on speakers (picture_id) where picture_id is not null;

create table discarded_blobs (
    blob uuid primary key,
    discard_time timestamptz not null
);
