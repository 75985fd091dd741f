-- The sample's table.
create table things (id bigint primary key);
