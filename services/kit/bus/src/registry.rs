//! A directory of things that come and go: who is there, and what they say about themselves.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use deadpool_redis::redis::{self, Script};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::limits::REGISTRY_ENTRIES_MAX;
use crate::{Bus, Error};

static PUT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/registry_put.lua")));
static LIST: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/registry_list.lua")));

/// A handle on one directory. Clones share what this process has registered, which is all that is known while Redis is
/// away, and enough when everything runs in one process.
#[derive(Clone, Debug)]
pub struct Registry {
    bus: Bus,
    /// Of the values and of their expiries. The braces put both on one node of a cluster.
    keys: [String; 2],
    own: Arc<Mutex<BTreeMap<String, Own>>>,
    /// Whether the last attempt to tell the others failed.
    is_alone: Arc<AtomicBool>,
}

/// An entry that this process put.
#[derive(Clone, Debug)]
struct Own {
    value: Bytes,
    expiry: Instant,
}

impl Registry {
    pub(crate) fn new(bus: Bus, key: String) -> Self {
        let keys = [format!("{{{key}}}:values"), format!("{{{key}}}:expiries")];
        Self {
            bus,
            keys,
            own: Arc::default(),
            is_alone: Arc::default(),
        }
    }

    /// Registers `id` for `ttl`, or renews it. Known in this process in any case, and to others when Redis is there.
    pub async fn put(&self, id: &str, value: impl Into<Bytes>, ttl: Duration) {
        let value = value.into();
        self.remember(id, value.clone(), ttl);
        let shared = self.put_shared(id, &value, ttl).await;
        let was_alone = self.is_alone.swap(shared.is_err(), Ordering::Relaxed);
        match shared {
            Err(error) if !was_alone => {
                let error: &dyn std::error::Error = &error;
                warn!(registry = self.keys[0], error, "registered in this process only");
            }
            Ok(()) if was_alone => info!(registry = self.keys[0], "registered for all processes again"),
            _ => {}
        }
    }

    /// Registers `id` with what `value` says at the time, three times in each `ttl`, until `stop`; then removes it.
    pub async fn keep(&self, id: &str, value: impl Fn() -> Bytes + Send, ttl: Duration, stop: CancellationToken) {
        let mut beat = tokio::time::interval(ttl / 3);
        while stop.run_until_cancelled(beat.tick()).await.is_some() {
            self.put(id, value(), ttl).await;
        }
        self.remove(id).await;
    }

    /// Forgets `id`. Without Redis the others forget it when its time is up.
    pub async fn remove(&self, id: &str) {
        self.own().remove(id);
        let mut both = redis::pipe();
        both.atomic()
            .hdel(&self.keys[0], id)
            .ignore()
            .zrem(&self.keys[1], id)
            .ignore();
        if let Ok(mut connection) = self.bus.connection().await {
            let _: Result<(), _> = both.query_async(&mut connection).await;
        }
    }

    /// Everyone who is there, by id.
    pub async fn list(&self) -> BTreeMap<String, Bytes> {
        let mut entries = self.list_shared().await.unwrap_or_default();
        let now = self.bus.clock().instant();
        let mut own = self.own();
        own.retain(|_, entry| entry.expiry > now);
        entries.extend(own.iter().map(|(id, entry)| (id.clone(), entry.value.clone())));
        entries
    }

    /// What `id` says about itself, if it is there.
    pub async fn get(&self, id: &str) -> Option<Bytes> {
        self.list().await.remove(id)
    }

    fn remember(&self, id: &str, value: Bytes, ttl: Duration) {
        let now = self.bus.clock().instant();
        let mut own = self.own();
        if own.len() >= REGISTRY_ENTRIES_MAX {
            own.retain(|_, entry| entry.expiry > now);
        }
        if own.len() < REGISTRY_ENTRIES_MAX || own.contains_key(id) {
            own.insert(
                id.to_owned(),
                Own {
                    value,
                    expiry: now + ttl,
                },
            );
        }
    }

    async fn put_shared(&self, id: &str, value: &Bytes, ttl: Duration) -> Result<(), Error> {
        let mut call = PUT.key(&self.keys[0]);
        call.key(&self.keys[1])
            .arg(id)
            .arg(value.as_ref())
            .arg(u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX));
        Ok(call.invoke_async(&mut self.bus.connection().await?).await?)
    }

    async fn list_shared(&self) -> Result<BTreeMap<String, Bytes>, Error> {
        let mut call = LIST.key(&self.keys[0]);
        let entries: BTreeMap<String, Vec<u8>> = call
            .key(&self.keys[1])
            .invoke_async(&mut self.bus.connection().await?)
            .await?;
        Ok(entries.into_iter().map(|(id, value)| (id, value.into())).collect())
    }

    fn own(&self) -> MutexGuard<'_, BTreeMap<String, Own>> {
        self.own.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
