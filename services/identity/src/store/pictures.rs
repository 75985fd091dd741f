//! What is known of the pictures in the store of files.

use kit_core::ids::{ImageId, UserId};
use kit_pg::{PgConnection, Result};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;
use uuid::Uuid;

use super::row;
use crate::domain::{Format, Picture};

/// Announces a picture before its file is stored. If nothing attaches it until `discard_time`, it is removed.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    picture: &Picture,
    user: UserId,
    discard_time: OffsetDateTime,
) -> Result<()> {
    sqlx::query(
        "insert into pictures (id, user_id, content_type, width, height, discard_time)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(picture.id.uuid())
    .bind(user.uuid())
    .bind(picture.format.content_type())
    .bind(i32::try_from(picture.width).expect("at most 4096"))
    .bind(i32::try_from(picture.height).expect("at most 4096"))
    .bind(discard_time)
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes a picture, or none, the user's. The one before is discarded `now`. `false` when there is no such picture any
/// more; then nothing changes.
pub(crate) async fn attach(
    connection: &mut PgConnection,
    user: UserId,
    picture: Option<ImageId>,
    now: OffsetDateTime,
) -> Result<bool> {
    let picture = picture.map(ImageId::uuid);
    if let Some(picture) = picture {
        let kept = sqlx::query("update pictures set discard_time = null where id = $1 and user_id = $2")
            .bind(picture)
            .bind(user.uuid())
            .execute(&mut *connection)
            .await?;
        if kept.rows_affected() == 0 {
            return Ok(false);
        }
    }
    sqlx::query(
        "update pictures set discard_time = $3
         where id = (select picture_id from users where id = $1) and id is distinct from $2",
    )
    .bind(user.uuid())
    .bind(picture)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "update users set picture_id = $2, version = version + 1 where id = $1 and picture_id is distinct from $2",
    )
    .bind(user.uuid())
    .bind(picture)
    .execute(connection)
    .await?;
    Ok(true)
}

/// A picture that somebody has.
pub(crate) async fn get(connection: &mut PgConnection, picture: ImageId) -> Result<Option<Picture>> {
    let row = sqlx::query(
        "select id as picture_id, content_type, width, height from pictures where id = $1 and discard_time is null",
    )
    .bind(picture.uuid())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// Pictures that may be removed, locked until the transaction ends; other replicas pass them over.
pub(crate) async fn lock_discarded(
    connection: &mut PgConnection,
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<ImageId>> {
    let rows = sqlx::query(
        "select id from pictures where discard_time <= $1 order by discard_time limit $2 for update skip locked",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| row::id(row, "id")).collect()
}

/// Forgets pictures whose files are gone.
pub(crate) async fn delete(connection: &mut PgConnection, pictures: &[ImageId]) -> Result<()> {
    let ids: Vec<Uuid> = pictures.iter().map(|picture| picture.uuid()).collect();
    sqlx::query("delete from pictures where id = any ($1)")
        .bind(ids)
        .execute(connection)
        .await?;
    Ok(())
}

/// The picture beside a user, if there is one.
pub(super) fn read_optional(row: &PgRow) -> Result<Option<Picture>> {
    match row.try_get::<Option<Uuid>, _>("picture_id")? {
        Some(_) => read(row).map(Some),
        None => Ok(None),
    }
}

fn read(row: &PgRow) -> Result<Picture> {
    Ok(Picture {
        id: row::id(row, "picture_id")?,
        format: row::known(row, "content_type", Format::from_content_type)?,
        width: row::unsigned(row, "width")?,
        height: row::unsigned(row, "height")?,
    })
}
