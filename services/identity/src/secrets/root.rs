//! The configured secret, and what is derived from it.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use aws_lc_rs::hmac;
use kit_core::Rng;
use thiserror::Error;

/// Shortest secret, in bytes: 256 bits in base64 are 43.
const LENGTH_MIN: usize = 32;
/// Separates our derived keys from those of any other use of the same secret.
const SALT: &[u8] = b"plenary identity v1";

/// The root of identity's keys. `rng.token()` makes a good one; every replica has the same.
pub struct RootSecret(Prk);

/// The secret can be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must have at least {LENGTH_MIN} random characters")]
pub struct RootSecretError;

/// Encrypts what is kept in the database.
pub(super) struct Sealer(LessSafeKey);

/// What a sealed value is sealed as: a value that is moved to another place does not open there.
pub(super) type Place<'a> = &'a str;

impl RootSecret {
    /// Reads a configured secret.
    ///
    /// # Errors
    /// When it is too short to be one.
    pub fn new(text: &str) -> Result<Self, RootSecretError> {
        if text.len() < LENGTH_MIN {
            return Err(RootSecretError);
        }
        Ok(Self(Salt::new(HKDF_SHA256, SALT).extract(text.as_bytes())))
    }

    /// The key that signing keys are sealed with.
    pub(super) fn sealer(&self) -> Sealer {
        let okm = self.0.expand(&[b"seal signing keys"], &AES_256_GCM);
        Sealer(LessSafeKey::new(UnboundKey::from(okm.expect("the length of a key"))))
    }

    /// The key that refresh tokens are made with.
    pub(super) fn refresh_key(&self) -> hmac::Key {
        let okm = self.0.expand(&[b"refresh tokens"], hmac::HMAC_SHA256);
        hmac::Key::from(okm.expect("the length of a key"))
    }
}

impl Sealer {
    /// Nonce, then ciphertext with tag.
    pub(super) fn seal(&self, place: Place<'_>, plain: &[u8], rng: &Rng) -> Vec<u8> {
        // Random nonces are safe for far more keys than will ever be made (NIST SP 800-38D section 8.3).
        let nonce: [u8; NONCE_LEN] = rng.bytes();
        let mut sealed = plain.to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut sealed)
            .expect("a few bytes can be sealed");
        [&nonce[..], &sealed].concat()
    }

    /// What was sealed for this place under this secret; `None` for anything else.
    pub(super) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut plain = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = self.0.open_in_place(nonce, Aad::from(place), &mut plain).ok()?.len();
        plain.truncate(length);
        Some(plain)
    }
}

impl fmt::Debug for RootSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootSecret(…)")
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(secret: &str) -> Sealer {
        RootSecret::new(secret).expect("long enough").sealer()
    }

    #[test]
    fn a_value_opens_in_its_place_under_its_secret_only() {
        let (rng, secret) = (Rng::seeded(1), "a".repeat(32));
        let sealed = sealer(&secret).seal("key-1", b"seed", &rng);
        assert!(!sealed.windows(4).any(|window| window == b"seed"));
        assert_eq!(sealer(&secret).open("key-1", &sealed), Some(b"seed".to_vec()));
        assert_eq!(sealer(&secret).open("key-2", &sealed), None);
        assert_eq!(sealer(&"b".repeat(32)).open("key-1", &sealed), None);
        let mut forged = sealed.clone();
        forged[NONCE_LEN] ^= 1;
        assert_eq!(sealer(&secret).open("key-1", &forged), None);
        assert_eq!(sealer(&secret).open("key-1", b"short"), None);
    }

    #[test]
    fn short_secrets_are_refused_and_none_is_shown() {
        assert_eq!(RootSecret::new("hunter2").err(), Some(RootSecretError));
        let root = RootSecret::new(&"a".repeat(32)).expect("long enough");
        assert_eq!(format!("{root:?} {:?}", root.sealer()), "RootSecret(…) Sealer(…)");
    }
}
