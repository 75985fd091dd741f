//! Everything that handles a key or computes a hash, in one place for those who come to review it.
//!
//! One configured secret is the root: from it come the key that seals the signing keys in the database and the key that
//! refresh tokens are made with. Whoever has the database alone, or the secret alone, has neither.

mod hasher;
mod keyring;
mod refresh;
mod root;

pub(crate) use hasher::Verdict;
pub use hasher::{HashCost, HashError, Hasher};
pub(crate) use keyring::KeyRing;
pub(crate) use refresh::{PresentedToken, RefreshTokens};
pub use root::{RootSecret, RootSecretError};
