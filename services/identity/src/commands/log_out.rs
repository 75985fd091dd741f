//! Somebody ends a session, or all of theirs.

use kit_core::ids::UserId;

use crate::domain::EndCause;
use crate::error::Result;
use crate::secrets::PresentedToken;
use crate::service::Service;
use crate::store::logins;

/// Ends the session that a token belongs to. Any token of the family will do, the newest or a spent one: whoever has
/// one may say that it is over.
pub(crate) async fn log_out(service: &Service, presented: &PresentedToken) -> Result<()> {
    let mut tx = service.pool.begin().await?;
    let login = logins::lock(&mut tx, presented.login_id).await?;
    if let Some(login) = login.filter(|login| service.refresh_tokens.is_genuine(presented, login)) {
        logins::update(&mut tx, &login.end(EndCause::LoggedOut, service.clock.now())).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Ends every session of a user.
pub(crate) async fn log_out_everywhere(service: &Service, user: UserId) -> Result<()> {
    let mut tx = service.pool.begin().await?;
    logins::end_all(&mut tx, user, EndCause::LoggedOutEverywhere, service.clock.now()).await?;
    Ok(tx.commit().await?)
}
