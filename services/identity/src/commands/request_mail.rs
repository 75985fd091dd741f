//! Somebody wants a link mailed.

use kit_core::Email;

use super::throttle::Bucket;
use crate::domain::{Client, LinkPurpose};
use crate::error::Result;
use crate::limits::MAIL_PER_ACCOUNT;
use crate::service::Service;
use crate::store::mail_requests;

/// Notes the wish. Whether the address has an account is looked up by a job, after the answer: so the answer is the same
/// for all addresses, to the microsecond.
pub(crate) async fn request_mail(service: &Service, client: Client, email: &Email, purpose: LinkPurpose) -> Result<()> {
    Bucket::of_network("mail", client, service.config.attempts_per_network)
        .take(service)
        .await?;
    // Too many mails to one address are not sent, and nobody is told: it may not be the owner who asks.
    let mails = Bucket::new(&format!("{} mail", purpose.as_str()), email, MAIL_PER_ACCOUNT);
    if mails.try_take(service).await?.is_ok() {
        let mut connection = service.pool.acquire().await?;
        mail_requests::insert(&mut connection, email, purpose, service.clock.now()).await?;
        service.mail_wanted.notify_one();
    }
    Ok(())
}
