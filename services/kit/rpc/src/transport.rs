//! The wire that generated clients are put on.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{HeaderValue, Request, Response};
use kit_core::limits::CALL_DURATION_DEFAULT;
use kit_telemetry::trace;
use tonic::body::Body;
use tonic::transport::Channel;
use tonic::{Code, Status, TimeoutExpired};
use tower::{Service, ServiceExt as _};

use crate::guard::Guard;
use crate::{Error, KIT, Methods, Peer, Switchboard, timeout};

/// A way to one service: over the network, or to a part of this process.
///
/// It never fails: what goes wrong on the way is an answer with a gRPC status, as if the service had given it. It adds
/// the trace context of the open span, and a deadline to calls that have none and do not stream.
#[derive(Clone, Debug)]
pub struct Transport {
    to: Arc<str>,
    link: Link,
}

#[derive(Clone, Debug)]
enum Link {
    /// Looked up when it is first needed, since parts of a process refer to each other in any order.
    Named {
        switchboard: Switchboard,
        from: Arc<str>,
    },
    Remote(Channel),
    Local {
        guard: Guard,
        peer: Peer,
    },
}

impl Transport {
    /// To the service called `to`, as the switchboard knows it at the time of each call.
    pub(crate) fn named(switchboard: Switchboard, from: &str, to: &str) -> Self {
        Self {
            to: to.into(),
            link: Link::Named {
                switchboard,
                from: from.into(),
            },
        }
    }

    /// Over the network.
    pub(crate) fn remote(to: &str, channel: Channel) -> Self {
        Self {
            to: to.into(),
            link: Link::Remote(channel),
        }
    }

    /// To a part of this process, which knows the caller's name without proof.
    pub(crate) fn local(to: &str, guard: Guard, from: &str) -> Self {
        Self {
            to: to.into(),
            link: Link::Local {
                guard,
                peer: Peer::Service(from.into()),
            },
        }
    }

    /// The name of the service at the other end.
    pub fn to(&self) -> &str {
        &self.to
    }

    async fn send(self, request: Request<Body>) -> Result<Response<Body>, Error> {
        match self.link {
            Link::Named { switchboard, from } => {
                let found = switchboard.resolve(&from, &self.to)?;
                Box::pin(found.send(request)).await
            }
            Link::Remote(channel) => channel.oneshot(request).await.map_err(|error| failure(&self.to, error)),
            Link::Local { guard, peer } => Ok(guard.answer(peer, without_extensions(request)).await),
        }
    }
}

impl Service<Request<Body>> for Transport {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        prepare(&mut request);
        let sending = self.clone().send(request);
        Box::pin(async move { Ok(sending.await.unwrap_or_else(|error| Status::from(error).into_http())) })
    }
}

/// What every call carries.
fn prepare(request: &mut Request<Body>) {
    let path = request.uri().path();
    let streams = Methods::platform().get(path).is_some_and(|method| method.streams);
    let headers = request.headers_mut();
    if !streams && !headers.contains_key(timeout::HEADER) {
        headers.insert(timeout::HEADER, timeout::header(CALL_DURATION_DEFAULT));
    }
    if let Some(parent) = trace::current_parent().and_then(|parent| HeaderValue::from_str(&parent).ok()) {
        headers.insert(trace::HEADER, parent);
    }
}

/// A network would not carry them either: nothing but headers and body reaches another part.
fn without_extensions(request: Request<Body>) -> Request<Body> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.clear();
    Request::from_parts(parts, body)
}

fn failure(to: &str, error: tonic::transport::Error) -> Error {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(&error);
    while let Some(found) = cause {
        if found.is::<TimeoutExpired>() {
            return Error::new(Code::DeadlineExceeded, KIT, "DEADLINE_PASSED", "the call took too long");
        }
        cause = found.source();
    }
    let error = Error::new(
        Code::Unavailable,
        KIT,
        "SERVICE_UNREACHABLE",
        "a service cannot be reached",
    )
    .caused_by(error);
    error.metadata("service", to)
}
