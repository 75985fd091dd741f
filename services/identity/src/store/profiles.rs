//! The part of an account that its owner edits.

use kit_core::ids::UserId;
use kit_pg::{PgConnection, Result};
use sqlx::Row as _;
use sqlx::postgres::PgRow;

use super::{row, users};
use crate::domain::{Interests, Preferences, Profile};

/// The user's profile.
pub(crate) async fn get(connection: &mut PgConnection, user: UserId) -> Result<Option<Profile>> {
    let Some(account) = users::get(&mut *connection, user).await? else {
        return Ok(None);
    };
    let row = sqlx::query(
        "select about, interests, time_zone, language, event_reminders, organizer_news, version
         from users where id = $1",
    )
    .bind(user.uuid())
    .fetch_one(connection)
    .await?;
    Ok(Some(Profile {
        user: account,
        about: row::text(&row, "about")?,
        interests: read_interests(&row)?,
        time_zone: row::optional(&row, "time_zone")?,
        language: row::optional(&row, "language")?,
        preferences: Preferences {
            event_reminders: row.try_get("event_reminders")?,
            organizer_news: row.try_get("organizer_news")?,
        },
        version: row.try_get("version")?,
    }))
}

/// The user's profile, locked.
pub(crate) async fn lock(connection: &mut PgConnection, user: UserId) -> Result<Option<Profile>> {
    sqlx::query("select from users where id = $1 for no key update")
        .bind(user.uuid())
        .execute(&mut *connection)
        .await?;
    get(connection, user).await
}

/// Writes the profile after a change, if it was made to the version before. `false` when somebody else was faster.
pub(crate) async fn update(connection: &mut PgConnection, profile: &Profile) -> Result<bool> {
    let interests: Vec<&str> = profile.interests.iter().collect();
    let updated = sqlx::query(
        "update users set display_name = $2, about = $3, interests = $4, time_zone = $5, language = $6,
           event_reminders = $7, organizer_news = $8, version = $9
         where id = $1 and version = $9 - 1",
    )
    .bind(profile.user.id.uuid())
    .bind(profile.user.display_name.as_str())
    .bind(profile.about.as_str())
    .bind(interests)
    .bind(profile.time_zone.as_ref().map_or("", |zone| zone.name()))
    .bind(profile.language.as_ref().map_or("", |language| language.as_str()))
    .bind(profile.preferences.event_reminders)
    .bind(profile.preferences.organizer_news)
    .bind(profile.version)
    .execute(connection)
    .await?;
    Ok(updated.rows_affected() == 1)
}

fn read_interests(row: &PgRow) -> Result<Interests> {
    let texts: Vec<String> = row.try_get("interests")?;
    Interests::parse(texts.iter().map(String::as_str)).map_err(|_| row::malformed("interests"))
}
