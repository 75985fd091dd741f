//! The public keys that tokens are verified with, fetched when they are needed.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::JwkSet;
use kit_core::Clock;
use plenary_proto::identity::v1::GetJwksRequest;
use plenary_proto::identity::v1::account_service_client::AccountServiceClient;
use tokio::sync::Mutex;

use crate::{Error, KIT, Transport};

/// After this time keys are fetched anew: a key that identity has withdrawn stops working.
const KEEP_DURATION_MAX: Duration = Duration::from_secs(10 * 60);
/// A token with an unknown key makes us ask for new keys, at most this often.
const FETCH_INTERVAL_MIN: Duration = Duration::from_secs(10);
/// Keys of one set; more are not ours.
const KEYS_MAX: usize = 16;

/// Where keys come from.
#[derive(Debug)]
pub enum KeySource {
    /// These and no others: tests, and identity itself.
    Fixed(JwkSet),
    /// Asked of identity when they are first needed.
    Identity(Transport),
}

/// Keys by their ids.
#[derive(Clone)]
pub(super) struct Keys {
    shared: Arc<Shared>,
}

struct Shared {
    identity: Option<Transport>,
    clock: Clock,
    known: RwLock<Known>,
    /// Held while keys are being fetched, so that a thousand requests at start ask once.
    fetching: Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Arc<DecodingKey>>,
    fetched: Option<Instant>,
}

// === impl Keys ===

impl Keys {
    pub(super) fn new(source: KeySource, clock: Clock) -> Self {
        let (identity, known) = match source {
            KeySource::Fixed(set) => (
                None,
                Known {
                    keys: decoding_keys(&set),
                    fetched: None,
                },
            ),
            KeySource::Identity(transport) => (Some(transport), Known::default()),
        };
        Self {
            shared: Arc::new(Shared {
                identity,
                clock,
                known: RwLock::new(known),
                fetching: Mutex::new(()),
            }),
        }
    }

    /// The key, after fetching keys if that may help.
    pub(super) async fn get(&self, key_id: &str) -> Result<Option<Arc<DecodingKey>>, Error> {
        let Some(identity) = &self.shared.identity else {
            return Ok(self.known(|known| known.keys.get(key_id).cloned()));
        };
        if !self.wants_fetch(key_id) {
            return Ok(self.known(|known| known.keys.get(key_id).cloned()));
        }
        let _one_at_a_time = self.shared.fetching.lock().await;
        if self.wants_fetch(key_id) {
            self.fetch(identity.clone()).await?;
        }
        Ok(self.known(|known| known.keys.get(key_id).cloned()))
    }

    fn wants_fetch(&self, key_id: &str) -> bool {
        let now = self.shared.clock.instant();
        self.known(|known| match known.fetched {
            None => true,
            Some(at) if known.keys.contains_key(key_id) => now - at >= KEEP_DURATION_MAX,
            Some(at) => now - at >= FETCH_INTERVAL_MIN,
        })
    }

    async fn fetch(&self, identity: Transport) -> Result<(), Error> {
        let answer = AccountServiceClient::new(identity).get_jwks(GetJwksRequest {}).await;
        let set = match answer {
            Ok(response) => {
                serde_json::from_str::<JwkSet>(&response.into_inner().jwks_json).map_err(|error| KIT.internal(error))?
            }
            // Known keys go on working while identity is away.
            Err(status) if self.known(|known| !known.keys.is_empty()) => {
                tracing::warn!(%status, "keys could not be fetched; going on with those that are known");
                self.update(|known| known.fetched = Some(self.shared.clock.instant()));
                return Ok(());
            }
            Err(status) => return Err(KIT.unavailable("KEYS_UNAVAILABLE", status)),
        };
        let keys = decoding_keys(&set);
        self.update(|known| {
            *known = Known {
                keys,
                fetched: Some(self.shared.clock.instant()),
            }
        });
        Ok(())
    }

    fn known<T>(&self, read: impl FnOnce(&Known) -> T) -> T {
        read(&self.shared.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn update(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.shared.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Keys that cannot be used are passed over: an algorithm that identity starts to publish must not stop us.
fn decoding_keys(set: &JwkSet) -> HashMap<String, Arc<DecodingKey>> {
    let usable = set.keys.iter().take(KEYS_MAX).filter_map(|jwk| {
        let key = DecodingKey::from_jwk(jwk).ok()?;
        Some((jwk.common.key_id.clone()?, Arc::new(key)))
    });
    usable.collect()
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.known(|known| {
            f.debug_struct("Keys")
                .field("ids", &known.keys.keys())
                .finish_non_exhaustive()
        })
    }
}
