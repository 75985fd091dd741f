//! The list of migrations and the folder agree.

use std::path::Path;

#[test]
fn every_migration_is_listed() {
    let folder = Path::new("migrations");
    assert_eq!(
        identity::MIGRATIONS.unlisted(folder).expect("the folder is there"),
        Vec::<String>::new()
    );
}
