//! The operator makes the first administrator.

use kit_core::Email;
use kit_core::ids::UserId;
use kit_pg::PgConnection;

use super::throttle::Bucket;
use crate::domain::{Client, DisplayName, EndCause, LinkPurpose, NewPassword, TokenHash, User};
use crate::error::{Error, Result};
use crate::service::Service;
use crate::store::{links, logins, organizations, setup, users};

/// What is given.
#[derive(Debug)]
pub(crate) struct ClaimSetup {
    pub(crate) token: TokenHash,
    pub(crate) email: Email,
    pub(crate) password: NewPassword,
    pub(crate) display_name: DisplayName,
}

/// Makes the administrator. An account that has the address becomes it, with the password given now and without the
/// sessions it had: whoever holds the token runs the machine that all this is on.
pub(crate) async fn claim_setup(service: &Service, client: Client, command: ClaimSetup) -> Result<()> {
    Bucket::of_network("link", client, service.config.attempts_per_network)
        .take(service)
        .await?;
    let now = service.clock.now();
    if !setup::is_good(&mut *service.read().await?, command.token, now).await? {
        return Err(Error::LinkInvalid);
    }
    let password_hash = service.hasher.hash(command.password.password()).await?;
    let id = UserId::new(&service.clock, &service.rng);
    let user = User::sign_up(id, command.email, command.display_name, now);
    let user = user.verify_email(now).set_administrator(true);

    let mut tx = service.pool.begin().await?;
    let is_taken = setup::take(&mut tx, command.token, now).await?;
    if !is_taken || users::has_administrator(&mut tx).await? {
        return Err(Error::LinkInvalid);
    }
    if !users::insert(&mut tx, &user, &password_hash).await? {
        promote(&mut tx, service, &user.email, &password_hash).await?;
    }
    // What was made before there was anybody, such as the demo event's organization, is theirs.
    if let Some(user) = users::lock_by_email(&mut tx, &user.email).await? {
        organizations::adopt(&mut tx, user.id, now).await?;
    }
    Ok(tx.commit().await?)
}

async fn promote(connection: &mut PgConnection, service: &Service, email: &Email, password_hash: &str) -> Result<()> {
    let now = service.clock.now();
    let user = users::lock_by_email(&mut *connection, email)
        .await?
        .ok_or(Error::LinkInvalid)?;
    let user = user.verify_email(now).set_administrator(true);
    users::update(&mut *connection, &user).await?;
    users::set_password(&mut *connection, user.id, password_hash).await?;
    for purpose in [LinkPurpose::PasswordReset, LinkPurpose::Verification] {
        links::delete_all(&mut *connection, user.id, purpose).await?;
    }
    logins::end_all(connection, user.id, EndCause::PasswordReset, now).await?;
    Ok(())
}
