//! Data channels: SCTP over DTLS with DCEP (RFC 8831, RFC 8832).

/// A data channel of a peer: its SCTP stream id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChannelId(pub u16);

/// Whether a message is text or bytes; kept from sender to receiver by its PPID, or text would arrive as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataKind {
    /// UTF-8 text.
    Text,
    /// Bytes.
    Binary,
}

/// What became of a message given to [`crate::Peer::send_data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendData {
    /// It waits for, or is on, its way.
    Queued,
    /// The lossy channel's buffer is full; the message was dropped, as such channels allow.
    Dropped,
    /// No such channel is open (yet), or the message exceeds its bound.
    Refused,
    /// The reliable channel's buffer is full: the peer has been closed ([`crate::CloseReason::DataOverflow`]).
    Overflow,
}
