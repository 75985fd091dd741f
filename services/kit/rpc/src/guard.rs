//! The door of every part: each request passes it, whichever way it came.
//!
//! One straight line instead of a stack of layers: the order is the security argument, so it should be readable. A
//! request is matched with its [`Method`] (unknown ones are refused), admitted or shed, its caller verified, the access
//! rule asked, its deadline set; then the method runs, and whatever it does, an answer goes out.

use std::error::Error as StdError;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use http::{HeaderMap, Request, Response, header};
use kit_core::Clock;
use kit_telemetry::trace;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::metadata::MetadataValue;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower::ServiceExt as _;
use tracing::{Instrument as _, Span, field};

use crate::body::{GuardedBody, code_in};
use crate::call::{Call, Calls};
use crate::context::Deadline;
use crate::peer::CLIENT_ADDRESS;
use crate::{Caller, Context, Error, KIT, Method, Methods, Peer, UserCaller, Verifier, timeout};

/// Routes behind their door.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    routes: Routes,
    shared: Arc<GuardShared>,
}

/// What the doors of one process share.
#[derive(Debug)]
pub(crate) struct GuardShared {
    pub(crate) methods: Methods,
    pub(crate) verifier: Verifier,
    pub(crate) calls: Calls,
    pub(crate) clock: Clock,
    pub(crate) stopping: CancellationToken,
}

type Answer = Response<Body>;

// === impl Guard ===

impl Guard {
    pub(crate) fn new(routes: Routes, shared: Arc<GuardShared>) -> Self {
        Self {
            routes: routes.prepare(),
            shared,
        }
    }

    /// Answers a request from `peer`. Always: failures are answers with a status.
    pub(crate) async fn answer(&self, peer: Peer, request: Request<Body>) -> Answer {
        let span = open_span(&request);
        let answer = self.enter(peer, request).instrument(span.clone()).await;
        let answer = answer.unwrap_or_else(|error| refuse(error, &span));
        span.record("code", field::debug(code_in(answer.headers()).unwrap_or(Code::Ok)));
        answer
    }

    async fn enter(&self, peer: Peer, mut request: Request<Body>) -> Result<Answer, Error> {
        let unknown = || Error::new(Code::Unimplemented, KIT, "METHOD_UNKNOWN", "there is no such method");
        let method = self.shared.methods.get(request.uri().path()).ok_or_else(unknown)?;
        let mut call = self.shared.calls.admit(method)?;
        let authorized = self.authorize(method, &peer, request.headers()).await;
        let caller = authorized.map_err(|error| {
            call.finish(error.code());
            // The mark by which a refusal at the door is told from one by the method.
            error.metadata("rule", method.path)
        })?;
        let allowed = timeout::allowed(request.headers());
        let deadline = (!method.streams).then(|| Deadline::after(&self.shared.clock, allowed));
        let authorization = request
            .headers()
            .get(header::AUTHORIZATION)
            .map(|value| MetadataValue::try_from(value.as_bytes()).expect("a verified token is a header value"));
        let client_address = client_address(&peer, request.headers());
        let context = Context::new(caller, authorization, deadline).with_client_address(client_address);
        request.extensions_mut().insert(context);

        match tokio::time::timeout(allowed, self.run(request)).await {
            Ok(answer) => Ok(self.seal(answer.inspect_err(|error| call.finish(error.code()))?, call)),
            Err(_) => {
                call.finish(Code::DeadlineExceeded);
                Err(Error::new(
                    Code::DeadlineExceeded,
                    KIT,
                    "DEADLINE_PASSED",
                    "the call took too long",
                ))
            }
        }
    }

    /// Verifies who calls, and asks the rule.
    async fn authorize(&self, method: Method, peer: &Peer, headers: &HeaderMap) -> Result<Caller, Error> {
        let user = match bearer(headers)? {
            Some(token) => Some(self.shared.verifier.verify(token).await?),
            None => None,
        };
        let caller = identify(peer, user);
        Span::current().record("caller", field::debug(CallerName(&caller)));
        if caller.passes(method.allow) {
            Ok(caller)
        } else if caller == Caller::Anonymous {
            Err(Error::new(
                Code::Unauthenticated,
                KIT,
                "SIGN_IN_REQUIRED",
                "sign in first",
            ))
        } else {
            Err(Error::new(
                Code::PermissionDenied,
                KIT,
                "ACCESS_DENIED",
                "this is not for you",
            ))
        }
    }

