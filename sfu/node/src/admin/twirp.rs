//! Twirp's wire form (its specification, version 7): a request's content type says how it and its answer are written; an
//! error is always JSON, with a code that has one HTTP status.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How a caller writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Protobuf,
    Json,
}

impl Format {
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, TwirpError> {
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        match essence.trim().to_ascii_lowercase().as_str() {
            "application/protobuf" => Ok(Self::Protobuf),
            "application/json" => Ok(Self::Json),
            _ => Err(TwirpError::new(
                TwirpCode::BadRoute,
                "the content type has to be application/protobuf or application/json",
            )),
        }
    }

    pub(super) fn decode<M: prost::Message + Default + DeserializeOwned>(self, body: &[u8]) -> Result<M, TwirpError> {
        let malformed = |error: String| TwirpError::new(TwirpCode::Malformed, format!("the request: {error}"));
        match self {
            Self::Protobuf => M::decode(body).map_err(|error| malformed(error.to_string())),
            Self::Json => serde_json::from_slice(body).map_err(|error| malformed(error.to_string())),
        }
    }

    pub(super) fn encode<M: prost::Message + Serialize>(self, answer: &M) -> Result<Response, TwirpError> {
        let (content_type, body) = match self {
            Self::Protobuf => ("application/protobuf", answer.encode_to_vec()),
            Self::Json => {
                let json = serde_json::to_vec(answer);
                let json = json.map_err(|error| TwirpError::new(TwirpCode::Internal, error.to_string()))?;
                ("application/json", json)
            }
        };
        Ok(respond(StatusCode::OK, content_type, body))
    }
}

fn respond(status: StatusCode, content_type: &'static str, body: Vec<u8>) -> Response {
    let content_type = HeaderValue::from_static(content_type);
    (status, [(header::CONTENT_TYPE, content_type)], Bytes::from(body)).into_response()
}

/// Why a call failed. Those of Twirp's codes that we use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TwirpCode {
    BadRoute,
    Malformed,
    InvalidArgument,
    Unauthenticated,
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    ResourceExhausted,
    DeadlineExceeded,
    Aborted,
    Unavailable,
    Internal,
}

impl TwirpCode {
    const fn status(self) -> StatusCode {
        match self {
            Self::Malformed | Self::InvalidArgument => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::BadRoute | Self::NotFound => StatusCode::NOT_FOUND,
            Self::DeadlineExceeded => StatusCode::REQUEST_TIMEOUT,
            Self::Aborted | Self::AlreadyExists => StatusCode::CONFLICT,
            Self::FailedPrecondition => StatusCode::PRECONDITION_FAILED,
            Self::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// A failed call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct TwirpError {
    code: TwirpCode,
    msg: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    meta: BTreeMap<&'static str, String>,
}

impl TwirpError {
    pub(super) fn new(code: TwirpCode, message: impl Into<String>) -> Self {
        Self {
            code,
            msg: message.into(),
            meta: BTreeMap::new(),
        }
    }

    pub(super) fn bad_route() -> Self {
        Self::new(TwirpCode::BadRoute, "there is no such method")
    }

    /// A request whose field cannot be what it is; the field's name is in `meta`, as in Twirp's own libraries.
    pub(super) fn argument(field: &'static str, what: &str) -> Self {
        Self::new(TwirpCode::InvalidArgument, format!("{field} {what}")).with("argument", field)
    }

    pub(super) fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.meta.insert(key, value.into());
        self
    }
}

impl IntoResponse for TwirpError {
    fn into_response(self) -> Response {
        // Texts and their names only: they have a JSON form.
        let body = serde_json::to_vec(&self).unwrap_or_default();
        respond(self.code.status(), "application/json", body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use livekit_protocol::ListRoomsRequest;

    fn format(content_type: &'static str) -> Result<Format, TwirpError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Format::of(&headers)
    }

    #[test]
    fn the_content_type_says_how_it_is_written() {
        assert_eq!(format("application/protobuf"), Ok(Format::Protobuf));
        assert_eq!(format("application/json;charset=UTF-8"), Ok(Format::Json));
        let refused = format("text/plain").expect_err("unknown");
        assert_eq!(refused.code, TwirpCode::BadRoute);
        assert!(Format::of(&HeaderMap::new()).is_err());
    }

    #[test]
    fn both_forms_are_read_and_what_is_neither_is_malformed() {
        let wanted = ListRoomsRequest {
            names: vec!["a".to_owned()],
        };
        let bytes = prost::Message::encode_to_vec(&wanted);
        assert_eq!(Format::Protobuf.decode(&bytes), Ok(wanted.clone()));
        // Fields of newer callers are no mistake.
        assert_eq!(Format::Json.decode(br#"{"names":["a"],"newer":1}"#), Ok(wanted));
        let refused = Format::Json.decode::<ListRoomsRequest>(b"{").expect_err("half of it");
        assert_eq!(refused.code, TwirpCode::Malformed);
        assert!(Format::Protobuf.decode::<ListRoomsRequest>(&[0xff; 3]).is_err());
    }

    #[test]
    fn errors_have_twirps_form() {
        let error = TwirpError::argument("room", "is empty");
        let json = serde_json::to_value(&error).expect("JSON");
        assert_eq!(
            json,
            serde_json::json!({ "code": "invalid_argument", "msg": "room is empty", "meta": { "argument": "room" } })
        );
        assert_eq!(error.into_response().status(), StatusCode::BAD_REQUEST);
    }
}
