//! What every request passes, and the table of routes behind it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get, post};
use http::{Method, StatusCode};
use tracing::Instrument as _;

use crate::admission::Kind;
use crate::client::{Client, Peer};
use crate::headers::Headers;
use crate::limits::{REQUEST_DURATION_MAX, SESSION_BODY_BYTES_MAX};
use crate::problem::Problem;
use crate::{Edge, app, calls, images, session, signal};

/// Everything that the gateway serves. gRPC is told from the rest by the door, before routes are looked at.
pub(crate) fn router(edge: &Arc<Edge>, extra: Router) -> Router {
    let sessions = Router::new()
        .route("/session", post(session::open).delete(session::close))
        .route("/session/refresh", post(session::refresh))
        .layer(DefaultBodyLimit::max(SESSION_BODY_BYTES_MAX));
    let signalling = Router::new()
        .route("/rtc", get(signal::open))
        .route("/rtc/validate", get(signal::validate))
        .route("/rtc/v1", any(signal::not_spoken))
        .route("/rtc/v1/validate", any(signal::not_spoken));
    let routes = Router::new()
        .merge(sessions)
        .merge(signalling)
        .route("/images/{kind}/{id}", get(images::show))
        .method_not_allowed_fallback(method_not_allowed)
        .merge(app::routes())
        .with_state(Arc::clone(edge))
        .merge(extra.reset_fallback());
    let door = Door {
        headers: Headers::new(&edge.origin),
        edge: Arc::clone(edge),
    };
    routes.layer(from_fn_with_state(Arc::new(door), enter))
}

#[derive(Debug)]
struct Door {
    headers: Headers,
    edge: Arc<Edge>,
}

async fn enter(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<Peer>().copied();
    // A test that calls the router without a connection is on this machine.
    let peer = peer.unwrap_or(Peer(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))).0;
    let client = Client::find(peer, request.headers(), &door.edge.proxies);
    request.extensions_mut().insert(client);
    let kind = if calls::is_call(&request) { "call" } else { "http" };
    let span = tracing::info_span!("request", otel.kind = "server", kind, method = %request.method());

    let response = if kind == "call" {
        let mut response = calls::answer(Arc::clone(&door.edge), request).instrument(span).await;
        door.headers.add_transport(response.headers_mut());
        response
    } else {
        let mut response = pass(&door.edge, client, request, next).instrument(span).await;
        door.headers.add(&mut response);
        response
    };
    door.edge.meters.answered(kind, response.status());
    response
}

/// On to the routes, unless it is too much.
async fn pass(edge: &Edge, client: Client, request: Request, next: Next) -> Response {
    let kind = match (request.method(), request.uri().path()) {
        (&Method::POST, "/session") => Kind::SignIn,
        // Takes a place of its own, which lasts as long as the connection.
        (_, "/rtc") => return next.run(request).await,
        _ => Kind::Request,
    };
    let _place = match edge.admission.admit(kind, client.0) {
        Ok(place) => place,
        Err(error) => return Problem::from(error).into_response(),
    };
    match tokio::time::timeout(REQUEST_DURATION_MAX, next.run(request)).await {
        Ok(response) => response,
        // A client that sends its body drop by drop must not keep its place.
        Err(_) => {
            let message = "the request took too long";
            Problem::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TOO_SLOW", message).into_response()
        }
    }
}

async fn method_not_allowed() -> Problem {
    let message = "this address does not know that method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message)
}
