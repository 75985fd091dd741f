//! The one-time token that makes the first administrator.

use kit_pg::{PgConnection, Result};
use time::OffsetDateTime;

use crate::domain::TokenHash;

/// Stores a token's hash; the earlier token stops working.
pub(crate) async fn replace(connection: &mut PgConnection, hash: TokenHash, expire_time: OffsetDateTime) -> Result<()> {
    sqlx::query(
        "insert into setup_token (hash, expire_time) values ($1, $2)
         on conflict (is_only) do update set hash = excluded.hash, expire_time = excluded.expire_time",
    )
    .bind(hash.as_slice())
    .bind(expire_time)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether this is the token, and still good.
pub(crate) async fn is_good(connection: &mut PgConnection, hash: TokenHash, now: OffsetDateTime) -> Result<bool> {
    let found = sqlx::query("select from setup_token where hash = $1 and expire_time > $2")
        .bind(hash.as_slice())
        .bind(now)
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

/// Spends the token. `false` when it is not this one, or no longer good.
pub(crate) async fn take(connection: &mut PgConnection, hash: TokenHash, now: OffsetDateTime) -> Result<bool> {
    let taken = sqlx::query("delete from setup_token where hash = $1 and expire_time > $2")
        .bind(hash.as_slice())
        .bind(now)
        .execute(connection)
        .await?;
    Ok(taken.rows_affected() == 1)
}

/// Makes every token stop working.
pub(crate) async fn clear(connection: &mut PgConnection) -> Result<()> {
    sqlx::query("delete from setup_token").execute(connection).await?;
    Ok(())
}
