//! The tables of all services.

use kit_core::Clock;
use kit_pg::{Migrations, Pool};

/// In the order in which they are made. The schemas do not refer to each other.
const ALL: [&Migrations; 6] = [
    &identity::MIGRATIONS,
    &events::MIGRATIONS,
    &ticketing::MIGRATIONS,
    &engagement::MIGRATIONS,
    &notifications::MIGRATIONS,
    &live::MIGRATIONS,
];

/// Brings every schema up to this version; says what was applied, as `schema/name`.
///
/// # Errors
/// When the database is away, or holds tables of another version.
pub(crate) async fn migrate(config: &kit_pg::Config, clock: &Clock) -> anyhow::Result<Vec<String>> {
    let mut applied = Vec::new();
    for migrations in ALL {
        let pool = Pool::new(config, migrations.schema)?;
        let steps = migrations.apply(&pool, clock).await?;
        applied.extend(steps.into_iter().map(|step| format!("{}/{step}", migrations.schema)));
        pool.close().await;
    }
    Ok(applied)
}

/// What [`migrate`] would apply.
///
/// # Errors
/// When the database is away, or holds tables of another version.
pub(crate) async fn pending(config: &kit_pg::Config) -> anyhow::Result<Vec<String>> {
    let mut pending = Vec::new();
    for migrations in ALL {
        let pool = Pool::new(config, migrations.schema)?;
        let steps = migrations.pending(&pool).await?;
        pending.extend(steps.into_iter().map(|step| format!("{}/{step}", migrations.schema)));
        pool.close().await;
    }
    Ok(pending)
}
