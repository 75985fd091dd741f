//! The captured mail of an installation: the links that confirm an address.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde::Deserialize;

/// All that is kept of a thousand mails, with room to spare.
const BYTES_MAX: usize = 256 << 20;
/// Before the link's secret, in the mail's text.
const LINK: &str = "/verify-email#";
/// Looks for mail, and the time between them.
const TRIES: usize = 240;
const INTERVAL: Duration = Duration::from_millis(500);

#[derive(Deserialize)]
struct Mail {
    to: Vec<String>,
    text: String,
}

/// The verification tokens that were mailed to these addresses, once all are there.
pub(crate) async fn tokens(site: &str, addresses: &[String]) -> Result<BTreeMap<String, String>> {
    for _ in 0..TRIES {
        let mut found = BTreeMap::new();
        for mail in read(site).await? {
            let Some(token) = token_in(&mail.text) else { continue };
            found.extend(mail.to.iter().map(|to| (to.clone(), token.to_owned())));
        }
        if addresses.iter().all(|address| found.contains_key(address)) {
            return Ok(found);
        }
        tokio::time::sleep(INTERVAL).await;
    }
    anyhow::bail!("mail to confirm an address has not come")
}

fn token_in(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(LINK)?;
    rest.split_whitespace().next()
}

async fn read(site: &str) -> Result<Vec<Mail>> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<bytes::Bytes>>();
    let address = format!("{site}/dev/mail.json");
    let answer = client.get(address.parse()?).await.context("no captured mail")?;
    ensure!(answer.status().is_success(), "{address}: {}", answer.status());
    let body = Limited::new(answer.into_body(), BYTES_MAX).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!("{address}: {error}"))?;
    serde_json::from_slice(&body.to_bytes()).context("captured mail is not as expected")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_link_ends_at_a_blank() {
        let text = "Confirm:\nhttp://127.0.0.1:1/verify-email#abc_-1\n\nBye";
        assert_eq!(super::token_in(text), Some("abc_-1"));
        assert_eq!(super::token_in("nothing here"), None);
    }
}
