//! How often one client may ask, and how much runs at the same time. What is too much is refused at once: a queue here
//! would only hide the overload and make every answer late.

use std::net::IpAddr;
use std::sync::Arc;

use kit_core::Clock;
use kit_rpc::{Code, Error};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::SHED_RETRY_DELAY;
use crate::meters::Meters;
use crate::rate::Buckets;
use crate::{Config, DOMAIN};

/// The budgets of one gateway.
#[derive(Debug)]
pub(crate) struct Admission {
    requests: Buckets,
    sign_ins: Buckets,
    sockets: Buckets,
    running: Arc<Semaphore>,
    streaming: Arc<Semaphore>,
    connected: Arc<Semaphore>,
    meters: Meters,
}

/// What a request counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Anything that is answered at once.
    Request,
    /// An attempt with credentials, or one that sends mail.
    SignIn,
    /// A gRPC stream.
    Stream,
    /// A signalling connection.
    Socket,
}

/// A place among what runs. It is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Place(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Admission {
    pub(crate) fn new(config: &Config, clock: &Clock, meters: &Meters) -> Self {
        Self {
            requests: Buckets::new(config.requests, clock),
            sign_ins: Buckets::new(config.sign_ins, clock),
            sockets: Buckets::new(config.sockets, clock),
            running: Arc::new(Semaphore::new(config.requests_max)),
            streaming: Arc::new(Semaphore::new(config.streams_max)),
            connected: Arc::new(Semaphore::new(config.sockets_max)),
            meters: meters.clone(),
        }
    }

    /// A place for a request of this client, or why there is none.
    pub(crate) fn admit(&self, kind: Kind, client: IpAddr) -> Result<Place, Error> {
        self.count(kind, client)?;
        let places = match kind {
            Kind::Request | Kind::SignIn => &self.running,
            Kind::Stream => &self.streaming,
            Kind::Socket => &self.connected,
        };
        Arc::clone(places).try_acquire_owned().map(Place).map_err(|_| {
            self.meters.refused("overload");
            let error = DOMAIN.error(
                Code::ResourceExhausted,
                OVERLOADED,
                "too much is going on at the moment",
            );
            error.retry_after(SHED_RETRY_DELAY)
        })
    }

    /// Only counts, for what needs no place: files from memory.
    pub(crate) fn count(&self, kind: Kind, client: IpAddr) -> Result<(), Error> {
        let (buckets, limit, reason) = match kind {
            Kind::Request | Kind::Stream => (&self.requests, "requests", "TOO_MANY_REQUESTS"),
            Kind::SignIn => (&self.sign_ins, "sign_ins", "TOO_MANY_ATTEMPTS"),
            Kind::Socket => (&self.sockets, "sockets", "TOO_MANY_REQUESTS"),
        };
        buckets.take(client).map_err(|delay| {
            self.meters.refused(limit);
            DOMAIN
                .error(Code::ResourceExhausted, reason, "that was too often")
                .retry_after(delay)
        })
    }
}

/// The reason of what is shed, which HTTP says by 503 and not by 429: it is not this client's fault.
pub(crate) const OVERLOADED: &str = "OVERLOADED";
