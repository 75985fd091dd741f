//! The keys that sign access tokens: made here, sealed in the database, shared by all replicas, and replaced in time.
//!
//! A new key is published [`PUBLISH_AHEAD`] before it signs, and an old one stays published [`KEEP_AFTER`] beyond its
//! last signature, so that no verifier ever meets a token whose key it could not have known.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use kit_core::{Clock, Rng};
use kit_pg::{Pool, Result};
use kit_rpc::{AccessClaims, Signer};
use time::OffsetDateTime;

use super::root::{RootSecret, Sealer};
use crate::store::signing_keys::{self, SealedKey};

/// A key signs for this long, then a new one is made.
const KEY_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Six times as long as verifiers keep the set of keys.
const PUBLISH_AHEAD: Duration = Duration::from_secs(60 * 60);
/// Four times as long as the longest access token lives.
const KEEP_AFTER: Duration = Duration::from_secs(60 * 60);
/// Keys that are looked at; there are three at most unless somebody plays with the table.
const KEYS_MAX: i64 = 8;

/// The signing keys as this process last read them. Clones share them.
#[derive(Clone)]
pub(crate) struct KeyRing(Arc<Inner>);

struct Inner {
    sealer: Sealer,
    clock: Clock,
    rng: Rng,
    keys: RwLock<Vec<OpenKey>>,
}

/// A key that can sign.
#[derive(Clone)]
struct OpenKey {
    signer: Arc<Signer>,
    create_time: OffsetDateTime,
    activate_time: OffsetDateTime,
}

impl KeyRing {
    /// No keys yet: see [`refresh`](Self::refresh).
    pub(crate) fn new(root: &RootSecret, clock: Clock, rng: Rng) -> Self {
        Self(Arc::new(Inner {
            sealer: root.sealer(),
            clock,
            rng,
            keys: RwLock::default(),
        }))
    }

    /// Reads the keys, makes one when the newest is old or none can be opened, and forgets those that are of no use any
    /// more. Replicas do this one after the other and end up with the same keys.
    pub(crate) async fn refresh(&self, pool: &Pool) -> Result<()> {
        let now = self.0.clock.now();
        let mut tx = pool.begin().await?;
        signing_keys::lock(&mut tx).await?;
        let sealed = signing_keys::list(&mut tx, KEYS_MAX).await?;
        let mut keys: Vec<OpenKey> = sealed.iter().filter_map(|key| self.open(key)).collect();
        if let Some(activate_time) = next_activation(&keys, now) {
            let (sealed, key) = self.make(now, activate_time);
            signing_keys::insert(&mut tx, &sealed).await?;
            keys.push(key);
        }
        for id in useless(&keys, now) {
            signing_keys::delete(&mut tx, &id).await?;
            keys.retain(|key| key.signer.key_id() != id);
        }
        tx.commit().await?;
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// A signed token; `None` before the first [`refresh`](Self::refresh).
    pub(crate) fn sign(&self, claims: &AccessClaims) -> Option<String> {
        let now = self.0.clock.now();
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        let active = keys.iter().rev().find(|key| key.activate_time <= now);
        active.map(|key| key.signer.sign(claims))
    }

    /// The public keys as a JWK set (RFC 7517 section 5), those that will sign soon included.
    pub(crate) fn jwks_json(&self) -> String {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        let jwks: Vec<_> = keys.iter().map(|key| key.signer.jwk()).collect();
        serde_json::json!({ "keys": jwks }).to_string()
    }

    /// A key that does not open was sealed under another secret: it neither signs nor is published.
    fn open(&self, key: &SealedKey) -> Option<OpenKey> {
        let seed = self.0.sealer.open(&key.id, &key.sealed_seed);
        let signer = seed
            .and_then(|seed| seed.try_into().ok())
            .map(|seed: [u8; 32]| Signer::from_seed(&seed))
            .filter(|signer| signer.key_id() == key.id);
        if signer.is_none() {
            tracing::warn!(
                key_id = key.id,
                "a signing key does not open: identity.secret is not the one it was made with"
            );
        }
        Some(OpenKey {
            signer: Arc::new(signer?),
            create_time: key.create_time,
            activate_time: key.activate_time,
        })
    }

    fn make(&self, now: OffsetDateTime, activate_time: OffsetDateTime) -> (SealedKey, OpenKey) {
        let seed: [u8; 32] = self.0.rng.bytes();
        let signer = Signer::from_seed(&seed);
        let sealed = SealedKey {
            id: signer.key_id().to_owned(),
            sealed_seed: self.0.sealer.seal(signer.key_id(), &seed, &self.0.rng),
            create_time: now,
            activate_time,
        };
        let open = OpenKey {
            signer: Arc::new(signer),
            create_time: now,
            activate_time,
        };
        (sealed, open)
    }
}

/// When a key that should be made now begins to sign; `None` when there is no need. Keys are oldest first.
fn next_activation(keys: &[OpenKey], now: OffsetDateTime) -> Option<OffsetDateTime> {
    match keys.last() {
        None => Some(now),
        Some(newest) if now - newest.create_time >= KEY_LIFETIME => Some(now + PUBLISH_AHEAD),
        Some(_) => None,
    }
}

/// Keys whose successor has been signing for so long that no token of theirs can be good.
fn useless(keys: &[OpenKey], now: OffsetDateTime) -> Vec<String> {
    keys.windows(2)
        .filter(|pair| now - pair[1].activate_time >= KEEP_AFTER)
        .map(|pair| pair[0].signer.key_id().to_owned())
        .collect()
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.0.keys.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_list()
            .entries(keys.iter().map(|key| key.signer.key_id()))
            .finish()
    }
}
