//! Tokens whose signature was found good a moment ago.
//!
//! A call passes several doors of one process with the same token, and a person makes many calls with it. Only the
//! signature is remembered: the time is compared at every door, and what a withdrawn key has signed counts no more.
//! Nobody can fill this with anything but tokens that identity has signed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use jsonwebtoken::DecodingKey;

use super::AccessClaims;

/// Tokens of each of two generations: those of some thousand people, at about a kilobyte each.
const GENERATION_MAX: usize = 4_096;

/// What a token was found to be.
#[derive(Clone)]
pub(super) struct Verified {
    pub(super) key_id: String,
    pub(super) key: Arc<DecodingKey>,
    pub(super) claims: Arc<AccessClaims>,
}

/// A token's name here: its SHA-256, so that no token lies about in memory longer than its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TokenHash([u8; 32]);

/// The tokens of a process. When a generation is full the one before it is forgotten.
#[derive(Default)]
pub(super) struct Known(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    young: HashMap<TokenHash, Verified>,
    old: HashMap<TokenHash, Verified>,
}

impl TokenHash {
    pub(super) fn of(token: &str) -> Self {
        let hash = digest(&SHA256, token.as_bytes());
        Self(hash.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }
}

impl Known {
    pub(super) fn get(&self, hash: TokenHash) -> Option<Verified> {
        let mut generations = self.lock();
        if let Some(found) = generations.young.get(&hash) {
            return Some(found.clone());
        }
        let found = generations.old.remove(&hash)?;
        generations.insert(hash, found.clone());
        Some(found)
    }

    pub(super) fn insert(&self, hash: TokenHash, verified: Verified) {
        self.lock().insert(hash, verified);
    }

    /// Of a token that is of no more use.
    pub(super) fn remove(&self, hash: TokenHash) {
        let mut generations = self.lock();
        generations.young.remove(&hash);
        generations.old.remove(&hash);
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn insert(&mut self, hash: TokenHash, verified: Verified) {
        if self.young.len() >= GENERATION_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, verified);
    }
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let generations = self.lock();
        f.debug_struct("Known")
            .field("young", &generations.young.len())
            .field("old", &generations.old.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kit_core::{ManualClock, Rng};

    use super::*;
    use crate::proof::Tokens;

    #[test]
    fn it_is_bounded_and_keeps_what_is_used() {
        let hand = ManualClock::fixed();
        let user = Tokens::new(hand.clock(), Rng::seeded(1)).user(&[]);
        let verified = Verified {
            key_id: "key".to_owned(),
            key: Arc::new(DecodingKey::from_ed_der(&[0; 32])),
            claims: Arc::new(AccessClaims::new(&user, &hand.clock(), Duration::from_secs(300))),
        };
        let known = Known::default();
        let (used, idle) = (TokenHash::of("used"), TokenHash::of("idle"));
        known.insert(used, verified.clone());
        known.insert(idle, verified.clone());
        for number in 0..3 * GENERATION_MAX {
            known.insert(TokenHash::of(&number.to_string()), verified.clone());
            assert!(known.get(used).is_some(), "after {number}");
        }
        assert!(known.get(idle).is_none());
        let generations = known.lock();
        assert!(generations.young.len().max(generations.old.len()) <= GENERATION_MAX);
    }
}
