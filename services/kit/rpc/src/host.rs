//! What a process gives to its parts, and the parts that it runs.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kit_core::{Clock, Rng};
use kit_telemetry::{Health, Metrics};
use tokio_util::sync::CancellationToken;

use crate::call::Calls;
use crate::guard::{Guard, GuardShared};
use crate::part::{Job, Part, Routed};
use crate::switchboard::AddressError;
use crate::{Config, KeySource, Methods, Switchboard, Tasks, Verifier};

/// The process, as its parts see it. Clones are the same host.
///
/// `build(config, host)` of each service takes from it what it needs and returns a [`Part`], which is then mounted.
#[derive(Clone, Debug)]
pub struct Host {
    /// Tells the time.
    pub clock: Clock,
    /// Gives randomness.
    pub rng: Rng,
    /// Where parts register their metrics.
    pub metrics: Metrics,
    /// Where parts register how to tell whether they can work.
    pub health: Health,
    /// Where parts spawn tasks.
    pub tasks: Tasks,
    /// Where parts find each other: `host.switchboard.line("ticketing", "events")`.
    pub switchboard: Switchboard,
    guards: Arc<GuardShared>,
    mounted: Arc<Mutex<Mounted>>,
}

#[derive(Debug, Default)]
struct Mounted {
    services: Vec<(&'static str, Routed)>,
    jobs: Vec<Job>,
}

impl Host {
    /// A host that asks identity for the keys of access tokens.
    pub fn new(config: &Config, clock: Clock, rng: Rng) -> Self {
        let switchboard = Switchboard::new();
        let keys = KeySource::Identity(switchboard.line("kit", "identity"));
        Self::assemble(config, clock, rng, switchboard, keys)
    }

    /// A host with keys of its own: for tests, see [`proof::Tokens`](crate::proof::Tokens).
    pub fn with_keys(config: &Config, clock: Clock, rng: Rng, keys: KeySource) -> Self {
        Self::assemble(config, clock, rng, Switchboard::new(), keys)
    }

    fn assemble(config: &Config, clock: Clock, rng: Rng, switchboard: Switchboard, keys: KeySource) -> Self {
        let (metrics, tasks) = (Metrics::new(), Tasks::new());
        let guards = GuardShared {
            methods: Methods::platform().clone(),
            verifier: Verifier::new(keys, clock.clone()),
            calls: Calls::new(config, &metrics, clock.clone()),
            clock: clock.clone(),
            stopping: tasks.stopping(),
        };
        Self {
            clock,
            rng,
            metrics,
            health: Health::new(),
            tasks,
            switchboard,
            guards: Arc::new(guards),
            mounted: Arc::default(),
        }
    }

    /// Connects the services of other processes, which are reached with this process's certificate.
    pub(crate) fn connect(&self, config: &Config) -> Result<(), AddressError> {
        if let Some(credentials) = config.credentials() {
            self.switchboard.set_credentials(credentials);
        }
        config
            .addresses
            .iter()
            .try_for_each(|(name, address)| self.switchboard.connect(name, address))
    }

    /// Makes a part reachable from the other parts of this process. Its jobs wait for [`start`](Self::start).
    ///
    /// # Panics
    /// If the part serves something that no access rule knows: it could never be called.
    pub fn mount(&self, part: Part) {
        for service in &part.services {
            assert!(
                self.guards.methods.has_service(service.name),
                "{} has no access rules",
                service.name
            );
        }
        let guard = Guard::new(Routed::routes(&part.services), Arc::clone(&self.guards));
        self.switchboard.mount(part.name, guard);
        let mut mounted = self.mounted.lock().unwrap_or_else(PoisonError::into_inner);
        mounted
            .services
            .extend(part.services.into_iter().map(|service| (part.name, service)));
        mounted.jobs.extend(part.jobs);
    }

    /// Starts the jobs of all parts that have been mounted. Called after the last one, since jobs may call any of them.
    pub fn start(&self) {
        let jobs = std::mem::take(&mut self.mounted.lock().unwrap_or_else(PoisonError::into_inner).jobs);
        for job in jobs {
            self.tasks.spawn(job.name, (job.run)(self.tasks.stopping()));
        }
    }

    /// Cancelled when the process begins to end.
    pub fn stopping(&self) -> CancellationToken {
        self.tasks.stopping()
    }

    /// Takes nothing new, ends streams, and waits for what runs, for `grace` at most. Whether all has ended.
    pub async fn drain(&self, grace: Duration) -> bool {
        self.health.start_draining();
        self.tasks.drain(grace).await
    }

    /// The gRPC services that are mounted, with the names of their parts.
    pub(crate) fn services(&self) -> Vec<(&'static str, Routed)> {
        self.mounted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .services
            .clone()
    }

    /// Routes that are not a part of ours (health, reflection) beside those that are, behind one door.
    pub(crate) fn guard(&self, services: &[Routed]) -> Guard {
        Guard::new(Routed::routes(services), Arc::clone(&self.guards))
    }
}
