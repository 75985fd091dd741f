//! Where each service is: in this process, or at an address.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use thiserror::Error as ThisError;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

use crate::guard::Guard;
use crate::tls::Credentials;
use crate::{Error, KIT, Transport};

/// How long a connection may take to be made.
const CONNECT_DURATION_MAX: Duration = Duration::from_secs(3);
/// A connection that says nothing for this long is asked whether it is still there.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);
/// Time for the answer.
const KEEP_ALIVE_DURATION_MAX: Duration = Duration::from_secs(10);

/// In front of the name of a part that is in this process, where an address would stand otherwise.
const LOCAL_SCHEME: &str = "inproc:";

/// Knows every service by name. Clones are the same board.
#[derive(Clone, Debug, Default)]
pub struct Switchboard(Arc<Board>);

#[derive(Debug, Default)]
struct Board {
    parts: RwLock<HashMap<String, Guard>>,
    addresses: RwLock<HashMap<String, Channel>>,
    credentials: OnceLock<Credentials>,
}

/// An address that nothing can be connected to.
#[derive(Debug, ThisError)]
#[error("{address} cannot be the address of a service")]
pub struct AddressError {
    address: String,
    source: tonic::transport::Error,
}

impl Switchboard {
    /// An empty board.
    pub fn new() -> Self {
        Self::default()
    }

    /// A line from the part called `from` to the service called `to`. It may be asked for before `to` is known: the
    /// name is looked up with each call.
    pub fn line(&self, from: &str, to: &str) -> Transport {
        Transport::named(self.clone(), from, to)
    }

    /// A line to one replica by its address, such as the SFU node that a room is on: `https://host:port`, or
    /// `inproc:<name>` for a part of this process. `to` is the name that its certificate must bear.
    ///
    /// # Errors
    /// When the address is none.
    pub fn dial(&self, from: &str, to: &str, address: &str) -> Result<Transport, AddressError> {
        match address.strip_prefix(LOCAL_SCHEME) {
            Some(name) => Ok(self.line(from, name)),
            None => Ok(Transport::remote(to, self.channel(to, address)?)),
        }
    }

    /// Sets the certificate that this process shows to others and the authority that it trusts. Once, before addresses.
    pub fn set_credentials(&self, credentials: Credentials) {
        // A second call would be a mistake in this crate; the first credentials stay.
        let _ = self.0.credentials.set(credentials);
    }

    /// Connects the name `to` with an address.
    pub(crate) fn connect(&self, to: &str, address: &str) -> Result<(), AddressError> {
        let channel = self.channel(to, address)?;
        self.0
            .addresses
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(to.to_owned(), channel);
        Ok(())
    }

    /// Connects the name with a part of this process.
    pub(crate) fn mount(&self, name: &str, guard: Guard) {
        self.0
            .parts
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name.to_owned(), guard);
    }

    /// A part of this process comes before an address.
    pub(crate) fn resolve(&self, from: &str, to: &str) -> Result<Transport, Error> {
        if let Some(guard) = self.0.parts.read().unwrap_or_else(PoisonError::into_inner).get(to) {
            return Ok(Transport::local(to, guard.clone(), from));
        }
        if let Some(channel) = self.0.addresses.read().unwrap_or_else(PoisonError::into_inner).get(to) {
            return Ok(Transport::remote(to, channel.clone()));
        }
        let error = Error::new(
            Code::Unavailable,
            KIT,
            "SERVICE_UNREACHABLE",
            "a service is not known here",
        );
        Err(error.metadata("service", to))
    }

    /// Connects when it is first used, and again whenever the connection is lost.
    fn channel(&self, to: &str, address: &str) -> Result<Channel, AddressError> {
        let unusable = |source| AddressError {
            address: address.to_owned(),
            source,
        };
        let mut endpoint = Endpoint::from_shared(address.to_owned())
            .map_err(unusable)?
            .connect_timeout(CONNECT_DURATION_MAX)
            .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
            .keep_alive_timeout(KEEP_ALIVE_DURATION_MAX)
            .keep_alive_while_idle(true)
            .tcp_nodelay(true);
        if let Some(credentials) = self.0.credentials.get() {
            endpoint = endpoint.tls_config(credentials.client(to)).map_err(unusable)?;
        }
        Ok(endpoint.connect_lazy())
    }
}
