//! Whether a process can do its work.
//!
//! *Alive* means that the process need not be restarted; it says nothing about databases, or one outage would restart
//! everything. *Ready* means that requests should be sent here, and is what each part's checks decide.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;

/// A check that takes longer counts as failed.
const CHECK_DURATION_MAX: Duration = Duration::from_secs(2);

/// The checks of one process. Clones share them.
#[derive(Clone, Default)]
pub struct Health {
    checks: Arc<Mutex<BTreeMap<&'static str, Check>>>,
    draining: Arc<AtomicBool>,
}

/// The outcome of all checks.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether requests should be sent here.
    pub ready: bool,
    /// What is wrong, by the check's name; `None` for what is well.
    pub checks: BTreeMap<&'static str, Option<String>>,
}

type Check = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

impl Health {
    /// No checks: ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a check. It is asked every few seconds by an orchestrator, so it must be cheap.
    pub fn register<F, O>(&self, name: &'static str, check: F)
    where
        F: Fn() -> O + Send + Sync + 'static,
        O: Future<Output = Result<(), String>> + Send + 'static,
    {
        let check: Check = Arc::new(move || Box::pin(check()));
        self.checks
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, check);
    }

    /// From now on the process is alive but not ready: it finishes what it has and takes nothing new.
    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Runs every check, one after another.
    pub async fn readiness(&self) -> Readiness {
        let checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut outcome = BTreeMap::new();
        for (name, check) in checks {
            let late = || Err(format!("took longer than {CHECK_DURATION_MAX:?}"));
            let result = tokio::time::timeout(CHECK_DURATION_MAX, check()).await;
            outcome.insert(name, result.unwrap_or_else(|_| late()).err());
        }
        if self.draining.load(Ordering::Relaxed) {
            outcome.insert("drain", Some("the process is ending".to_owned()));
        }
        Readiness {
            ready: outcome.values().all(Option::is_none),
            checks: outcome,
        }
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("Health")
            .field("checks", &checks.keys())
            .field("draining", &self.draining)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_failed_or_late_check_makes_the_process_unready() {
        let health = Health::new();
        health.register("well", || async { Ok(()) });
        assert!(health.readiness().await.ready);

        health.register("postgres", || async { Err("connection refused".to_owned()) });
        health.register("stuck", std::future::pending);
        let readiness = health.readiness().await;
        let failed: Vec<_> = readiness
            .checks
            .iter()
            .filter(|(_, problem)| problem.is_some())
            .collect();
        assert!(!readiness.ready);
        assert_eq!(failed.len(), 2, "{readiness:?}");
        assert_eq!(readiness.checks["postgres"].as_deref(), Some("connection refused"));
    }

    #[tokio::test]
    async fn a_draining_process_is_not_ready() {
        let health = Health::new();
        health.clone().start_draining();
        assert!(!health.readiness().await.ready);
    }
}
