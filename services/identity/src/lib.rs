//! Who people are: accounts and their credentials, sessions and the tokens that prove them, profiles, organizations and
//! who belongs to them, and who runs the platform.
//!
//! In reading order: [`domain`] decides (pure types and transitions), `store` remembers (SQL), [`secrets`] hashes, signs
//! and seals, `commands` change something in one transaction each, `queries` read, `rpc` turns messages into both, and
//! `jobs` do what no request waits for. [`build`] puts them together.
//!
//! A process that runs this service needs [`Config::load`] and [`build`]; an operator's command needs [`MIGRATIONS`] and
//! [`ensure_setup_token`].

mod commands;
mod config;
mod convert;
pub mod domain;
mod error;
mod jobs;
mod limits;
mod queries;
mod rpc;
pub mod secrets;
mod service;
mod store;

pub use commands::{DemoOrganization, ensure_demo_organization, ensure_setup_token};
pub use config::{Config, IdentityConfig};

use std::num::NonZero;

use anyhow::Context as _;
use kit_blobs::Blobs;
use kit_bus::Bus;
use kit_core::limits::MESSAGE_BYTES_MAX;
use kit_pg::{Pool, outbox};
use kit_rpc::{Host, Part};
use plenary_proto::identity::v1::account_service_server::AccountServiceServer;
use plenary_proto::identity::v1::organization_service_server::OrganizationServiceServer;
use plenary_proto::identity::v1::profile_service_server::ProfileServiceServer;
use plenary_proto::identity::v1::user_service_server::UserServiceServer;
use tokio::sync::Notify;

use crate::secrets::{Hasher, KeyRing, RefreshTokens, RootSecret};
use crate::service::{Service, Shared};

/// The service's name, and its schema's.
pub const NAME: &str = "identity";

/// The service's tables.
pub const MIGRATIONS: kit_pg::Migrations = kit_pg::migrations!(
    "identity": "0001_users", "0002_logins", "0003_organizations", "0004_keys", "0005_forgiven",
);

/// Puts the service together. Nothing runs before the part is mounted and its host started.
///
/// # Errors
/// As [`Identity::new`].
pub async fn build(config: Config, host: Host) -> anyhow::Result<Part> {
    Ok(Identity::new(config, &host).await?.part())
}

/// The service, for those who want more of it than its part: tests run its jobs by hand.
#[derive(Clone, Debug)]
pub struct Identity {
    service: Service,
    bus: Bus,
}

impl Identity {
    /// Puts the service together and reads its signing keys, the first of which is made here.
    ///
    /// # Errors
    /// The configuration cannot be used, or the database is away or not migrated.
    pub async fn new(config: Config, host: &Host) -> anyhow::Result<Self> {
        let pool = Pool::new(&config.postgres, NAME)?;
        MIGRATIONS
            .verify(&pool)
            .await
            .context("the tables of identity are not ready")?;
        let bus = Bus::new(&config.redis, &host.clock, &host.rng, &host.metrics)?;
        let blobs = Blobs::new(&config.blobs).await;
        let service = assemble(config.identity, pool.clone(), blobs, host)?;
        service
            .keys
            .refresh(&pool)
            .await
            .context("the signing keys cannot be read")?;
        host.health.register("identity.postgres", move || {
            let ready = pool.clone();
            async move { ready.ping().await.map_err(|error| error.to_string()) }
        });
        Ok(Self { service, bus })
    }

    /// The gRPC services and the jobs.
    pub fn part(&self) -> Part {
        let service = || self.service.clone();
        let (keys, mail, sweeps, pool) = (service(), service(), service(), self.service.pool.clone());
        let (clock, relay) = (self.service.clock.clone(), outbox::Relay::new(&pool, &self.bus));
        let profiles = ProfileServiceServer::new(rpc::Profiles(service()))
            .max_decoding_message_size(MESSAGE_BYTES_MAX)
            .max_encoding_message_size(MESSAGE_BYTES_MAX);
        Part::new(NAME)
            .service(AccountServiceServer::new(rpc::Accounts(service())))
            .service(OrganizationServiceServer::new(rpc::Organizations(service())))
            .service(profiles)
            .service(UserServiceServer::new(rpc::Users(service())))
            .job("identity relay", move |stop| relay.run(stop))
            .job("identity housekeeping", move |stop| {
                kit_pg::housekeeping::run(pool, clock, stop)
            })
            .job("identity mail", |stop| jobs::watch_mail_requests(mail, stop))
            .job("identity keys", |stop| {
                jobs::every("keys", limits::KEYS_EVERY, keys, jobs::refresh_keys, stop)
            })
            .job("identity sweep", |stop| {
                jobs::every("sweep", limits::SWEEP_EVERY, sweeps, jobs::sweep, stop)
            })
    }

    /// One round of each of the service's own jobs: keys, mail, sweeps.
    ///
    /// # Errors
    /// What a job would log.
    pub async fn run_jobs_once(&self) -> anyhow::Result<()> {
        jobs::refresh_keys(self.service.clone()).await?;
        jobs::answer_mail_requests(&self.service).await?;
        jobs::sweep(self.service.clone()).await?;
        Ok(())
    }

    /// How many password hashes have been computed.
    pub fn hashes_computed(&self) -> u64 {
        self.service.hasher.computed()
    }
}

fn assemble(config: IdentityConfig, pool: Pool, pictures: Blobs, host: &Host) -> anyhow::Result<Service> {
    let root = RootSecret::new(config.secret.expose()).context("identity.secret cannot be used")?;
    let (clock, rng) = (host.clock.clone(), host.rng.clone());
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    Ok(Service::new(Shared {
        pool,
        hasher: Hasher::new(config.hash_cost, config.hash_threads.unwrap_or(processors), rng.clone())?,
        keys: KeyRing::new(&root, clock.clone(), rng.clone()),
        refresh_tokens: RefreshTokens::new(&root),
        pictures,
        mail_wanted: Notify::new(),
        clock,
        rng,
        config,
    }))
}
