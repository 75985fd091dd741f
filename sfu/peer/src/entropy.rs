//! Randomness of one peer, expanded from the seed it was given.

use sha2::{Digest, Sha256};

/// A counter-mode generator over SHA-256: block `n` is `SHA-256(seed ‖ n)`. Unpredictable without the seed, and a peer
/// made from the same seed makes the same choices, which keeps tests exact.
pub(crate) struct Entropy {
    seed: [u8; 32],
    counter: u64,
}

impl Entropy {
    pub(crate) fn new(seed: [u8; 32]) -> Self {
        Self { seed, counter: 0 }
    }

    pub(crate) fn bytes(&mut self) -> [u8; 32] {
        self.counter += 1;
        Sha256::new()
            .chain_update(self.seed)
            .chain_update(self.counter.to_be_bytes())
            .finalize()
            .into()
    }

    pub(crate) fn u32(&mut self) -> u32 {
        let [a, b, c, d, ..] = self.bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// A session id for SDP's `o=` line: positive and below 2^63 (RFC 8829 §5.2.1).
    pub(crate) fn session_id(&mut self) -> u64 {
        (u64::from(self.u32()) << 32 | u64::from(self.u32())) >> 1
    }

    /// An SSRC: not zero, which some receivers take for "none".
    pub(crate) fn ssrc(&mut self) -> u32 {
        self.u32().max(1)
    }
}

impl std::fmt::Debug for Entropy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Entropy").finish_non_exhaustive()
    }
}