    /// Runs the method. A panic is a mistake of ours and ends this call only.
    async fn run(&self, request: Request<Body>) -> Result<Answer, Error> {
        let running = self.routes.clone().oneshot(request);
        match AssertUnwindSafe(running).catch_unwind().await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(never)) => match never {},
            Err(panic) => {
                tracing::error!(panic = panic_text(&*panic), "a method panicked");
                Err(Error::new(
                    Code::Internal,
                    KIT,
                    "PANIC",
                    "something went wrong on our side",
                ))
            }
        }
    }

    /// Logs our own failures, and lets the call last until its body has been sent.
    fn seal(&self, answer: Answer, mut call: Call) -> Answer {
        let Some(code) = code_in(answer.headers()) else {
            let stopping = self.shared.stopping.clone().cancelled_owned();
            return answer.map(|body| Body::new(GuardedBody::new(body, call, stopping)));
        };
        call.finish(code);
        // A status with a cause is a failure of this service. One without was made for the caller, or came from another
        // service, which has logged it; and a peer that sends nonsense must not be able to fill our log.
        if let Some(status) = answer.extensions().get::<Status>()
            && let Some(cause) = causes(status)
        {
            tracing::error!(?code, cause, "a call failed");
        }
        answer
    }
}

fn open_span(request: &Request<Body>) -> Span {
    let path = request.uri().path();
    let span = tracing::info_span!(
        "rpc",
        otel.name = path,
        otel.kind = "server",
        rpc = path,
        caller = field::Empty,
        code = field::Empty
    );
    if let Some(parent) = request
        .headers()
        .get(trace::HEADER)
        .and_then(|value| value.to_str().ok())
    {
        trace::set_parent(&span, parent);
    }
    span
}

/// The token of `authorization: Bearer …`. Any other scheme is a mistake of the client.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let text = value.to_str().ok();
    let token = text
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let token = token.map(|(_, token)| token.trim());
    token.map(Some).ok_or_else(|| {
        Error::new(
            Code::Unauthenticated,
            KIT,
            "TOKEN_INVALID",
            "authorization must be a bearer token",
        )
    })
}

/// The client's address, which the gateway alone is believed to know.
fn client_address(peer: &Peer, headers: &HeaderMap) -> Option<IpAddr> {
    let value = headers.get(CLIENT_ADDRESS).filter(|_| peer.is_gateway())?;
    value.to_str().ok()?.parse().ok()
}

fn identify(peer: &Peer, user: Option<UserCaller>) -> Caller {
    match (peer.service(), user) {
        (Some(name), on_behalf) => Caller::Service {
            name: name.to_owned(),
            on_behalf,
        },
        (None, Some(user)) => Caller::User(user),
        (None, None) => Caller::Anonymous,
    }
}

fn refuse(error: Error, span: &Span) -> Answer {
    span.in_scope(|| match causes(&error) {
        Some(cause) => tracing::error!(%error, cause, "a call could not be served"),
        None => tracing::debug!(%error, "refused"),
    });
    Status::from(error).into_http()
}

/// The whole chain of causes, outermost first.
fn causes(error: &dyn StdError) -> Option<String> {
    let chain = std::iter::successors(error.source(), |&cause| cause.source());
    chain
        .map(ToString::to_string)
        .reduce(|outer, inner| format!("{outer}: {inner}"))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// How a caller appears in logs: identifiers only, no names or addresses of people.
struct CallerName<'a>(&'a Caller);

impl std::fmt::Debug for CallerName<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Caller::Anonymous => f.write_str("anonymous"),
            Caller::User(user) => write!(f, "{}", user.user_id),
            Caller::Service { name, on_behalf: None } => f.write_str(name),
            Caller::Service {
                name,
                on_behalf: Some(user),
            } => write!(f, "{name} for {}", user.user_id),
        }
    }
}
