//! Stores a picture for an event.

use kit_core::ids::{EventId, ImageId};
use kit_pg::PgConnection;

use super::lock_managed;
use crate::domain::{Image, Mint, Refusal, User, limits::IMAGES_MAX};
use crate::error::Error;
use crate::store;
use crate::store::image::Stored;

/// Notes a picture whose bytes are about to be put into the object store under the returned name. If that fails, the
/// note is a picture that nothing shows, and is swept like any other.
pub(crate) async fn run(
    connection: &mut PgConnection,
    user: &User,
    id: EventId,
    file: kit_blobs::Image,
    mint: Mint<'_>,
) -> Result<(Image, Stored), Error> {
    let event = lock_managed(connection, user, id).await?;
    event.check_editable()?;
    if event.images.len() >= IMAGES_MAX {
        return Err(Refusal::TooManyImages.into());
    }
    let image = Image {
        id: ImageId::new(mint.clock, mint.rng),
        width: file.width,
        height: file.height,
    };
    let stored = Stored {
        blob: image.id,
        content_type: file.format.content_type().to_owned(),
    };
    store::image::insert(connection, id, image, &stored, mint.clock.now()).await?;
    Ok((image, stored))
}
