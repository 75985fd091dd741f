-- What administrators decided, and why: kept when the event goes back and forth, since its own row only knows the last
-- word. Rows are added and never changed.
create table reviews (
    event_id uuid not null references events on delete cascade,
    -- The event's version that the decision made.
    version bigint not null,
    reviewer_id uuid not null,
    verdict text not null check (verdict in ('approved', 'rejected')),
    reason text,
    review_time timestamptz not null,
    primary key (event_id, version),
    constraint reviews_reason check ((verdict = 'rejected') = (reason is not null))
);
