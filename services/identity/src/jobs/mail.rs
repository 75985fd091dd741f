//! Turns wishes for mail into links, for those addresses that have an account.

use tokio_util::sync::CancellationToken;

use crate::commands;
use crate::domain::{LinkPurpose, ReturnPath};
use crate::error::Result;
use crate::limits::{MAIL_BATCH_MAX, MAIL_EVERY};
use crate::service::Service;
use crate::store::{links, mail_requests, users};

/// Answers wishes as they come, until `stop`.
pub(crate) async fn watch_mail_requests(service: Service, stop: CancellationToken) {
    loop {
        if let Err(error) = answer_mail_requests(&service).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "requests for mail wait");
        }
        let rung = tokio::time::timeout(MAIL_EVERY, service.mail_wanted.notified());
        if stop.run_until_cancelled(rung).await.is_none() {
            return;
        }
    }
}

/// Answers a batch of wishes; returns how many there were.
pub(crate) async fn answer_mail_requests(service: &Service) -> Result<usize> {
    for answered in 0..MAIL_BATCH_MAX {
        if !answer_one(service).await? {
            return Ok(answered);
        }
    }
    Ok(MAIL_BATCH_MAX)
}

/// The wish is taken out, and the link and its fact are put in, in one transaction.
async fn answer_one(service: &Service) -> Result<bool> {
    let mut tx = service.pool.begin().await?;
    let Some((email, purpose)) = mail_requests::take(&mut tx).await? else {
        return Ok(false);
    };
    let user = users::lock_by_email(&mut tx, &email).await?;
    let wanted = user.filter(|user| purpose == LinkPurpose::PasswordReset || !user.is_verified());
    if let Some(user) = wanted {
        let return_path = links::newest_return_path(&mut tx, user.id, purpose).await?;
        let return_path = return_path.unwrap_or_else(ReturnPath::start);
        commands::mail_link(&mut tx, service, &user, purpose, return_path).await?;
    }
    tx.commit().await?;
    Ok(true)
}
