//! A user removes their picture.

use kit_core::ids::UserId;

use crate::error::Result;
use crate::service::Service;
use crate::store::pictures;

/// Takes the picture away at once; a sweep removes the file.
pub(crate) async fn delete_picture(service: &Service, user: UserId) -> Result<()> {
    let mut tx = service.pool.begin().await?;
    pictures::attach(&mut tx, user, None, service.clock.now()).await?;
    Ok(tx.commit().await?)
}
