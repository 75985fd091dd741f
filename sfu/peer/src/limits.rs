//! Every bound of a peer, with its unit and its reason.

use std::time::Duration;

/// How long a peer may go without an authenticated connectivity check (RFC 7675 §5.1).
pub const CONSENT_DURATION: Duration = Duration::from_secs(30);
/// How long a new peer may take to its first authenticated check; LiveKit's clients give up after 15 s.
pub const FIRST_CHECK_DURATION: Duration = Duration::from_secs(30);
/// How long DTLS may take from its first ClientHello.
pub const HANDSHAKE_DURATION: Duration = Duration::from_secs(20);
/// Addresses of one peer that are valid at a time: a phone has Wi-Fi and mobile data, each IPv4 and IPv6.
pub const VALID_ADDRESSES_MAX: usize = 8;
/// Media sections in one description; above what a browser can render, below what costs memory.
pub const SECTIONS_MAX: usize = 256;
/// Bytes of one session description. 256 sections of about 1 kB.
pub const DESCRIPTION_BYTES_MAX: usize = 512 * 1024;
/// Received streams of one peer over its life: sections × layers, with room for new SSRCs of old ones.
pub const STREAMS_MAX: usize = 512;
/// Simulcast layers in one section.
pub const LAYERS_MAX: usize = 4;
/// Data channels open at once.
pub const CHANNELS_MAX: usize = 16;
/// Bytes of one data channel message, either way; LiveKit's clients split at 15 kB.
pub const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Bytes waiting in a reliable channel before the peer is closed as not reading.
pub const RELIABLE_BUFFER_BYTES_MAX: usize = 1024 * 1024;
/// Bytes waiting in a lossy channel before further messages are dropped.
pub const LOSSY_BUFFER_BYTES_MAX: usize = 64 * 1024;
/// SRTP packets that may be out of order and still be accepted once, and sealed once.
pub const REPLAY_WINDOW_PACKETS: u64 = 1024;
/// Packets asked for again by one NACK (bounded by libwebrtc's receiver likewise).
pub const NACK_PACKETS_MAX: usize = 256;
