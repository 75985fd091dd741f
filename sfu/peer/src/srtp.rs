//! SRTP and SRTCP (RFC 3711, RFC 7714): key derivation, opening and sealing in place.

use thiserror::Error;

/// Why a packet could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// The buffer cannot hold the packet with its tag.
    #[error("the buffer is too short")]
    BufferTooShort,
    /// The packet is not RTP.
    #[error("not an RTP packet")]
    Malformed,
    /// This sequence number of this SSRC was sealed before, or is too old to know: a nonce would be repeated.
    #[error("the sequence number was used before")]
    SequenceReused,
    /// More SSRCs than a session may have.
    #[error("too many streams")]
    TooManyStreams,
}

/// Seals outbound packets: the one owner of this direction's keys and of each SSRC's index.
#[derive(Debug)]
pub struct Sealer {}

impl Sealer {
    /// Bytes that sealing appends to an RTP packet.
    pub fn rtp_overhead(&self) -> usize {
        unimplemented!()
    }
}
