//! Somebody opened a reset link and chose a password.

use kit_core::Violations;

use super::facts;
use super::throttle::{Bucket, LogInAttempts};
use crate::domain::{Client, EndCause, LinkPurpose, NewPassword, TokenHash, User};
use crate::error::{Error, Result};
use crate::service::Service;
use crate::store::{links, logins, users};

/// What is given.
#[derive(Debug)]
pub(crate) struct ResetPassword {
    pub(crate) token: TokenHash,
    pub(crate) password: NewPassword,
}

/// Sets the password, verifies the address and ends every session.
pub(crate) async fn reset_password(service: &Service, client: Client, command: ResetPassword) -> Result<()> {
    Bucket::of_network("link", client, service.config.attempts_per_network)
        .take(service)
        .await?;
    let user = look(service, command.token).await?;
    check_against("password", &command.password, &user)?;
    let password_hash = service.hasher.hash(command.password.password()).await?;
    LogInAttempts::new(&user.email, client).forget(service).await?;

    let now = service.clock.now();
    let mut tx = service.pool.begin().await?;
    let link = links::take(&mut tx, command.token, LinkPurpose::PasswordReset).await?;
    let link = link.filter(|link| link.is_live(now)).ok_or(Error::LinkInvalid)?;
    let user = users::lock(&mut tx, link.user_id)
        .await?
        .ok_or(Error::LinkInvalid)?
        .verify_email(now);
    users::update(&mut tx, &user).await?;
    users::set_password(&mut tx, user.id, &password_hash).await?;
    for purpose in [LinkPurpose::PasswordReset, LinkPurpose::Verification] {
        links::delete_all(&mut tx, user.id, purpose).await?;
    }
    logins::end_all(&mut tx, user.id, EndCause::PasswordReset, now).await?;
    facts::password_changed(&mut tx, service, &user).await?;
    Ok(tx.commit().await?)
}

/// The user of a link, without spending it: a made-up token must not cost us a hash.
async fn look(service: &Service, token: TokenHash) -> Result<User> {
    let mut connection = service.read().await?;
    let link = links::find(&mut connection, token, LinkPurpose::PasswordReset).await?;
    let link = link
        .filter(|link| link.is_live(service.clock.now()))
        .ok_or(Error::LinkInvalid)?;
    let user = users::get(&mut connection, link.user_id)
        .await?
        .ok_or(Error::LinkInvalid)?;
    Ok(user)
}

/// The edge could not know whose password it is.
pub(super) fn check_against(field: &str, password: &NewPassword, user: &User) -> Result<()> {
    let mut violations = Violations::new();
    let checked = NewPassword::parse(password.password().expose(), user.email.as_str());
    let checked = violations.take(field, checked);
    violations.finish((checked,))?;
    Ok(())
}
