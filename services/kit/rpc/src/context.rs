//! What a request carries from the server's door to the method, and on to the calls that the method makes.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use kit_core::Clock;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};

use crate::Caller;

/// The verified caller of a request, and what its own calls inherit.
#[derive(Clone, Debug)]
pub struct Context {
    caller: Caller,
    authorization: Option<MetadataValue<Ascii>>,
    deadline: Option<Deadline>,
    client_address: Option<IpAddr>,
}

/// When the caller stops waiting.
#[derive(Clone, Debug)]
pub(crate) struct Deadline {
    at: Instant,
    clock: Clock,
}

/// Reads the [`Context`] of a request.
pub trait RequestExt {
    /// The context; an anonymous one for a request that came through no server of ours.
    fn context(&self) -> Context;

    /// Who is calling.
    fn caller(&self) -> Caller {
        self.context().caller
    }
}

// === impl Context ===

impl Context {
    /// A stream has no deadline to pass on: it lasts.
    pub(crate) fn new(caller: Caller, authorization: Option<MetadataValue<Ascii>>, deadline: Option<Deadline>) -> Self {
        Self {
            caller,
            authorization,
            deadline,
            client_address: None,
        }
    }

    /// Adds the address of a client that the gateway speaks for.
    pub(crate) fn with_client_address(self, client_address: Option<IpAddr>) -> Self {
        Self { client_address, ..self }
    }

    /// Nobody in particular, who waits as long as it takes: the work of jobs.
    pub fn background() -> Self {
        Self {
            caller: Caller::Anonymous,
            authorization: None,
            deadline: None,
            client_address: None,
        }
    }

    /// Where the client is, as the gateway saw it; `None` for a call that did not come through the gateway. For counting
    /// attempts, never for deciding who somebody is.
    pub fn client_address(&self) -> Option<IpAddr> {
        self.client_address
    }

    /// Who is calling.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// A request to another service on behalf of this one's caller: with the caller's token and the time that is left.
    ///
    /// The transport adds the trace context of the open span by itself, and shows our own name to the other side.
    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        if let Some(authorization) = &self.authorization {
            request.metadata_mut().insert("authorization", authorization.clone());
        }
        if let Some(deadline) = &self.deadline {
            request.set_timeout(deadline.remaining());
        }
        request
    }
}

// === impl Deadline ===

impl Deadline {
    pub(crate) fn after(clock: &Clock, duration: Duration) -> Self {
        Self {
            at: clock.instant() + duration,
            clock: clock.clone(),
        }
    }

    /// Zero once it has passed.
    pub(crate) fn remaining(&self) -> Duration {
        self.at.saturating_duration_since(self.clock.instant())
    }
}

impl<T> RequestExt for Request<T> {
    fn context(&self) -> Context {
        self.extensions()
            .get::<Context>()
            .cloned()
            .unwrap_or_else(Context::background)
    }
}

#[cfg(test)]
mod tests {
    use kit_core::ManualClock;

    use super::*;

    #[test]
    fn a_call_inherits_the_token_and_what_is_left_of_the_deadline() {
        let hand = ManualClock::fixed();
        let deadline = Deadline::after(&hand.clock(), Duration::from_secs(3));
        let token = MetadataValue::from_static("Bearer x");
        let context = Context::new(Caller::Anonymous, Some(token), Some(deadline));
        hand.advance(Duration::from_secs(1));
        let request = context.request(());
        assert_eq!(request.metadata().get("authorization").expect("forwarded"), "Bearer x");
        assert_eq!(request.metadata().get("grpc-timeout").expect("set"), "2000000u");
        hand.advance(Duration::from_secs(5));
        assert_eq!(context.request(()).metadata().get("grpc-timeout").expect("set"), "0n");
    }

    #[test]
    fn a_request_from_nowhere_is_anonymous() {
        assert_eq!(Request::new(()).caller(), Caller::Anonymous);
        assert!(Context::background().request(()).metadata().is_empty());
    }
}
