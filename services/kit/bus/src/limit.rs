//! How often may somebody do something: a token bucket for each key, shared through Redis.
//!
//! Written as the generic cell rate algorithm, whose whole state is one moment, so that Redis and the fallback in the
//! process run the same three lines.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use deadpool_redis::redis::Script;
use tracing::{info, warn};

use crate::limits::{LIMITER_KEYS_MAX, LIMITER_PAUSE, LIMITER_TIMEOUT};
use crate::{Bus, Error};

static LIMIT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/limit.lua")));

/// So many in each period: a bucket that holds `tokens`, and fills up within `period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many may come at once.
    pub tokens: u32,
    /// In what time that many come back.
    pub period: Duration,
}

/// The limiter's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on; the tokens are taken.
    Allowed,
    /// Not now; nothing is taken.
    Limited {
        /// When it is worth trying again: for `RetryInfo`.
        retry_after: Duration,
    },
}

/// Limits one kind of action. Clones share their state.
#[derive(Clone, Debug)]
pub struct Limiter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    bus: Bus,
    prefix: String,
    rate: Rate,
    local: Mutex<Local>,
}

/// What the process counts for itself while Redis is away.
#[derive(Debug)]
struct Local {
    /// When each bucket is full again.
    full: HashMap<String, Instant>,
    /// Redis failed, and is left alone until then.
    alone_until: Option<Instant>,
}

impl Limiter {
    pub(crate) fn new(bus: Bus, prefix: String, rate: Rate) -> Self {
        let local = Mutex::new(Local {
            full: HashMap::new(),
            alone_until: None,
        });
        Self(Arc::new(Inner {
            bus,
            prefix,
            rate,
            local,
        }))
    }

    /// Takes one token of `key`: an account, an address, a room and a user.
    pub async fn take(&self, key: &str) -> Verdict {
        self.take_many(key, 1).await
    }

    /// Takes `tokens` at once; asking for more than the bucket holds is asking for all of it.
    pub async fn take_many(&self, key: &str, tokens: u32) -> Verdict {
        let cost = self.0.rate.cost(tokens);
        if self.0.is_alone() {
            return self.0.take_local(key, cost);
        }
        match self.0.take_shared(key, cost).await {
            Ok(verdict) => {
                self.0.rejoin();
                verdict
            }
            Err(error) => {
                self.0.leave_redis_alone(&error);
                self.0.take_local(key, cost)
            }
        }
    }
}

impl Inner {
    async fn take_shared(&self, key: &str, cost: Duration) -> Result<Verdict, Error> {
        let mut call = LIMIT.key(format!("{}:{key}", self.prefix));
        call.arg(micros(self.rate.period)).arg(micros(cost));
        let wait: u64 = tokio::time::timeout(LIMITER_TIMEOUT, async {
            Ok::<_, Error>(call.invoke_async(&mut self.bus.connection().await?).await?)
        })
        .await
        .map_err(|elapsed| Error::Unavailable(elapsed.into()))??;
        Ok(Verdict::after(Duration::from_micros(wait)))
    }

    fn take_local(&self, key: &str, cost: Duration) -> Verdict {
        let now = self.bus.clock().instant();
        let mut local = self.local();
        if local.full.len() >= LIMITER_KEYS_MAX {
            local.full.retain(|_, full| *full > now);
        }
        if local.full.len() >= LIMITER_KEYS_MAX {
            // So many keys at once are an attack on memory; starting over costs one burst for each key.
            local.full.clear();
        }
        let full = local.full.get(key).copied().unwrap_or(now).max(now) + cost;
        let verdict = Verdict::after(full.saturating_duration_since(now + self.rate.period));
        if verdict == Verdict::Allowed {
            local.full.insert(key.to_owned(), full);
        }
        verdict
    }

    fn is_alone(&self) -> bool {
        self.local()
            .alone_until
            .is_some_and(|until| self.bus.clock().instant() < until)
    }

    fn leave_redis_alone(&self, error: &Error) {
        let until = self.bus.clock().instant() + LIMITER_PAUSE;
        if self.local().alone_until.replace(until).is_none() {
            let error: &dyn std::error::Error = error;
            warn!(limiter = self.prefix, error, "rates are limited in this process only");
        }
    }

    fn rejoin(&self) {
        if self.local().alone_until.take().is_some() {
            info!(limiter = self.prefix, "rates are limited for all processes again");
        }
    }

    fn local(&self) -> MutexGuard<'_, Local> {
        self.local.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rate {
    /// `tokens` in each second.
    pub const fn per_second(tokens: u32) -> Self {
        Self {
            tokens,
            period: Duration::from_secs(1),
        }
    }

    /// `tokens` in each minute.
    pub const fn per_minute(tokens: u32) -> Self {
        Self {
            tokens,
            period: Duration::from_secs(60),
        }
    }

    /// `tokens` in each hour.
    pub const fn per_hour(tokens: u32) -> Self {
        Self {
            tokens,
            period: Duration::from_secs(3600),
        }
    }

    /// The time in which `tokens` come back.
    fn cost(self, tokens: u32) -> Duration {
        self.period * tokens.min(self.tokens) / self.tokens.max(1)
    }
}

impl Verdict {
    fn after(wait: Duration) -> Self {
        if wait.is_zero() {
            Self::Allowed
        } else {
            Self::Limited { retry_after: wait }
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
