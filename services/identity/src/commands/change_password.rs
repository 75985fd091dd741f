//! Somebody who is signed in chooses another password.

use kit_core::Violations;
use kit_core::ids::{LoginId, UserId};
use kit_pg::idempotency::{self, RequestKey, Stored};
use plenary_proto::identity::v1::ChangePasswordResponse;

use super::facts;
use super::reset_password::check_against;
use super::throttle::{Bucket, LogInAttempts};
use crate::domain::{Client, Credentials, EndCause, LinkPurpose, NewPassword, TypedPassword, User};
use crate::error::{Error, Result};
use crate::secrets::Verdict;
use crate::service::Service;
use crate::store::{links, logins, users};

/// What is given.
#[derive(Debug)]
pub(crate) struct ChangePassword {
    pub(crate) user_id: UserId,
    /// The session that goes on.
    pub(crate) login_id: LoginId,
    pub(crate) current: TypedPassword,
    pub(crate) new: NewPassword,
}

/// Sets the password and ends every other session. A wrong current password counts as an attempt to log in: whoever finds
/// a browser open shall not guess faster than at the door.
pub(crate) async fn change_password(
    service: &Service,
    client: Client,
    key: &RequestKey,
    command: ChangePassword,
) -> Result<()> {
    // By then the current password is the new one, so that a repeated request would look like a wrong one.
    if was_done(service, key).await? {
        return Ok(());
    }
    let (user, credentials) = owner(service, &command).await?;
    check_against("new_password", &command.new, &user)?;
    prove(service, client, &command, &user, &credentials).await?;
    let password_hash = service.hasher.hash(command.new.password()).await?;

    let now = service.clock.now();
    let answer: Result<ChangePasswordResponse> = idempotency::once(&service.pool, key, now, async |tx| {
        let user = users::lock(tx, user.id).await?.ok_or(Error::UserNotFound)?;
        let checked = users::replace_password(tx, &credentials, &password_hash).await?;
        if !checked {
            return Err(wrong());
        }
        links::delete_all(tx, user.id, LinkPurpose::PasswordReset).await?;
        logins::end_others(tx, user.id, command.login_id, EndCause::PasswordChanged, now).await?;
        facts::password_changed(tx, service, &user).await?;
        Ok(ChangePasswordResponse {})
    })
    .await;
    answer.map(|_| ())
}

async fn was_done(service: &Service, key: &RequestKey) -> Result<bool> {
    let mut connection = service.read().await?;
    let stored = idempotency::stored::<ChangePasswordResponse>(&mut connection, &[key], service.clock.now()).await?;
    Ok(matches!(stored.first(), Some(Some(Stored::Response(_)))))
}

async fn owner(service: &Service, command: &ChangePassword) -> Result<(User, Credentials)> {
    let mut connection = service.read().await?;
    let user = users::get(&mut connection, command.user_id)
        .await?
        .ok_or(Error::UserNotFound)?;
    let known = users::credentials(&mut connection, &user.email).await?;
    known.ok_or(Error::UserNotFound)
}

async fn prove(
    service: &Service,
    client: Client,
    command: &ChangePassword,
    user: &User,
    credentials: &Credentials,
) -> Result<()> {
    Bucket::of_network("log in", client, service.config.attempts_per_network)
        .take(service)
        .await?;
    let attempts = LogInAttempts::new(&user.email, client);
    attempts.take(service).await?;
    let current = command.current.password();
    let verdict = service.hasher.verify(current, Some(&credentials.password_hash)).await?;
    if !matches!(verdict, Verdict::Right { .. }) {
        return Err(wrong());
    }
    attempts.succeeded(service).await?;
    let mut violations = Violations::new();
    violations.check(
        "new_password",
        command.new.password() != current,
        "PASSWORD_UNCHANGED",
        "must be another one than the current one",
    );
    Ok(violations.finish(())?)
}

/// At its field, and not as UNAUTHENTICATED: the session is good.
fn wrong() -> Error {
    let mut violations = Violations::new();
    violations.check(
        "current_password",
        false,
        "PASSWORD_WRONG",
        "is not the current password",
    );
    Error::Invalid(violations)
}
