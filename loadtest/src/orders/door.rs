//! The gateway, spoken to as a client from outside: gRPC with an access token.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tonic::Request;
use tonic::transport::{Channel, Endpoint};
use uuid::Uuid;

/// Connections, since the gateway bounds the calls on one.
const CONNECTIONS: usize = 8;
/// Patience with one answer, beyond what the gateway has.
const PATIENCE: Duration = Duration::from_secs(40);

/// The connections that all people of the test share.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    channels: Arc<[Channel]>,
    next: Arc<AtomicUsize>,
}

/// Somebody with an access token.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) email: String,
    pub(crate) token: String,
    /// Where they say they are: each at an address of their own, as people are.
    pub(crate) address: Ipv4Addr,
}

impl Door {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let mut channels = Vec::with_capacity(CONNECTIONS);
        for _ in 0..CONNECTIONS {
            let endpoint = Endpoint::from_shared(url.to_owned())?
                .tcp_nodelay(true)
                .timeout(PATIENCE);
            channels.push(
                endpoint
                    .connect()
                    .await
                    .with_context(|| format!("{url} does not answer"))?,
            );
        }
        Ok(Self {
            channels: channels.into(),
            next: Arc::default(),
        })
    }

    /// One of the connections, each as often as the others.
    pub(crate) fn channel(&self) -> Channel {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.channels[number % self.channels.len()].clone()
    }
}

impl Person {
    /// A request with the person's token.
    pub(crate) fn request<T>(&self, message: T) -> Result<Request<T>> {
        let mut request = request_from(self.address, message)?;
        let token = format!("Bearer {}", self.token).parse()?;
        request.metadata_mut().insert("authorization", token);
        Ok(request)
    }
}

/// A request of nobody in particular, at an address.
pub(crate) fn request_from<T>(address: Ipv4Addr, message: T) -> Result<Request<T>> {
    let mut request = Request::new(message);
    request
        .metadata_mut()
        .insert("x-forwarded-for", address.to_string().parse()?);
    Ok(request)
}

/// An idempotency key: unique for its caller, and each caller is new with each run.
pub(crate) fn key(number: usize) -> String {
    Uuid::from_u128(0x4000_8000_0000_0000_0000 + number as u128).to_string()
}
