//! gRPC and gRPC-web from outside, passed on by path. Payloads are not decoded and answers are not buffered.
//!
//! gRPC-web becomes gRPC first (`tonic_web`), so that everything behind it, refusals included, is the same for both.

mod body;

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use kit_rpc::{CLIENT_ADDRESS, KIT, Method, Methods, Role};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};
use tonic_web::GrpcWebLayer;
use tower::{Layer as _, ServiceExt as _};

use crate::admission::{Kind, Place};
use crate::client::Client;
use crate::limits::CALL_BYTES_MAX;
use crate::problem::{Problem, retry_after};
use crate::{DOMAIN, Edge};

use body::StreamBody;

/// What goes on from a client's headers to a service. Everything else stays here: cookies, what proxies add, and what
/// only the gateway may say.
const FORWARDED: [HeaderName; 5] = [
    header::AUTHORIZATION,
    header::USER_AGENT,
    HeaderName::from_static("grpc-timeout"),
    HeaderName::from_static("grpc-encoding"),
    HeaderName::from_static("grpc-accept-encoding"),
];

/// Attempts with credentials or mailed tokens, and what sends mail: the RPCs that are worth guessing at.
const SIGN_INS: [&str; 8] = [
    "/plenary.identity.v1.AccountService/ChangePassword",
    "/plenary.identity.v1.AccountService/ClaimSetup",
    "/plenary.identity.v1.AccountService/LogIn",
    "/plenary.identity.v1.AccountService/RequestPasswordReset",
    "/plenary.identity.v1.AccountService/ResendVerification",
    "/plenary.identity.v1.AccountService/ResetPassword",
    "/plenary.identity.v1.AccountService/SignUp",
    "/plenary.identity.v1.AccountService/VerifyEmail",
];

/// How a client speaks gRPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Native,
    Web,
}

/// Whether the request is, or tries to be, a call: then no page ever answers it.
pub(crate) fn is_call(request: &Request) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let says_so = content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"));
    says_so || request.uri().path().starts_with("/plenary.")
}

/// Answers a call.
pub(crate) async fn answer(edge: Arc<Edge>, request: Request) -> Response {
    match dialect(request.headers()) {
        Some(Dialect::Native) if request.version() != Version::HTTP_2 => {
            let problem = "gRPC needs HTTP/2; over HTTP/1.1 speak gRPC-web";
            return Problem::new(StatusCode::HTTP_VERSION_NOT_SUPPORTED, "GRPC_REQUIRED", problem).into_response();
        }
        Some(Dialect::Native | Dialect::Web) => {}
        None => {
            let problem = "the content type must be application/grpc or application/grpc-web";
            return Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "GRPC_REQUIRED", problem).into_response();
        }
    }
    let service = tower::service_fn(move |request: http::Request<Body>| {
        let edge = Arc::clone(&edge);
        async move {
            let answer = forward(&edge, request).await;
            Ok::<_, Infallible>(answer.unwrap_or_else(refuse))
        }
    });
    match GrpcWebLayer::new().layer(service).oneshot(request).await {
        Ok(response) => response.map(axum::body::Body::new),
        Err(never) => match never {},
    }
}

async fn forward(edge: &Edge, request: http::Request<Body>) -> Result<http::Response<Body>, Status> {
    let unknown = || {
        let details = ErrorDetails::with_error_info("METHOD_UNKNOWN", KIT.name(), HashMap::new());
        Status::with_error_details(Code::Unimplemented, "there is no such method", details)
    };
    let method = public_method(request.uri().path()).ok_or_else(unknown)?;
    let line = edge.lines.serving(method.path).ok_or_else(unknown)?;
    let client = *request
        .extensions()
        .get::<Client>()
        .expect("the door says where the client is");
    let place = edge.admission.admit(kind_of(method), client.0)?;

    let (parts, body) = request.into_parts();
    let body = Limited::new(body, CALL_BYTES_MAX).map_err(too_large);
    let mut forwarded = http::Request::new(Body::new(body));
    *forwarded.method_mut() = http::Method::POST;
    *forwarded.version_mut() = Version::HTTP_2;
    *forwarded.uri_mut() = method.path.parse().expect("a method's path is a URI");
    *forwarded.headers_mut() = headers(&parts.headers, client);
    let answer = match line.oneshot(forwarded).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    };
    Ok(hold(edge, method, place, answer))
}

/// A stream keeps its place until its end and is ended by a drain; a unary call is over with its answer.
fn hold(edge: &Edge, method: Method, place: Place, answer: http::Response<Body>) -> http::Response<Body> {
    if method.streams {
        let stopping = edge.tasks.stopping();
        answer.map(|body| Body::new(StreamBody::new(body, place, stopping)))
    } else {
        answer
    }
}

/// The RPC of this path, unless it is for services only.
fn public_method(path: &str) -> Option<Method> {
    let method = Methods::platform().get(path)?;
    method.allow.iter().any(|role| *role != Role::Service).then_some(method)
}

fn kind_of(method: Method) -> Kind {
    if method.streams {
        Kind::Stream
    } else if SIGN_INS.contains(&method.path) {
        Kind::SignIn
    } else {
        Kind::Request
    }
}

fn headers(from: &HeaderMap, client: Client) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(FORWARDED.len() + 3);
    for name in FORWARDED {
        if let Some(value) = from.get(&name) {
            headers.insert(name, value.clone());
        }
    }
    headers.insert(header::CONTENT_TYPE, tonic::metadata::GRPC_CONTENT_TYPE);
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    let address = HeaderValue::try_from(client.0.to_string()).expect("an address is a header value");
    headers.insert(CLIENT_ADDRESS, address);
    headers
}

fn dialect(headers: &HeaderMap) -> Option<Dialect> {
    match headers.get(header::CONTENT_TYPE)?.as_bytes() {
        b"application/grpc" | b"application/grpc+proto" => Some(Dialect::Native),
        b"application/grpc-web"
        | b"application/grpc-web+proto"
        | b"application/grpc-web-text"
        | b"application/grpc-web-text+proto" => Some(Dialect::Web),
        _ => None,
    }
}

fn too_large(error: Box<dyn std::error::Error + Send + Sync>) -> Status {
    if error.is::<LengthLimitError>() {
        let message = format!("a request has at most {CALL_BYTES_MAX} bytes");
        DOMAIN
            .error(kit_rpc::Code::ResourceExhausted, "REQUEST_TOO_LARGE", message)
            .into()
    } else {
        Status::from_error(error)
    }
}

fn refuse(status: Status) -> http::Response<Body> {
    let delay = kit_rpc::Fault::retry_after(&status);
    let mut answer = status.into_http();
    if let Some(delay) = delay {
        answer.headers_mut().insert(header::RETRY_AFTER, retry_after(delay));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_services_may_call_is_not_there_from_outside() {
        for method in Methods::platform().iter() {
            let inside_only = method.allow == [Role::Service];
            assert_eq!(public_method(method.path).is_none(), inside_only, "{}", method.path);
        }
        assert_eq!(public_method("/plenary.live.v1.NodeService/RegisterNode"), None);
        assert_eq!(public_method("/plenary.identity.v1.AccountService/Nothing"), None);
    }

    #[test]
    fn attempts_to_sign_in_are_counted_as_such() {
        for path in SIGN_INS {
            let method = public_method(path).unwrap_or_else(|| panic!("{path} is gone"));
            assert_eq!(kind_of(method), Kind::SignIn);
        }
    }
}
