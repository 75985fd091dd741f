//! Every limit of the gateway that is not in its configuration, with its unit and its reason.

use std::time::Duration;

use kit_core::limits::{CALL_DURATION_MAX, MESSAGE_BYTES_MAX};

/// One gRPC call's request: the largest message and its five bytes of framing. No RPC from outside streams upwards.
pub(crate) const CALL_BYTES_MAX: usize = MESSAGE_BYTES_MAX + 5;
/// A JSON body of `/session`: an address and a password with room to spare.
pub(crate) const SESSION_BODY_BYTES_MAX: usize = 8 * 1024;
/// One signalling frame, as LiveKit's own server limits it.
pub(crate) const SIGNAL_FRAME_BYTES_MAX: usize = 2 * 1024 * 1024;
/// What may wait in a WebSocket for its client to read: one largest frame, and the next one.
pub(crate) const SIGNAL_BUFFER_BYTES_MAX: usize = 2 * SIGNAL_FRAME_BYTES_MAX + 64 * 1024;
/// What is written to a WebSocket in one: what is more goes out at once. Each connection keeps a buffer of this size.
pub(crate) const SIGNAL_TOGETHER_BYTES: usize = 8 * 1024;
/// Frames that are gathered for one write.
pub(crate) const SIGNAL_FRAMES_TOGETHER_MAX: usize = 16;
/// Frames of one client that wait for the node; then its socket is not read.
pub(crate) const SIGNAL_FRAMES_QUEUED_MAX: usize = 16;
/// A WebSocket's query: a token and LiveKit's parameters.
pub(crate) const SIGNAL_QUERY_BYTES_MAX: usize = 16 * 1024;
/// How much of what a client says it is goes on to a node.
pub(crate) const USER_AGENT_BYTES_MAX: usize = 512;

/// How long finding the node and opening its stream may take: LiveKit's clients wait 15 s for a WebSocket.
pub(crate) const SIGNAL_OPEN_DURATION_MAX: Duration = Duration::from_secs(8);
/// As LiveKit's own server does, so that middle boxes see traffic.
pub(crate) const SIGNAL_PING_INTERVAL: Duration = Duration::from_secs(10);
/// After so many pings without any frame from the client, it is gone.
pub(crate) const SIGNAL_PINGS_UNANSWERED_MAX: u32 = 3;
/// How long a client may take to accept one frame, or the end of several.
pub(crate) const SIGNAL_WRITE_DURATION_MAX: Duration = Duration::from_secs(10);
/// How long both sides may take to part: for the node to read a client's last frames, for a client to read a close.
pub(crate) const SIGNAL_FAREWELL_DURATION_MAX: Duration = Duration::from_secs(2);

/// How long a page waits for the data in it; without, the app asks by itself.
pub(crate) const PAGE_DATA_DURATION_MAX: Duration = Duration::from_millis(1_500);
/// How long a sitemap is used again: it costs many calls.
pub(crate) const SITEMAP_DURATION: Duration = Duration::from_secs(600);
/// Pages of 100 events in a sitemap: 10,000 addresses, where the format allows 50,000.
pub(crate) const SITEMAP_PAGES_MAX: usize = 100;

/// All files of the web app together, since they are kept in memory.
pub(crate) const APP_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Folders within folders of the web app.
pub(crate) const APP_DEPTH_MAX: usize = 8;

/// Addresses that one rate limit tells apart; further ones share one budget.
pub(crate) const RATE_ADDRESSES_MAX: usize = 65_536;
/// How often a full table of addresses is searched for idle ones.
pub(crate) const RATE_SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// When a request that was shed may be tried again.
pub(crate) const SHED_RETRY_DELAY: Duration = Duration::from_secs(1);

/// Any answer outside gRPC, from its headers to its own: the longest call behind it, and a slow client's body before it.
pub(crate) const REQUEST_DURATION_MAX: Duration = CALL_DURATION_MAX.saturating_add(Duration::from_secs(5));
/// How long a new connection may take to its first request, and any request to the end of its headers.
pub(crate) const HEADERS_DURATION_MAX: Duration = Duration::from_secs(15);
/// All headers of one request: a token of 8 KiB, cookies and the usual.
pub(crate) const HEADER_BYTES_MAX: u32 = 32 * 1024;
/// Headers of one request.
pub(crate) const HEADERS_MAX: usize = 100;
/// Calls at the same time on one HTTP/2 connection.
pub(crate) const CONNECTION_STREAMS_MAX: u32 = 256;
/// A silent HTTP/2 connection is asked whether it is still there, and may take so long to answer.
pub(crate) const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(30);
/// Time for the answer.
pub(crate) const KEEP_ALIVE_DURATION_MAX: Duration = Duration::from_secs(10);
/// How long to wait when the system has no file descriptor for a connection.
pub(crate) const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(100);
