//! Pictures: which there are, and whose bytes may go.

use kit_core::ids::{EventId, ImageId};
use kit_pg::{PgConnection, Result};
use sqlx::Row;
use sqlx::postgres::PgRow;
use time::OffsetDateTime;
use uuid::Uuid;

use super::row;
use crate::domain::Image;

/// Where the bytes of a picture are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Names them in the object store: the picture as which they were uploaded, of which this one may be a copy.
    pub(crate) blob: ImageId,
    /// "image/png", "image/jpeg" or "image/webp".
    pub(crate) content_type: String,
}

/// The pictures uploaded for an event, oldest first.
pub(super) async fn of_event(connection: &mut PgConnection, event: EventId) -> Result<Vec<Image>> {
    let query = sqlx::query("select id, width, height from images where event_id = $1 order by id").bind(event.uuid());
    query
        .fetch_all(connection)
        .await?
        .iter()
        .map(|row| image(row, "id"))
        .collect()
}

/// Where the bytes are; `None` for an unknown picture.
pub(crate) async fn stored(connection: &mut PgConnection, id: ImageId) -> Result<Option<Stored>> {
    let query = sqlx::query("select blob, content_type from images where id = $1").bind(id.uuid());
    let row = query.fetch_optional(connection).await?;
    row.map(|row| {
        Ok(Stored {
            blob: row::id(&row, "blob")?,
            content_type: row.try_get("content_type")?,
        })
    })
    .transpose()
}

/// Adds a picture to an event.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    event: EventId,
    image: Image,
    stored: &Stored,
    now: OffsetDateTime,
) -> Result<()> {
    let query = sqlx::query(
        "insert into images (id, event_id, blob, content_type, width, height, create_time)
         values ($1, $2, $3, $4, $5, $6, $7)",
    );
    query
        .bind(image.id.uuid())
        .bind(event.uuid())
        .bind(stored.blob.uuid())
        .bind(&stored.content_type)
        .bind(image.width.cast_signed())
        .bind(image.height.cast_signed())
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Gives a copied event pictures of its own that show the same.
pub(crate) async fn copy(
    connection: &mut PgConnection,
    event: EventId,
    pairs: &[(ImageId, ImageId)],
    now: OffsetDateTime,
) -> Result<()> {
    let (from, to): (Vec<Uuid>, Vec<Uuid>) = pairs.iter().map(|(from, to)| (from.uuid(), to.uuid())).unzip();
    let query = sqlx::query(
        "insert into images (id, event_id, blob, content_type, width, height, create_time)
         select pair.copy, $3, blob, content_type, width, height, $4
         from unnest($1::uuid[], $2::uuid[]) as pair (original, copy) join images on images.id = pair.original",
    );
    query
        .bind(from)
        .bind(to)
        .bind(event.uuid())
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes at most `limit` pictures from before `before` that nothing shows, and notes the blobs that were theirs alone.
/// Returns how many pictures.
pub(crate) async fn sweep(
    connection: &mut PgConnection,
    before: OffsetDateTime,
    now: OffsetDateTime,
    limit: i64,
) -> Result<u64> {
    let query = sqlx::query(
        "delete from images where id = any (array(
           select id from images where create_time < $1
             and not exists (select from events where cover_id = images.id)
             and not exists (select from speakers where picture_id = images.id)
           order by create_time limit $2 for update skip locked))
         returning blob",
    );
    let rows = query.bind(before).bind(limit).fetch_all(&mut *connection).await?;
    let blobs = rows
        .iter()
        .map(|row| row.try_get("blob"))
        .collect::<Result<Vec<Uuid>, _>>()?;
    sqlx::query(
        "insert into discarded_blobs (blob, discard_time)
         select distinct blob, $2::timestamptz from unnest($1::uuid[]) as gone (blob)
         where not exists (select from images where images.blob = gone.blob)
         on conflict do nothing",
    )
    .bind(&blobs)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(rows.len() as u64)
}

/// At most `limit` blobs that nothing needs, oldest first.
pub(crate) async fn discarded(connection: &mut PgConnection, limit: i64) -> Result<Vec<ImageId>> {
    let query = sqlx::query("select blob from discarded_blobs order by discard_time, blob limit $1").bind(limit);
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| row::id(row, "blob")).collect()
}

/// Forgets a discarded blob that is gone from the object store.
pub(crate) async fn forget(connection: &mut PgConnection, blob: ImageId) -> Result<()> {
    sqlx::query("delete from discarded_blobs where blob = $1")
        .bind(blob.uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// A picture, whose id is in `id_column` and whose size is in `width` and `height`.
pub(super) fn image(row: &PgRow, id_column: &str) -> Result<Image> {
    Ok(Image {
        id: row::id(row, id_column)?,
        width: row::pixels(row, "width")?,
        height: row::pixels(row, "height")?,
    })
}
