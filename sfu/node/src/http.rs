//! LiveKit's own endpoints, for clients that connect to the node without the gateway: `GET /rtc` and `/rtc/validate`.
//! and the server API (`admin`). Newer clients first try `/rtc/v1`, find 404, and come to `/rtc` by themselves.

use std::iter;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures::{SinkExt, StreamExt, stream};
use tokio::sync::mpsc;
use tower_http::cors::CorsLayer;
use url::form_urlencoded;

use crate::admin;
use crate::limits::SIGNAL_BYTES_MAX;
use crate::node::Node;
use crate::signal::{self, Close, ConnectQuery, Frame, Start};
use crate::token::TokenError;

/// The library's 128 KiB would be zeroed at each look at a socket and kept for each client: most of a join's CPU and
/// memory. Messages may be longer; they are read in pieces.
const READ_BUFFER_BYTES: usize = 1024;
/// Frames on their way to one client's socket.
const OUTGOING_FRAMES: usize = 64;

/// How long a client may take to answer a close.
const LINGER: Duration = Duration::from_secs(1);

/// The routes.
pub(crate) fn router(node: Arc<Node>) -> Router {
    Router::new()
        .route("/", get(async || "OK"))
        .route("/rtc", get(rtc))
        .route("/rtc/validate", get(validate))
        .merge(admin::router())
        .layer(CorsLayer::permissive())
        .with_state(node)
}

async fn validate(State(node): State<Arc<Node>>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    match authorize(&node, query.as_deref().unwrap_or_default(), &headers) {
        Ok(_) => (StatusCode::OK, "success").into_response(),
        Err(error) => (StatusCode::UNAUTHORIZED, error.to_string()).into_response(),
    }
}

async fn rtc(
    State(node): State<Arc<Node>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let start = match authorize(&node, query.as_deref().unwrap_or_default(), &headers) {
        Ok(start) => start,
        Err(error) => return (StatusCode::UNAUTHORIZED, error.to_string()).into_response(),
    };
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_message_size(SIGNAL_BYTES_MAX)
        .max_frame_size(SIGNAL_BYTES_MAX)
        .on_upgrade(move |socket| serve(node, start, socket))
}

/// The token is in the query, as browsers cannot set headers on a WebSocket, or in the header.
fn authorize(node: &Node, query: &str, headers: &HeaderMap) -> Result<Start, TokenError> {
    let header = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let named = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "access_token");
    let bearer = header(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let token = named.map_or_else(|| bearer.unwrap_or_default().into(), |(_, token)| token);
    let user_agent = header(header::USER_AGENT).unwrap_or_default();
    Start::new(node.verify(&token)?, ConnectQuery::parse(query, user_agent))
}

async fn serve(node: Arc<Node>, start: Start, socket: WebSocket) {
    let (mut sink, source) = socket.split();
    let (out, mut outgoing) = mpsc::channel(OUTGOING_FRAMES);
    let mut frames = Box::pin(
        source
            .take_while(|message| std::future::ready(!matches!(message, Err(_) | Ok(Message::Close(_)))))
            .filter_map(|message| std::future::ready(message.ok().and_then(frame))),
    );
    let session = signal::run(node, start, &mut frames, out);
    let sending = async {
        while let Some(first) = outgoing.recv().await {
            // What is ready together goes out together: each write on its own would be a segment on the network.
            let ready = iter::once(first).chain(iter::from_fn(|| outgoing.try_recv().ok()));
            if sink
                .send_all(&mut stream::iter(ready.map(message).map(Ok)))
                .await
                .is_err()
            {
                break;
            }
        }
        sink
    };
    // The session owns the sending half of the queue: when it ends, what is queued is still sent.
    let (close, mut sink) = tokio::join!(session, sending);
    let Close { code, reason } = close;
    let reason = reason.into();
    if sink
        .send(Message::Close(Some(CloseFrame { code, reason })))
        .await
        .is_ok()
    {
        // A socket closed over unread bytes is reset, and the reason lost: read on until the client has closed too.
        let _ = tokio::time::timeout(LINGER, frames.for_each(|_| std::future::ready(()))).await;
    }
}

fn frame(message: Message) -> Option<Frame> {
    match message {
        Message::Binary(bytes) => Some(Frame::Binary(bytes)),
        Message::Text(text) => Some(Frame::Text(text.as_str().to_owned())),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => None,
    }
}

fn message(frame: Frame) -> Message {
    match frame {
        Frame::Binary(bytes) => Message::Binary(bytes),
        Frame::Text(text) => Message::Text(text.into()),
    }
}
