//! Somebody opened a verification link.

use super::throttle::Bucket;
use crate::domain::{Client, LinkPurpose, ReturnPath, TokenHash};
use crate::error::{Error, Result};
use crate::service::Service;
use crate::store::{links, users};

/// Confirms the address that the link went to. Returns where its reader goes on to.
pub(crate) async fn verify_email(service: &Service, client: Client, token: TokenHash) -> Result<ReturnPath> {
    Bucket::of_network("link", client, service.config.attempts_per_network)
        .take(service)
        .await?;
    let now = service.clock.now();
    let mut tx = service.pool.begin().await?;
    let link = links::take(&mut tx, token, LinkPurpose::Verification).await?;
    let link = link.filter(|link| link.is_live(now)).ok_or(Error::LinkInvalid)?;
    let user = users::lock(&mut tx, link.user_id).await?.ok_or(Error::LinkInvalid)?;
    users::update(&mut tx, &user.verify_email(now)).await?;
    links::delete_all(&mut tx, link.user_id, LinkPurpose::Verification).await?;
    tx.commit().await?;
    Ok(link.return_path)
}
