//! The service through its doors: facts in, mail out over real SMTP, notices over gRPC; real PostgreSQL and Redis, and
//! stand-ins for the services that it asks.

mod access;
mod mail;
mod notices;
mod smtp;
mod world;

use notifications::MIGRATIONS;

#[test]
fn every_migration_is_listed() {
    let folder = std::path::Path::new("migrations");
    assert_eq!(
        MIGRATIONS.unlisted(folder).expect("the folder is there"),
        Vec::<String>::new()
    );
}
