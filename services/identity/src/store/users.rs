//! Accounts.

use kit_core::Email;
use kit_core::ids::{OrganizationId, UserId};
use kit_pg::{PgConnection, Result};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{pictures, row};
use crate::domain::{Credentials, EmailState, User};

/// A query for users: `$condition` and what follows it. Literals only, so that no value ever becomes SQL.
macro_rules! select_users {
    ($rest:literal) => {
        concat!(
            "select u.id, u.email, u.email_verify_time, u.display_name, u.is_administrator, u.create_time,
                    exists (select from memberships m where m.user_id = u.id) as is_organizer,
                    u.password_hash, p.id as picture_id, p.content_type, p.width, p.height
             from users u left join pictures p on p.id = u.picture_id ",
            $rest
        )
    };
}

/// Adds an account. `false` when the address has one already.
pub(crate) async fn insert(connection: &mut PgConnection, user: &User, password_hash: &str) -> Result<bool> {
    let inserted = sqlx::query(
        "insert into users (id, email, email_verify_time, password_hash, is_administrator, display_name, create_time)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict on constraint users_email_unique do nothing",
    )
    .bind(user.id.uuid())
    .bind(user.email.as_str())
    .bind(verify_time(user))
    .bind(password_hash)
    .bind(user.is_administrator)
    .bind(user.display_name.as_str())
    .bind(user.create_time)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Writes what a transition may have changed: the address's state and the administrator role.
pub(crate) async fn update(connection: &mut PgConnection, user: &User) -> Result<()> {
    sqlx::query("update users set email_verify_time = $2, is_administrator = $3 where id = $1")
        .bind(user.id.uuid())
        .bind(verify_time(user))
        .bind(user.is_administrator)
        .execute(connection)
        .await?;
    Ok(())
}

/// Replaces the password's hash.
pub(crate) async fn set_password(connection: &mut PgConnection, user: UserId, password_hash: &str) -> Result<()> {
    sqlx::query("update users set password_hash = $2 where id = $1")
        .bind(user.uuid())
        .bind(password_hash)
        .execute(connection)
        .await?;
    Ok(())
}

/// Replaces the hash of a password by another hash of the same password, unless the password was changed meanwhile.
pub(crate) async fn replace_password(
    connection: &mut PgConnection,
    checked: &Credentials,
    password_hash: &str,
) -> Result<bool> {
    let replaced = sqlx::query("update users set password_hash = $3 where id = $1 and password_hash = $2")
        .bind(checked.user_id.uuid())
        .bind(&checked.password_hash)
        .bind(password_hash)
        .execute(connection)
        .await?;
    Ok(replaced.rows_affected() == 1)
}

/// One account.
pub(crate) async fn get(connection: &mut PgConnection, user: UserId) -> Result<Option<User>> {
    let row = sqlx::query(select_users!("where u.id = $1"))
        .bind(user.uuid())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// One account, locked: its memberships and roles hold still until the transaction ends.
pub(crate) async fn lock(connection: &mut PgConnection, user: UserId) -> Result<Option<User>> {
    // In two statements: what the join and the subquery see must be read after the lock was waited for.
    sqlx::query("select from users where id = $1 for no key update")
        .bind(user.uuid())
        .execute(&mut *connection)
        .await?;
    get(connection, user).await
}

/// The account of an address, locked.
pub(crate) async fn lock_by_email(connection: &mut PgConnection, email: &Email) -> Result<Option<User>> {
    let id = sqlx::query("select id from users where email = $1 for no key update")
        .bind(email.as_str())
        .fetch_optional(&mut *connection)
        .await?;
    match id {
        Some(id) => get(connection, row::id(&id, "id")?).await,
        None => Ok(None),
    }
}

/// The account of an address, with what its password is checked against.
pub(crate) async fn credentials(connection: &mut PgConnection, email: &Email) -> Result<Option<(User, Credentials)>> {
    let row = sqlx::query(select_users!("where u.email = $1"))
        .bind(email.as_str())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let user = read(&row)?;
    let credentials = Credentials {
        user_id: user.id,
        password_hash: row.try_get("password_hash")?,
    };
    Ok(Some((user, credentials)))
}

/// Those of the accounts that exist.
pub(crate) async fn batch(connection: &mut PgConnection, users: &[UserId]) -> Result<Vec<User>> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.uuid()).collect();
    let rows = sqlx::query(select_users!("where u.id = any ($1)"))
        .bind(ids)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// Accounts whose name or address holds `part`, newest first, behind `after`.
pub(crate) async fn list(
    connection: &mut PgConnection,
    part: &str,
    after: Option<&UserId>,
    limit: i64,
) -> Result<Vec<User>> {
    let rows = sqlx::query(select_users!(
        "where ($1 = '' or strpos(u.email, lower($1)) > 0 or strpos(lower(u.display_name), lower($1)) > 0)
           and ($2::uuid is null or u.id < $2)
         order by u.id desc limit $3"
    ))
    .bind(part)
    .bind(after.map(|user| user.uuid()))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// The administrators.
pub(crate) async fn administrators(connection: &mut PgConnection, limit: i64) -> Result<Vec<User>> {
    let rows = sqlx::query(select_users!("where u.is_administrator order by u.id limit $1"))
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter().map(read).collect()
}

/// The members of an organization.
pub(crate) async fn of_organization(
    connection: &mut PgConnection,
    organization: OrganizationId,
    limit: i64,
) -> Result<Vec<User>> {
    let rows = sqlx::query(select_users!(
        "join memberships o on o.user_id = u.id where o.organization_id = $1 order by u.id limit $2"
    ))
    .bind(organization.uuid())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Locks the accounts of all administrators, so that their number holds still, and counts them.
pub(crate) async fn lock_administrators(connection: &mut PgConnection) -> Result<usize> {
    // In the order of their ids, so that two transactions never wait for each other.
    let rows = sqlx::query("select id from users where is_administrator order by id for no key update")
        .fetch_all(connection)
        .await?;
    Ok(rows.len())
}

/// Whether anybody runs the platform yet.
pub(crate) async fn has_administrator(connection: &mut PgConnection) -> Result<bool> {
    let row = sqlx::query("select exists (select from users where is_administrator) as found")
        .fetch_one(connection)
        .await?;
    Ok(row.try_get("found")?)
}

/// Removes accounts whose address was not confirmed since before `before`; returns how many.
pub(crate) async fn delete_unverified(
    connection: &mut PgConnection,
    before: OffsetDateTime,
    limit: i64,
) -> Result<u64> {
    let deleted = sqlx::query(
        "delete from users where id = any (array(
           select id from users where email_verify_time is null and create_time < $1 limit $2 for update skip locked))",
    )
    .bind(before)
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(deleted.rows_affected())
}

/// Reads a row of [`select_users!`], or of a query that names the same columns.
pub(super) fn read(row: &PgRow) -> Result<User> {
    let verify_time: Option<OffsetDateTime> = row.try_get("email_verify_time")?;
    Ok(User {
        id: UserId::from_uuid(row.try_get("id")?),
        email: row::text(row, "email")?,
        email_state: verify_time.map_or(EmailState::Unverified, |verify_time| EmailState::Verified {
            verify_time,
        }),
        display_name: row::text(row, "display_name")?,
        picture: pictures::read_optional(row)?,
        is_administrator: row.try_get("is_administrator")?,
        is_organizer: row.try_get("is_organizer")?,
        create_time: row.try_get("create_time")?,
    })
}

fn verify_time(user: &User) -> Option<OffsetDateTime> {
    match user.email_state {
        EmailState::Unverified => None,
        EmailState::Verified { verify_time } => Some(verify_time),
    }
}
