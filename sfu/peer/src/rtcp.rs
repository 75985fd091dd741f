//! RTCP as views over plain bytes, and the writer of compounds (RFC 3550 §6, RFC 4585, RFC 5104, transport-cc).
//!
//! Nothing here allocates: [`Compound`] iterates over the packets of a decrypted datagram, and lists inside a packet
//! are iterators over its bytes.

mod feedback;
mod read;
mod write;

pub use feedback::{Arrival, TransportFeedback};
pub use read::{Compound, Nacks, Packet, ReportBlock, Reports, SenderInfo};
pub use write::Writer;
