-- no transaction
create index concurrently if not exists things_id on things (id);
