//! A browser's session, as plain HTTP: the refresh token is a cookie that no script can read and that is sent to these
//! routes only; the short access token is in the answer, for the page's memory.
//!
//! Against requests that pages of others make a browser send stand four things: the cookie is `SameSite=Strict`, the
//! request's origin is ours, its content type is one that a form cannot send, and what it answers cannot be read by
//! others.

mod cookie;

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Query, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use kit_rpc::{Code, Error};
use plenary_proto::identity::v1::{
    LogInRequest, LogOutEverywhereRequest, LogOutRequest, RefreshSessionRequest, SessionTokens, User,
};
use prost_types::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::lines::request_for;
use crate::problem::Problem;
use crate::{DOMAIN, Edge};

use cookie::RefreshCookie;

/// The body of `POST /session`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    email: String,
    password: String,
}

/// The query of `DELETE /session`.
#[derive(Debug, Deserialize)]
pub(crate) struct Ending {
    #[serde(default)]
    everywhere: bool,
}

/// What a page gets for its session.
#[derive(Serialize)]
struct Grant {
    access_token: String,
    /// RFC 3339.
    expires_time: String,
    user: Account,
}

#[derive(Serialize)]
struct Account {
    id: String,
    email: String,
    display_name: String,
    email_verified: bool,
    /// `img_…`
    picture_id: Option<String>,
}

/// `POST /session`: signs in.
pub(crate) async fn open(
    State(edge): State<Arc<Edge>>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    require_json_of_own_page(&edge, &headers)?;
    let Credentials { email, password } = serde_json::from_slice(&body).map_err(|_| {
        // Not the parser's words: they may quote the password.
        DOMAIN.error(
            Code::InvalidArgument,
            "BODY_INVALID",
            "the body must be {\"email\": …, \"password\": …}",
        )
    })?;
    let request = request_for(client.0, LogInRequest { email, password });
    let answer = edge.lines.accounts.clone().log_in(request).await?.into_inner();
    Ok(granted(&edge, answer.tokens, answer.user)?)
}

/// `POST /session/refresh`: a new access token for the cookie, and a new cookie.
pub(crate) async fn refresh(
    State(edge): State<Arc<Edge>>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    require_json_of_own_page(&edge, &headers)?;
    let refresh_token = cookie::read(&edge.origin, &headers).ok_or_else(no_session)?;
    let request = request_for(client.0, RefreshSessionRequest { refresh_token });
    // A refusal leaves the cookie alone: by the time that it arrives, the browser may have signed in anew, and the cookie
    // be another. What is left of a session that has ended opens nothing.
    let answer = edge.lines.accounts.clone().refresh_session(request).await?.into_inner();
    Ok(granted(&edge, answer.tokens, answer.user)?)
}

/// `DELETE /session`, and with `?everywhere=true` every session of the user.
pub(crate) async fn close(
    State(edge): State<Arc<Edge>>,
    Extension(client): Extension<Client>,
    Query(ending): Query<Ending>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    require_json_of_own_page(&edge, &headers)?;
    let Some(refresh_token) = cookie::read(&edge.origin, &headers) else {
        return if ending.everywhere {
            Err(no_session().into())
        } else {
            Ok(closed(&edge))
        };
    };
    let mut accounts = edge.lines.accounts.clone();
    if !ending.everywhere {
        accounts
            .log_out(request_for(client.0, LogOutRequest { refresh_token }))
            .await?;
        return Ok(closed(&edge));
    }
    // Whoever holds the cookie is the user: a fresh access token says so to the service.
    let request = request_for(client.0, RefreshSessionRequest { refresh_token });
    let answer = accounts.refresh_session(request).await?.into_inner();
    let tokens = answer.tokens.unwrap_or_default();
    let mut request = request_for(client.0, LogOutEverywhereRequest {});
    let authorization = format!("Bearer {}", tokens.access_token).parse();
    let authorization = authorization.map_err(|error| Problem::from(DOMAIN.internal(error)))?;
    request.metadata_mut().insert("authorization", authorization);
    match accounts.log_out_everywhere(request).await {
        Ok(_) => Ok(closed(&edge)),
        // The old cookie is spent: without the new one the browser would be signed out, and nobody else.
        Err(status) => Ok(with_cookie(Problem::from(status), &cookie_of(&edge, &tokens))),
    }
}

fn require_json_of_own_page(edge: &Edge, headers: &HeaderMap) -> Result<(), Error> {
    edge.origin.require_own_page(headers)?;
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = content_type
        .and_then(|value| value.split(';').next())
        .unwrap_or("")
        .trim();
    if kind.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(DOMAIN.error(
            Code::InvalidArgument,
            "JSON_REQUIRED",
            "the content type must be application/json",
        ))
    }
}

fn granted(edge: &Edge, tokens: Option<SessionTokens>, user: Option<User>) -> Result<Response, Error> {
    let incomplete = || DOMAIN.internal("identity answered without tokens or user");
    let tokens = tokens.ok_or_else(incomplete)?;
    let user = user.ok_or_else(incomplete)?;
    let cookie = cookie_of(edge, &tokens);
    let grant = Grant {
        expires_time: tokens.access_expire_time.as_ref().map(rfc_3339).unwrap_or_default(),
        access_token: tokens.access_token,
        user: Account {
            id: user.id,
            email: user.email,
            display_name: user.display_name,
            email_verified: user.email_verified,
            picture_id: user.picture.map(|picture| picture.id),
        },
    };
    Ok(with_cookie(Json(grant), &cookie))
}

fn closed(edge: &Edge) -> Response {
    with_cookie(StatusCode::NO_CONTENT, &RefreshCookie::gone(&edge.origin))
}

fn no_session() -> Error {
    DOMAIN.error(Code::Unauthenticated, "SESSION_ENDED", "there is no session")
}

fn cookie_of(edge: &Edge, tokens: &SessionTokens) -> RefreshCookie {
    let expires = tokens.refresh_expire_time.as_ref().map_or(0, |time| time.seconds);
    let remaining = expires - edge.clock.now().unix_timestamp();
    RefreshCookie::new(&edge.origin, &tokens.refresh_token, remaining)
}

fn with_cookie(answer: impl IntoResponse, cookie: &RefreshCookie) -> Response {
    let mut response = answer.into_response();
    let headers = response.headers_mut();
    headers.insert(header::SET_COOKIE, cookie.header());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn rfc_3339(time: &Timestamp) -> String {
    jiff::Timestamp::new(time.seconds, time.nanos).map_or_else(|_| String::new(), |time| time.to_string())
}
