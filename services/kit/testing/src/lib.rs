//! What tests of services stand on: real dependencies, fake time, and nothing shared between two tests.
//!
//! | need | use |
//! |------|-----|
//! | a migrated database of its own | [`TestDb`] |
//! | a Redis nobody else writes to | [`TestRedis`] |
//! | an object store of its own | [`TestBlobs`] |
//! | a service in this process, called as anybody, at any time | [`App`] |
//! | work in the background that ends with the test | [`Background`] |
//!
//! PostgreSQL and Redis are those that `PLENARY_TEST_DATABASE_URL` and `PLENARY_TEST_REDIS_URL` name, and only those. If
//! they name none, the first test process starts private ones, which all test processes of this user share and which
//! end some seconds after the last of them.
//!
//! Everything here panics when it fails: a test that has no database has nothing to say.

mod app;
mod background;
mod blobs;
mod db;
mod redis;
mod servers;

pub use app::{App, Line, SignIn};
pub use background::Background;
pub use blobs::TestBlobs;
pub use db::TestDb;
pub use redis::TestRedis;
