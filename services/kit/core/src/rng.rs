//! Randomness as a parameter.
//!
//! Every random value of the platform (tokens, identifiers, keys' seeds) comes through here: from the operating system,
//! or in a test from a seed. This file is the only one that asks for randomness.

use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::{OsRng, StdRng};
use rand::{RngCore as _, SeedableRng as _, TryRngCore as _};

/// A source of random bytes that is fit for secrets. Clones share the source.
#[derive(Clone, Debug)]
pub struct Rng(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Seeded(Arc<Mutex<StdRng>>),
}

impl Rng {
    /// The operating system's generator, asked anew for each value: nothing to reseed, nothing to leak by a fork.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// The same bytes for the same seed in the same order of calls. For tests and simulations only.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))))
    }

    /// Fills `target`.
    pub fn fill(&self, target: &mut [u8]) {
        match &self.0 {
            // Without randomness no secret can be made; going on with anything else would be worse than stopping.
            Source::System => OsRng
                .try_fill_bytes(target)
                .expect("the operating system gives randomness"),
            Source::Seeded(rng) => rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(target),
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A uniform 64-bit number.
    pub fn u64(&self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// A uniform number in `0..bound`, by rejection, so without modulo bias.
    ///
    /// # Panics
    /// If `bound` is 0: there is no such number.
    pub fn below(&self, bound: u64) -> u64 {
        assert!(bound > 0, "0..0 holds no number");
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let candidate = self.u64();
            if candidate < limit {
                return candidate % bound;
            }
        }
    }

    /// A secret of 256 bits in URL-safe base64 (43 characters): links, refresh tokens, one-time codes.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_seeds_differ() {
        assert_eq!(Rng::seeded(7).token(), Rng::seeded(7).token());
        assert_ne!(Rng::seeded(7).token(), Rng::seeded(8).token());
        assert_ne!(Rng::system().token(), Rng::system().token());
    }

    #[test]
    fn clones_share_one_sequence() {
        let rng = Rng::seeded(1);
        assert_ne!(rng.clone().u64(), rng.u64());
    }

    #[test]
    fn below_reaches_every_value_and_never_the_bound() {
        let rng = Rng::seeded(3);
        let mut seen = [0_u32; 6];
        for _ in 0..600 {
            seen[usize::try_from(rng.below(6)).expect("less than six")] += 1;
        }
        assert!(seen.iter().all(|&count| (60..=140).contains(&count)), "{seen:?}");
        assert_eq!(rng.below(1), 0);
    }

    #[test]
    fn a_token_has_256_bits_and_needs_no_escaping() {
        let token = Rng::system().token();
        assert_eq!(token.len(), 43);
        assert!(
            token
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        );
    }
}
