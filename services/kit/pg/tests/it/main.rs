//! The crate on a real PostgreSQL and a real Redis, through a small service of its own: `sample` counts things.

mod error;
mod housekeeping;
mod idempotency;
mod inbox;
mod migrations;
mod outbox;
mod pool;
mod sample;
