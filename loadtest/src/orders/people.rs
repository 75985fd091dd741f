//! Accounts of people who have confirmed their address.

use std::net::Ipv4Addr;

use anyhow::{Context as _, Result};
use futures::{StreamExt as _, TryStreamExt as _};
use plenary_proto::identity::v1::account_service_client::AccountServiceClient;
use plenary_proto::identity::v1::{ClaimSetupRequest, LogInRequest, SignUpRequest, VerifyEmailRequest};

use super::door::{Door, Person, key, request_from};
use super::mail;
use crate::clock;

pub(crate) const PASSWORD: &str = "a fairly long sentence";
/// Sign-ups and log-ins at the same time: each is a password hash, and more would be shed.
const AT_ONCE: usize = 4;
/// Sign-ups before their mail is looked for: the sink keeps the last thousand mails.
const MAILS_AT_ONCE: usize = 250;

/// Signs up so many people, confirms their addresses by the mail they get, and logs them in.
pub(crate) async fn sign_up(door: &Door, mail_site: &str, count: usize) -> Result<Vec<Person>> {
    let run = format!("{}-{}", clock::since_1970().as_secs(), std::process::id());
    let people: Vec<(usize, String)> = (0..count)
        .map(|number| (number, format!("buyer-{number}-{run}@example.org")))
        .collect();
    for some in people.chunks(MAILS_AT_ONCE) {
        let signed_up = some.iter().map(|(number, email)| register(door, *number, email));
        each(signed_up).await.context("sign-up")?;
        let addresses: Vec<String> = some.iter().map(|(_, email)| email.clone()).collect();
        let tokens = mail::tokens(mail_site, &addresses).await?;
        let verified = some.iter().map(|(number, email)| {
            let token = tokens.get(email).cloned().unwrap_or_default();
            verify(door, *number, token)
        });
        each(verified).await.context("confirming an address")?;
    }
    // Last, as access tokens do not live long.
    each(
        people
            .iter()
            .map(|(number, email)| log_in(door, address(*number), email, PASSWORD)),
    )
    .await
}

/// Makes the first administrator with the one-time token that the installation has printed.
pub(crate) async fn claim_setup(door: &Door, token: &str) -> Result<Person> {
    let email = "administrator@example.org";
    let message = ClaimSetupRequest {
        token: token.to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "Administrator".to_owned(),
    };
    let request = request_from(Ipv4Addr::LOCALHOST, message)?;
    AccountServiceClient::new(door.channel()).claim_setup(request).await?;
    log_in(door, Ipv4Addr::LOCALHOST, email, PASSWORD).await
}

/// A new session of somebody who has an account.
pub(crate) async fn log_in(door: &Door, address: Ipv4Addr, email: &str, password: &str) -> Result<Person> {
    let message = LogInRequest {
        email: email.to_owned(),
        password: password.to_owned(),
    };
    let request = request_from(address, message)?;
    let answer = AccountServiceClient::new(door.channel()).log_in(request).await?;
    let tokens = answer.into_inner().tokens.context("a session without tokens")?;
    Ok(Person {
        email: email.to_owned(),
        token: tokens.access_token,
        address,
    })
}

async fn register(door: &Door, number: usize, email: &str) -> Result<()> {
    let message = SignUpRequest {
        request_id: key(number),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        display_name: format!("Buyer {number}"),
        return_path: String::new(),
    };
    let request = request_from(address(number), message)?;
    AccountServiceClient::new(door.channel()).sign_up(request).await?;
    Ok(())
}

async fn verify(door: &Door, number: usize, token: String) -> Result<()> {
    let request = request_from(address(number), VerifyEmailRequest { token })?;
    AccountServiceClient::new(door.channel()).verify_email(request).await?;
    Ok(())
}

/// Waits for all, a few at a time.
async fn each<T>(work: impl Iterator<Item = impl Future<Output = Result<T>>>) -> Result<Vec<T>> {
    futures::stream::iter(work).buffered(AT_ONCE).try_collect().await
}

/// Of the block for documentation and benchmarks between networks (RFC 2544): nobody is there.
fn address(number: usize) -> Ipv4Addr {
    let host = u32::try_from(number % 0x1_0000).unwrap_or(0);
    Ipv4Addr::from_bits(Ipv4Addr::new(198, 18, 0, 0).to_bits() + host)
}
