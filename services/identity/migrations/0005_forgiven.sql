-- An answer with a refresh token that got lost may be asked for again beyond the moment in which any spent token is:
-- of that only the last number is kept, by which a second time in a row is told (src/domain/login.rs).
alter table logins add column forgiven integer check (forgiven >= 0);
