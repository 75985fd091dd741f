//! Every parser of remote bytes as a function of bytes, which must return, soon and without a panic, whatever they are.
//!
//! The same targets run in two ways: briefly and always the same in `cargo test` (`tests/short.rs`), on mutations of the
//! committed corpora; and for long under libFuzzer, which looks for new paths by itself (`long/`). Inputs that stand for
//! several packets hold them as *pieces*: two bytes of length, then as many bytes.

mod media;
pub mod mutate;

/// A parser, or a few that see the same bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, and that of its corpus.
    pub name: &'static str,
    /// Feeds it an input.
    pub run: fn(&[u8]),
    /// Inputs of the short run: fewer where one costs more.
    pub short_runs: u32,
}

const fn target(name: &'static str, run: fn(&[u8]), short_runs: u32) -> Target {
    Target { name, run, short_runs }
}

/// All targets.
pub const TARGETS: &[Target] = &[
    target("vp8", media::vp8, 10_000),
    target("vp9", media::vp9, 10_000),
    target("h264", media::h264, 10_000),
    target("av1", media::av1, 10_000),
    target("red", media::red, 10_000),
    target("forward", media::forward, 5_000),
    target("stun", sfu_peer::fuzz::stun, 4_000),
    target("client_hello", sfu_peer::fuzz::client_hello, 10_000),
    target("record", sfu_peer::fuzz::record, 10_000),
    target("rtp", sfu_peer::fuzz::rtp, 2_000),
    target("rtcp", sfu_peer::fuzz::rtcp, 10_000),
    target("session_description", sfu_peer::fuzz::session_description, 2_000),
    target("sctp", sfu_peer::fuzz::sctp, 2_000),
    target("data_channel", sfu_peer::fuzz::data_channel, 10_000),
    #[cfg(feature = "signalling")]
    target("signal", sfu_node::fuzz::signal, 5_000),
    #[cfg(feature = "signalling")]
    target("data_packet", sfu_node::fuzz::data_packet, 10_000),
];

/// The target of this name.
pub fn by_name(name: &str) -> Option<Target> {
    TARGETS.iter().copied().find(|target| target.name == name)
}

/// Pieces of an input: each begins with its length in two bytes.
pub(crate) fn pieces(mut input: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = input.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (piece, rest) = rest.split_at(length);
        input = rest;
        Some(piece)
    })
}
