//! Links that were mailed and not opened.

use kit_core::ids::UserId;
use kit_pg::{PgConnection, Result};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;

use super::row;
use crate::domain::{Link, LinkPurpose, ReturnPath, TokenHash};

/// Adds a link; beyond the user's `keep` newest ones for this purpose, the others stop working.
pub(crate) async fn insert(connection: &mut PgConnection, link: &Link, keep: i64) -> Result<()> {
    sqlx::query(
        "insert into links (hash, user_id, purpose, return_path, create_time, expire_time)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(link.hash.as_slice())
    .bind(link.user_id.uuid())
    .bind(link.purpose.as_str())
    .bind(link.return_path.as_str())
    .bind(link.create_time)
    .bind(link.expire_time)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "delete from links where hash = any (array(
           select hash from links where user_id = $1 and purpose = $2 order by create_time desc, hash offset $3))",
    )
    .bind(link.user_id.uuid())
    .bind(link.purpose.as_str())
    .bind(keep)
    .execute(connection)
    .await?;
    Ok(())
}

/// The link of a token, if there is one.
pub(crate) async fn find(connection: &mut PgConnection, hash: TokenHash, purpose: LinkPurpose) -> Result<Option<Link>> {
    let row = sqlx::query(
        "select hash, user_id, purpose, return_path, create_time, expire_time from links
         where hash = $1 and purpose = $2",
    )
    .bind(hash.as_slice())
    .bind(purpose.as_str())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Spends a link: of several who open it at once, one gets it.
pub(crate) async fn take(connection: &mut PgConnection, hash: TokenHash, purpose: LinkPurpose) -> Result<Option<Link>> {
    let row = sqlx::query(
        "delete from links where hash = $1 and purpose = $2
         returning hash, user_id, purpose, return_path, create_time, expire_time",
    )
    .bind(hash.as_slice())
    .bind(purpose.as_str())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Makes every link of the user for a purpose stop working.
pub(crate) async fn delete_all(connection: &mut PgConnection, user: UserId, purpose: LinkPurpose) -> Result<()> {
    sqlx::query("delete from links where user_id = $1 and purpose = $2")
        .bind(user.uuid())
        .bind(purpose.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Where the user's newest link for a purpose leads on to.
pub(crate) async fn newest_return_path(
    connection: &mut PgConnection,
    user: UserId,
    purpose: LinkPurpose,
) -> Result<Option<ReturnPath>> {
    let row = sqlx::query(
        "select return_path from links where user_id = $1 and purpose = $2 order by create_time desc, hash limit 1",
    )
    .bind(user.uuid())
    .bind(purpose.as_str())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(|row| row::text(row, "return_path")).transpose()
}

/// Forgets a batch of links that expired before `before`; returns how many.
pub(crate) async fn sweep(connection: &mut PgConnection, before: OffsetDateTime, limit: i64) -> Result<u64> {
    let swept = sqlx::query(
        "delete from links where hash = any (array(
           select hash from links where expire_time < $1 limit $2 for update skip locked))",
    )
    .bind(before)
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(swept.rows_affected())
}

fn read(row: &PgRow) -> Result<Link> {
    Ok(Link {
        hash: TokenHash::from_slice(row.try_get("hash")?).ok_or_else(|| row::malformed("hash"))?,
        user_id: row::id(row, "user_id")?,
        purpose: row::known(row, "purpose", LinkPurpose::from_text)?,
        return_path: row::text(row, "return_path")?,
        create_time: row.try_get("create_time")?,
        expire_time: row.try_get("expire_time")?,
    })
}
