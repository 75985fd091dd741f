//! The service through its door: real PostgreSQL and Redis, a clock that stands still, and somebody who stands in for live.

mod access;
mod delete;
mod follow;
mod list;
mod post;
mod world;

use engagement::MIGRATIONS;

#[test]
fn every_migration_is_listed() {
    let folder = std::path::Path::new("migrations");
    assert_eq!(
        MIGRATIONS.unlisted(folder).expect("the folder is there"),
        Vec::<String>::new()
    );
}
