//! The parsers of clients' bytes, each by itself, for `sfu-fuzz`.

use crate::signal;
use crate::worker;

/// A signalling frame, binary and as text, with the query and the token of its connection.
pub fn signal(input: &[u8]) {
    signal::fuzz::frame(input);
}

/// A message on a data channel.
pub fn data_packet(input: &[u8]) {
    worker::fuzz_data_packet(input);
}
