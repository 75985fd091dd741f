//! The keys that sign access tokens, sealed.

use kit_pg::{PgConnection, Result};
use sqlx::Row as _;
use time::OffsetDateTime;

/// A key as it lies in the database.
#[derive(Clone, Debug)]
pub(crate) struct SealedKey {
    /// Thumbprint of the public half.
    pub(crate) id: String,
    /// The seed, encrypted.
    pub(crate) sealed_seed: Vec<u8>,
    /// When it was made.
    pub(crate) create_time: OffsetDateTime,
    /// From when it signs.
    pub(crate) activate_time: OffsetDateTime,
}

/// Makes replicas that want to change the keys come one after the other, until the transaction ends.
pub(crate) async fn lock(connection: &mut PgConnection) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('signing keys of identity', 0))")
        .execute(connection)
        .await?;
    Ok(())
}

/// The newest `limit` keys, oldest first.
pub(crate) async fn list(connection: &mut PgConnection, limit: i64) -> Result<Vec<SealedKey>> {
    let rows = sqlx::query(
        "select id, sealed_seed, create_time, activate_time from signing_keys order by activate_time desc, id limit $1",
    )
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let read = |row: &sqlx::postgres::PgRow| {
        Ok(SealedKey {
            id: row.try_get("id")?,
            sealed_seed: row.try_get("sealed_seed")?,
            create_time: row.try_get("create_time")?,
            activate_time: row.try_get("activate_time")?,
        })
    };
    rows.iter().rev().map(read).collect()
}

/// Adds a key.
pub(crate) async fn insert(connection: &mut PgConnection, key: &SealedKey) -> Result<()> {
    sqlx::query("insert into signing_keys (id, sealed_seed, create_time, activate_time) values ($1, $2, $3, $4)")
        .bind(&key.id)
        .bind(&key.sealed_seed)
        .bind(key.create_time)
        .bind(key.activate_time)
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets a key.
pub(crate) async fn delete(connection: &mut PgConnection, id: &str) -> Result<()> {
    sqlx::query("delete from signing_keys where id = $1")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}
