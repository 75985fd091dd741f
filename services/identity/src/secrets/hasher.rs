//! Password hashes: argon2id, on threads of their own and never more at once than there is memory and time for.
//!
//! A hash is meant to be dear. So nobody waits for one without bound, and an unknown account costs the same as a known
//! one: [`Hasher::verify`] always computes exactly one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use kit_core::Rng;
use thiserror::Error;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::domain::Password;

/// Callers that wait for a free thread at most, for each thread. At 50 ms a hash the last one waits under two seconds.
const WAITING_PER_THREAD: usize = 32;

/// What one hash costs. OWASP's minimum for argon2id is 19 MiB, two passes and one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
}

/// Computes password hashes. Clones share the threads.
#[derive(Clone)]
pub struct Hasher(Arc<Inner>);

struct Inner {
    argon2: Argon2<'static>,
    rng: Rng,
    threads: Semaphore,
    places: Semaphore,
    /// What an unknown account's password is checked against.
    dummy: String,
    computed: AtomicU64,
}

/// Why there is no hash.
#[derive(Debug, Error)]
pub enum HashError {
    /// Too many are waiting for one.
    #[error("too many password hashes are wanted at the same time")]
    Overloaded,
    /// The computation failed, or the stored hash is none.
    #[error("a password hash could not be computed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The password is right.
    Right {
        /// The stored hash was made at another cost: store a new one.
        outdated: bool,
    },
    /// It is wrong, or there is no account.
    Wrong,
}

impl HashCost {
    /// What production uses.
    pub const STANDARD: Self = Self {
        memory_kib: 19 * 1024,
        passes: 2,
    };

    /// The least that the algorithm can do: for tests, which are not about the cost.
    pub const MINIMAL: Self = Self {
        memory_kib: Params::MIN_M_COST,
        passes: Params::MIN_T_COST,
    };
}

impl Hasher {
    /// Hashes on at most `threads` threads.
    ///
    /// # Errors
    /// When the algorithm cannot work at this cost.
    pub fn new(cost: HashCost, threads: usize, rng: Rng) -> Result<Self, HashError> {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(failed)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = compute(&argon2, &rng.token(), rng.bytes())?;
        Ok(Self(Arc::new(Inner {
            argon2,
            rng,
            threads: Semaphore::new(threads),
            places: Semaphore::new(threads * (1 + WAITING_PER_THREAD)),
            dummy,
            computed: AtomicU64::new(0),
        })))
    }

    /// The hash of a new password, as a PHC string.
    pub(crate) async fn hash(&self, password: &Password) -> Result<String, HashError> {
        let (password, salt) = (password.clone(), self.0.rng.bytes());
        self.run(move |argon2| compute(argon2, password.expose(), salt)).await
    }

    /// Checks a password against the stored hash of an account; without an account, against nothing at the same cost.
    pub(crate) async fn verify(&self, password: &Password, stored: Option<&str>) -> Result<Verdict, HashError> {
        let is_known = stored.is_some();
        let (password, stored) = (password.clone(), stored.unwrap_or(&self.0.dummy).to_owned());
        let verdict = self
            .run(move |argon2| check(argon2, password.expose(), &stored))
            .await?;
        Ok(if is_known { verdict } else { Verdict::Wrong })
    }

    /// How many hashes have been computed: what a test compares instead of times.
    pub fn computed(&self) -> u64 {
        self.0.computed.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, HashError> {
        let _place: SemaphorePermit<'_> = self.0.places.try_acquire().map_err(|_| HashError::Overloaded)?;
        let _thread = self.0.threads.acquire().await.map_err(failed)?;
        self.0.computed.fetch_add(1, Ordering::Relaxed);
        let inner = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&inner.argon2))
            .await
            .map_err(failed)?
    }
}

fn compute(argon2: &Argon2<'_>, password: &str, salt: [u8; 16]) -> Result<String, HashError> {
    let hash = argon2
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(failed)?;
    Ok(hash.to_string())
}

fn check(argon2: &Argon2<'_>, password: &str, stored: &str) -> Result<Verdict, HashError> {
    let stored = PasswordHash::new(stored).map_err(failed)?;
    match argon2.verify_password(password.as_bytes(), &stored) {
        Ok(()) => {
            let params = Params::try_from(&stored).map_err(failed)?;
            let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
            let outdated = cost(&params) != cost(argon2.params());
            Ok(Verdict::Right { outdated })
        }
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> HashError {
    HashError::Failed(error.into())
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher")
            .field("computed", &self.computed())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{NewPassword, TypedPassword};

    fn hasher(cost: HashCost) -> Hasher {
        Hasher::new(cost, 1, Rng::seeded(1)).expect("a possible cost")
    }

    fn typed(text: &str) -> TypedPassword {
        text.parse().expect("within bounds")
    }

    #[tokio::test]
    async fn the_right_password_is_right_and_an_unknown_account_costs_the_same() {
        let hasher = hasher(HashCost::MINIMAL);
        let new: NewPassword = "violet tram 7".parse().expect("uncommon");
        let stored = hasher.hash(new.password()).await.expect("computed");
        assert!(stored.starts_with("$argon2id$v=19$"), "{stored}");
        let check = async |text: &str, stored: Option<&str>| {
            let before = hasher.computed();
            let verdict = hasher.verify(typed(text).password(), stored).await.expect("computed");
            (verdict, hasher.computed() - before)
        };
        assert_eq!(
            check("violet tram 7", Some(&stored)).await,
            (Verdict::Right { outdated: false }, 1)
        );
        assert_eq!(check("violet tram 8", Some(&stored)).await, (Verdict::Wrong, 1));
        assert_eq!(check("violet tram 7", None).await, (Verdict::Wrong, 1));
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_right_and_outdated() {
        let new: NewPassword = "violet tram 7".parse().expect("uncommon");
        let stored = hasher(HashCost::MINIMAL).hash(new.password()).await.expect("computed");
        let dearer = hasher(HashCost {
            passes: 2,
            ..HashCost::MINIMAL
        });
        let verdict = dearer.verify(new.password(), Some(&stored)).await.expect("computed");
        assert_eq!(verdict, Verdict::Right { outdated: true });
    }

    #[tokio::test]
    async fn equal_passwords_have_different_hashes_and_broken_hashes_are_failures() {
        let hasher = hasher(HashCost::MINIMAL);
        let new: NewPassword = "violet tram 7".parse().expect("uncommon");
        let (one, two) = (hasher.hash(new.password()).await, hasher.hash(new.password()).await);
        assert_ne!(one.expect("computed"), two.expect("computed"));
        let broken = hasher.verify(new.password(), Some("$argon2id$nonsense")).await;
        assert!(matches!(broken, Err(HashError::Failed(_))));
    }

    #[tokio::test]
    async fn too_many_at_once_are_turned_away() {
        let hasher = hasher(HashCost::MINIMAL);
        let password = typed("violet tram 7");
        let all = (0..2 * (1 + WAITING_PER_THREAD)).map(|_| hasher.verify(password.password(), None));
        let results = futures::future::join_all(all).await;
        let refused = results
            .iter()
            .filter(|result| matches!(result, Err(HashError::Overloaded)))
            .count();
        assert_eq!(refused, 1 + WAITING_PER_THREAD);
        assert_eq!(hasher.computed(), (1 + WAITING_PER_THREAD) as u64);
    }
}
