//! How an error leaves the gateway's plain HTTP routes: RFC 9457 problem JSON, from the same statuses as gRPC's.

use std::time::Duration;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use kit_rpc::{Error, Fault as _};
use serde::Serialize;
use tonic::{Code, Status};

use crate::admission::OVERLOADED;

/// A refusal.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    body: Body,
    retry_after: Option<Duration>,
}

#[derive(Debug, Serialize)]
struct Body {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    /// What programs switch on.
    reason: String,
    /// For developers.
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    violations: Vec<Violation>,
}

#[derive(Debug, Serialize)]
struct Violation {
    field: String,
    reason: String,
    description: String,
}

impl Problem {
    /// With a status of HTTP that gRPC has no code for.
    pub(crate) fn new(status: StatusCode, reason: &str, message: &str) -> Self {
        let body = Body {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Refused"),
            status: status.as_u16(),
            reason: reason.to_owned(),
            message: message.to_owned(),
            retry_after_ms: None,
            violations: Vec::new(),
        };
        Self {
            status,
            body,
            retry_after: None,
        }
    }

    /// There is nothing here.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing here")
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Status::from(error).into()
    }
}

impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        let reason = status.reason().unwrap_or_default();
        let http = if reason == OVERLOADED {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            http_status(status.code())
        };
        let mut problem = Self::new(http, &reason, status.message());
        problem.retry_after = status.retry_after();
        problem.body.retry_after_ms = problem.retry_after.map(millis);
        let violations = status.violations().into_iter().map(|violation| Violation {
            field: violation.field,
            reason: violation.reason,
            description: violation.description,
        });
        problem.body.violations = violations.collect();
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(delay) = self.retry_after {
            headers.insert(header::RETRY_AFTER, retry_after(delay));
        }
        response
    }
}

/// The header of that name: whole seconds, rounded up.
pub(crate) fn retry_after(delay: Duration) -> HeaderValue {
    HeaderValue::from(millis(delay).div_ceil(1_000))
}

fn millis(delay: Duration) -> u64 {
    u64::try_from(delay.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX)
}

/// As `google.rpc.Code` documents them.
pub(crate) fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Aborted | Code::AlreadyExists => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Cancelled | Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use kit_rpc::Code;

    use super::*;
    use crate::DOMAIN;

    #[test]
    fn what_a_service_says_is_said_in_json() {
        let error = DOMAIN.error(Code::ResourceExhausted, "TOO_MANY_ATTEMPTS", "that was too often");
        let problem = Problem::from(
            error
                .retry_after(Duration::from_millis(1_200))
                .violation("email", "X", "y"),
        );
        let json = serde_json::to_value(&problem.body).expect("JSON");
        let expected = serde_json::json!({
            "type": "about:blank", "title": "Too Many Requests", "status": 429, "reason": "TOO_MANY_ATTEMPTS",
            "message": "that was too often", "retry_after_ms": 1_200,
            "violations": [{"field": "email", "reason": "X", "description": "y"}],
        });
        assert_eq!(json, expected);
        assert_eq!(problem.into_response().headers()["retry-after"], "2");
    }

    #[test]
    fn overload_is_not_the_clients_fault() {
        let error = DOMAIN.error(Code::ResourceExhausted, OVERLOADED, "too much");
        assert_eq!(Problem::from(error).status, StatusCode::SERVICE_UNAVAILABLE);
    }
}
