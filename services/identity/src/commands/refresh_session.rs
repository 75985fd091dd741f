//! Somebody spends a refresh token.

use super::sessions::{self, Session};
use crate::domain::{Client, Login, Presentation};
use crate::error::{Error, Result};
use crate::secrets::PresentedToken;
use crate::service::Service;
use crate::store::{logins, users};

/// Gives the session's next tokens. What the domain decides is committed in any case: that a spent token ended the
/// family must not depend on how the answer goes.
pub(crate) async fn refresh_session(service: &Service, client: Client, presented: &PresentedToken) -> Result<Session> {
    let mut tx = service.pool.begin().await?;
    let login = logins::lock(&mut tx, presented.login_id).await?;
    let login = login.filter(|login| service.refresh_tokens.is_genuine(presented, login));
    let login = login.ok_or(Error::SessionEnded)?;
    let (limits, now) = (service.config.logins, service.clock.now());
    let login: Login = match login.present(presented.generation, client, limits, now) {
        Presentation::Rotated(login) => {
            logins::update(&mut tx, &login).await?;
            login
        }
        Presentation::Repeated(login) => login,
        Presentation::Forgiven(login) => {
            logins::update(&mut tx, &login).await?;
            tracing::info!(login = %login.id, user = %login.user_id, "a lost refresh token was given again");
            login
        }
        Presentation::Reused(login) => {
            logins::update(&mut tx, &login).await?;
            tx.commit().await?;
            tracing::warn!(login = %login.id, user = %login.user_id, "a spent refresh token was presented: session ended");
            return Err(Error::SessionEnded);
        }
        Presentation::Over => return Err(Error::SessionEnded),
    };
    let user = users::get(&mut tx, login.user_id).await?.ok_or(Error::SessionEnded)?;
    let session = sessions::issue(&mut tx, service, user, &login).await?;
    tx.commit().await?;
    Ok(session)
}
