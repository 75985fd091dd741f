//! Somebody wants an account.

use kit_core::Email;
use kit_core::ids::UserId;
use kit_pg::PgConnection;
use kit_pg::idempotency::{RequestKey, once};

use super::facts;
use super::throttle::Bucket;
use crate::domain::{Client, DisplayName, LinkPurpose, NewPassword, ReturnPath, User};
use crate::error::{Error, Result};
use crate::limits::{MAIL_PER_ACCOUNT, SIGN_UP_PER_NETWORK};
use crate::service::Service;
use crate::store::users;

/// What is asked for.
#[derive(Debug)]
pub(crate) struct SignUp {
    pub(crate) email: Email,
    pub(crate) password: NewPassword,
    pub(crate) display_name: DisplayName,
    pub(crate) return_path: ReturnPath,
}

/// Makes an account, or tells the owner of the one that exists. The caller cannot tell which: both hash a password and
/// commit a fact.
pub(crate) async fn sign_up(service: &Service, client: Client, key: &RequestKey, command: SignUp) -> Result<()> {
    Bucket::of_network("sign up", client, SIGN_UP_PER_NETWORK)
        .take(service)
        .await?;
    let mails = Bucket::new("sign-up mail", &command.email, MAIL_PER_ACCOUNT);
    mails.take(service).await?;
    let password_hash = service.hasher.hash(command.password.password()).await?;
    let SignUp {
        email,
        display_name,
        return_path,
        ..
    } = command;
    let now = service.clock.now();
    let user = User::sign_up(UserId::new(&service.clock, &service.rng), email, display_name, now);
    once(&service.pool, key, now, async |tx| {
        record(tx, service, &user, &password_hash, return_path).await
    })
    .await
}

async fn record(
    connection: &mut PgConnection,
    service: &Service,
    user: &User,
    password_hash: &str,
    return_path: ReturnPath,
) -> Result<()> {
    if users::insert(&mut *connection, user, password_hash).await? {
        return facts::mail_link(connection, service, user, LinkPurpose::Verification, return_path).await;
    }
    // The account that was in the way has been removed in between: nothing has happened, and trying again will do.
    let known = users::lock_by_email(&mut *connection, &user.email)
        .await?
        .ok_or(Error::NotReady)?;
    facts::sign_up_repeated(connection, service, &known).await
}
