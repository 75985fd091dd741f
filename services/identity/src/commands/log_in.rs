//! Somebody gives an address and a password.

use kit_core::Email;
use kit_core::ids::LoginId;

use super::sessions::{self, Session};
use super::throttle::{Bucket, LogInAttempts};
use crate::domain::{Client, Credentials, Login, Password, TypedPassword, User};
use crate::error::{Error, Result};
use crate::limits::LOGINS_PER_USER;
use crate::secrets::Verdict;
use crate::service::Service;
use crate::store::{logins, users};

/// What is given.
#[derive(Debug)]
pub(crate) struct LogIn {
    pub(crate) email: Email,
    pub(crate) password: TypedPassword,
}

/// Starts a session. An unknown address takes the same steps as a wrong password, one hash included.
pub(crate) async fn log_in(service: &Service, client: Client, command: LogIn) -> Result<Session> {
    Bucket::of_network("log in", client, service.config.attempts_per_network)
        .take(service)
        .await?;
    let attempts = LogInAttempts::new(&command.email, client);
    attempts.take(service).await?;
    let credentials = users::credentials(&mut *service.read().await?, &command.email).await?;
    let (user, credentials) = check(service, command.password.password(), credentials).await?;
    attempts.succeeded(service).await?;
    start(service, user, &credentials).await
}

/// The account, if the password is its own and its address is verified; with a hash of today's cost.
async fn check(
    service: &Service,
    password: &Password,
    known: Option<(User, Credentials)>,
) -> Result<(User, Credentials)> {
    let stored = known
        .as_ref()
        .map(|(_, credentials)| credentials.password_hash.as_str());
    let verdict = service.hasher.verify(password, stored).await?;
    let (Verdict::Right { outdated }, Some((user, credentials))) = (verdict, known) else {
        return Err(Error::CredentialsWrong);
    };
    if !user.is_verified() {
        return Err(Error::EmailNotVerified);
    }
    if !outdated {
        return Ok((user, credentials));
    }
    let password_hash = service.hasher.hash(password).await?;
    let mut connection = service.read().await?;
    let replaced = users::replace_password(&mut connection, &credentials, &password_hash).await?;
    let renewed = Credentials {
        password_hash,
        ..credentials
    };
    if replaced {
        Ok((user, renewed))
    } else {
        Err(Error::CredentialsWrong)
    }
}

async fn start(service: &Service, user: User, checked: &Credentials) -> Result<Session> {
    let now = service.clock.now();
    let mut tx = service.pool.begin().await?;
    let user = users::lock(&mut tx, user.id).await?.ok_or(Error::CredentialsWrong)?;
    // A reset that came between the check and the lock has ended all sessions; it shall not leave this one behind.
    let current = users::credentials(&mut tx, &user.email).await?;
    if current.is_none_or(|(_, current)| current.password_hash != checked.password_hash) {
        return Err(Error::CredentialsWrong);
    }
    let id = LoginId::new(&service.clock, &service.rng);
    let login = Login::open(id, user.id, service.rng.bytes(), service.config.logins, now);
    logins::insert(&mut tx, &login).await?;
    logins::end_oldest(&mut tx, user.id, LOGINS_PER_USER, now).await?;
    let session = sessions::issue(&mut tx, service, user, &login).await?;
    tx.commit().await?;
    Ok(session)
}
