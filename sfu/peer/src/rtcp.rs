//! RTCP as views over plain bytes, and the writer of compounds (RFC 3550 §6, RFC 4585, RFC 5104, transport-cc).
//!
//! Nothing here allocates for reading: [`Compound`] iterates over the packets of a decrypted datagram, and lists inside
//! a packet are iterators over its bytes.

mod feedback;
mod read;
mod write;

pub use feedback::{Arrival, TransportFeedback};
pub use read::{Compound, Nacks, Packet, ReportBlock, Reports, SenderInfo};
pub use write::Writer;

const KIND_SR: u8 = 200;
const KIND_RR: u8 = 201;
const KIND_SDES: u8 = 202;
const KIND_BYE: u8 = 203;
const KIND_TRANSPORT_FEEDBACK: u8 = 205;
const KIND_PAYLOAD_FEEDBACK: u8 = 206;
const FORMAT_NACK: u8 = 1;
const FORMAT_TRANSPORT: u8 = 15;
const FORMAT_PLI: u8 = 1;
const FORMAT_FIR: u8 = 4;
const FORMAT_REMB: u8 = 15;

/// Pads the packet that begins at `start` to whole words with zeros and writes its length.
fn finish(buffer: &mut Vec<u8>, start: usize) {
    let padded = start + (buffer.len() - start).next_multiple_of(4);
    buffer.resize(padded, 0);
    // Packets are built from bounded lists, far below 65,536 words.
    let words = u16::try_from((padded - start) / 4 - 1).unwrap_or(u16::MAX);
    buffer[start + 2..start + 4].copy_from_slice(&words.to_be_bytes());
}

#[cfg(test)]
mod tests;
