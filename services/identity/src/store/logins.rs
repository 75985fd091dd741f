//! Logins: one row for each family of refresh tokens.

use kit_core::ids::{LoginId, UserId};
use kit_pg::{PgConnection, Result};
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::row;
use crate::domain::{Client, EndCause, Login, LoginState, Spend};

/// An element of the column `recent`.
#[derive(Debug, Serialize, Deserialize)]
struct SpendRow {
    generation: u32,
    /// Microseconds since 1970.
    time: i64,
    client: String,
}

/// Adds an open login.
pub(crate) async fn insert(connection: &mut PgConnection, login: &Login) -> Result<()> {
    sqlx::query(
        "insert into logins (id, user_id, salt, generation, create_time, expire_time)
         values ($1, $2, $3, 0, $4, $4)",
    )
    .bind(login.id.uuid())
    .bind(login.user_id.uuid())
    .bind(login.salt.as_slice())
    .bind(login.create_time)
    .execute(&mut *connection)
    .await?;
    update(connection, login).await
}

/// One login, locked: presentations of its tokens come one after the other.
pub(crate) async fn lock(connection: &mut PgConnection, login: LoginId) -> Result<Option<Login>> {
    let row = sqlx::query(
        "select id, user_id, salt, generation, recent, forgiven, create_time, expire_time, end_time, end_cause
         from logins where id = $1 for no key update",
    )
    .bind(login.uuid())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Writes a login's state.
pub(crate) async fn update(connection: &mut PgConnection, login: &Login) -> Result<()> {
    match &login.state {
        LoginState::Open {
            generation,
            expire_time,
            recent,
            forgiven,
        } => {
            let recent: Vec<SpendRow> = recent.iter().map(SpendRow::new).collect();
            sqlx::query(
                "update logins set generation = $2, expire_time = $3, recent = $4, forgiven = $5 where id = $1",
            )
            .bind(login.id.uuid())
            .bind(number(*generation))
            .bind(expire_time)
            .bind(Json(recent))
            .bind(forgiven.map(number))
            .execute(connection)
            .await?;
        }
        LoginState::Ended { end_time, cause } => {
            sqlx::query("update logins set end_time = $2, end_cause = $3 where id = $1")
                .bind(login.id.uuid())
                .bind(end_time)
                .bind(cause.as_str())
                .execute(connection)
                .await?;
        }
    }
    Ok(())
}

/// Ends every open login of a user; returns how many.
pub(crate) async fn end_all(
    connection: &mut PgConnection,
    user: UserId,
    cause: EndCause,
    now: OffsetDateTime,
) -> Result<u64> {
    let ended = sqlx::query("update logins set end_time = $2, end_cause = $3 where user_id = $1 and end_time is null")
        .bind(user.uuid())
        .bind(now)
        .bind(cause.as_str())
        .execute(connection)
        .await?;
    Ok(ended.rows_affected())
}

/// Ends every open login of a user but one.
pub(crate) async fn end_others(
    connection: &mut PgConnection,
    user: UserId,
    keep: LoginId,
    cause: EndCause,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query("update logins set end_time = $3, end_cause = $4 where user_id = $1 and id <> $2 and end_time is null")
        .bind(user.uuid())
        .bind(keep.uuid())
        .bind(now)
        .bind(cause.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends the user's open logins but for the `keep` newest.
pub(crate) async fn end_oldest(
    connection: &mut PgConnection,
    user: UserId,
    keep: i64,
    now: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "update logins set end_time = $3, end_cause = $4 where id = any (array(
           select id from logins where user_id = $1 and end_time is null order by id desc offset $2))",
    )
    .bind(user.uuid())
    .bind(keep)
    .bind(now)
    .bind(EndCause::Crowded.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets a batch of logins that ended or expired before `before`; returns how many.
pub(crate) async fn sweep(connection: &mut PgConnection, before: OffsetDateTime, limit: i64) -> Result<u64> {
    let swept = sqlx::query(
        "delete from logins where id = any (array(
           select id from logins where least(expire_time, end_time) < $1 limit $2 for update skip locked))",
    )
    .bind(before)
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(swept.rows_affected())
}

fn read(row: &PgRow) -> Result<Login> {
    let salt: &[u8] = row.try_get("salt")?;
    let state = match row.try_get::<Option<OffsetDateTime>, _>("end_time")? {
        Some(end_time) => LoginState::Ended {
            end_time,
            cause: row::known(row, "end_cause", EndCause::from_text)?,
        },
        None => LoginState::Open {
            generation: row::unsigned(row, "generation")?,
            expire_time: row.try_get("expire_time")?,
            recent: read_recent(row)?,
            forgiven: read_forgiven(row)?,
        },
    };
    Ok(Login {
        id: row::id(row, "id")?,
        user_id: row::id(row, "user_id")?,
        salt: salt.try_into().map_err(|_| row::malformed("salt"))?,
        create_time: row.try_get("create_time")?,
        state,
    })
}

/// A token's number, as the database has it.
fn number(generation: u32) -> i32 {
    i32::try_from(generation).expect("a login is refreshed every few minutes for some months")
}

fn read_forgiven(row: &PgRow) -> Result<Option<u32>> {
    let forgiven: Option<i32> = row.try_get("forgiven")?;
    let number = |forgiven| u32::try_from(forgiven).map_err(|_| row::malformed("forgiven"));
    forgiven.map(number).transpose()
}

fn read_recent(row: &PgRow) -> Result<Vec<Spend>> {
    let Json(rows): Json<Vec<SpendRow>> = row.try_get("recent")?;
    let spends = rows.iter().map(SpendRow::spend);
    spends.collect::<Option<_>>().ok_or_else(|| row::malformed("recent"))
}

impl SpendRow {
    fn new(spend: &Spend) -> Self {
        let micros = spend.time.unix_timestamp_nanos() / 1_000;
        Self {
            generation: spend.generation,
            time: i64::try_from(micros).expect("every date fits into 64 bits of microseconds"),
            client: spend.client.to_string(),
        }
    }

    fn spend(&self) -> Option<Spend> {
        Some(Spend {
            generation: self.generation,
            time: OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.time) * 1_000).ok()?,
            client: Client::from_text(&self.client),
        })
    }
}
