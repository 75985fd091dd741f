//! What tests of services stand on: real dependencies, fake time, and nothing shared between two tests.
//!
//! | need | use |
//! |------|-----|
//! | a migrated database of its own | [`TestDb`] |
//! | a Redis nobody else writes to | [`TestRedis`] |
//! | time and ids that repeat | [`kit_core::ManualClock`], [`kit_core::Rng::seeded`] |
//!
//! The servers behind it are those that `PLENARY_TEST_DATABASE_URL` and `PLENARY_TEST_REDIS_URL` name.
//!
//! Everything here panics when it fails: a test that has no database has nothing to say.

mod background;
mod db;
mod redis;
mod servers;

pub use db::TestDb;
pub use redis::TestRedis;
