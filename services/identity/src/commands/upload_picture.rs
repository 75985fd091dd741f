//! A user uploads a picture of themselves.

use kit_blobs::{Image, ImageFormat, ImageLimits};
use kit_core::ids::{ImageId, UserId};
use kit_core::limits::IMAGE_BYTES_MAX;

use super::throttle::Bucket;
use crate::domain::{Format, Picture};
use crate::error::{Error, Result};
use crate::limits::{PICTURE_PENDING, PICTURE_PER_USER};
use crate::service::Service;
use crate::store::pictures;

const LIMITS: ImageLimits = ImageLimits {
    bytes_max: IMAGE_BYTES_MAX,
    side_max: Picture::SIDE_MAX,
    pixels_max: (Picture::SIDE_MAX as u64) * (Picture::SIDE_MAX as u64),
};

/// Stores the file, then makes it the user's picture. It is announced first: whatever goes wrong in between leaves a row
/// that a sweep finds, and never a file that nobody knows of.
pub(crate) async fn upload_picture(service: &Service, user: UserId, file: &[u8]) -> Result<Picture> {
    let image = Image::inspect(file, &LIMITS)?;
    Bucket::new("picture", user, PICTURE_PER_USER).take(service).await?;
    let file = image.clean(file)?;
    let picture = Picture {
        id: ImageId::new(&service.clock, &service.rng),
        format: format(image.format),
        width: image.width,
        height: image.height,
    };
    let discard_time = service.clock.now() + PICTURE_PENDING;
    pictures::insert(&mut *service.read().await?, &picture, user, discard_time).await?;
    let (key, content_type) = (Picture::key(picture.id), picture.format.content_type());
    service.pictures.put(&key, content_type, file).await?;

    let mut tx = service.pool.begin().await?;
    let attached = pictures::attach(&mut tx, user, Some(picture.id), service.clock.now()).await?;
    tx.commit().await?;
    // Only an upload that took an hour finds its announcement swept.
    if attached {
        Ok(picture)
    } else {
        Err(Error::ImageNotFound)
    }
}

fn format(format: ImageFormat) -> Format {
    match format {
        ImageFormat::Png => Format::Png,
        ImageFormat::Jpeg => Format::Jpeg,
        ImageFormat::WebP => Format::Webp,
    }
}
