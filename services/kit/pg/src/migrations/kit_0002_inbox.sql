-- Facts of other services that have taken effect here. A consumer adds the fact's id in the transaction of its effect,
-- so that a fact which is delivered again does nothing. Kept longer than any stream or outbox keeps facts.
create table inbox (
    fact_id uuid primary key,
    accept_time timestamptz not null
);

create index inbox_accept_time on inbox (accept_time);
