//! Why a negotiation is refused and why a peer ends.

use thiserror::Error;

/// Why an offer or answer was refused. The peer goes on as it was before the call.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NegotiationError {
    /// The text is not SDP.
    #[error("not a session description")]
    Malformed,
    /// The description lacks something needed; the text names it.
    #[error("the session description lacks {0}")]
    Missing(&'static str),
    /// The description uses something outside this implementation's bounds; the text names it.
    #[error("the session description has {0}")]
    Unsupported(&'static str),
    /// The call does not fit the role or the state: an answer without an offer, an offer to a subscriber.
    #[error("out of order: {0}")]
    OutOfOrder(&'static str),
    /// The client's certificate fingerprint differs from the one it has already connected with.
    #[error("the certificate fingerprint changed during the session")]
    FingerprintChanged,
}

/// Why a peer ended. After [`crate::Event::Closed`] it neither sends nor accepts anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum CloseReason {
    /// [`crate::Peer::close`] was called.
    #[error("closed locally")]
    Local,
    /// The client ended DTLS with close_notify.
    #[error("closed by the client")]
    Remote,
    /// No authenticated connectivity check for 30 s (RFC 7675 §5.1), or none ever.
    #[error("consent to send has expired")]
    ConsentExpired,
    /// DTLS failed: no common suite or SRTP profile, a bad record, too many retransmissions.
    #[error("the DTLS handshake failed")]
    HandshakeFailed,
    /// The client's certificate is not the one its session description announced.
    #[error("the client's certificate does not match its fingerprint")]
    FingerprintMismatch,
    /// The SCTP association failed.
    #[error("the data channel transport failed")]
    DataTransportFailed,
    /// A reliable data channel's send buffer grew beyond its bound: the client does not read.
    #[error("a reliable data channel's buffer is full")]
    DataOverflow,
}
