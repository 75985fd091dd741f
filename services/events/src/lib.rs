//! Events: what is going to happen, when, who speaks, and who may know.
//!
//! An event belongs to an organization, whose members are its team. It is written as a draft, handed to the platform's
//! administrators, approved or sent back, published, held and ended; until it is published it exists for its team and
//! its reviewers alone, on every path. Other services ask here what a caller may do with an event.
//!
//! In reading order:
//!
//! - [`domain`]: types, the state machine, who sees what, Markdown to HTML, copies. Pure.
//! - `commands`, one file for each change; `queries`, all reads.
//! - `store`: the SQL. `pictures`: the object store. `identity`: what is asked there. `facts`: what others are told.
//! - `rpc`: the gRPC methods, from messages to the domain and back. `error`: what a caller learns of a failure.
//! - [`jobs`]: ends what is over, sweeps what nothing shows. [`seed_demo`]: the demo event.

pub mod domain;

mod commands;
mod config;
mod error;
mod facts;
mod identity;
pub mod jobs;
mod pictures;
mod queries;
mod rpc;
mod seed;
mod store;

pub use config::{Config, EventsConfig};
pub use seed::{DemoEvent, DemoOwner, seed_demo};
pub use store::MIGRATIONS;

use kit_blobs::Blobs;
use kit_bus::Bus;
use kit_core::limits::MESSAGE_BYTES_MAX;
use kit_pg::{Pool, housekeeping, outbox::Relay};
use kit_rpc::{Host, Part};
use plenary_proto::events::v1::agenda_service_server::AgendaServiceServer;
use plenary_proto::events::v1::event_service_server::EventServiceServer;

use crate::identity::Identity;
use crate::jobs::Jobs;
use crate::pictures::Pictures;
use crate::rpc::Server;

/// The service's name, which is also its schema's.
const NAME: &str = "events";

/// The service, ready to be mounted.
///
/// # Errors
/// The database cannot be reached, or lacks migrations; an address in the configuration cannot be understood.
pub async fn build(config: Config, host: Host) -> anyhow::Result<Part> {
    let pool = Pool::new(&config.postgres, NAME)?;
    MIGRATIONS.verify(&pool).await?;
    let bus = Bus::new(&config.redis, &host.clock, &host.rng, &host.metrics)?;
    let pictures = Pictures::new(Blobs::new(&config.blobs).await);
    let checked = pool.clone();
    host.health.register("events.postgres", move || {
        let pool = checked.clone();
        async move { pool.ping().await.map_err(|error| error.to_string()) }
    });
    let server = Server {
        pool: pool.clone(),
        pictures: pictures.clone(),
        identity: Identity::new(host.switchboard.line(NAME, "identity")),
        clock: host.clock.clone(),
        rng: host.rng.clone(),
    };
    let events = EventServiceServer::new(server.clone())
        .max_decoding_message_size(MESSAGE_BYTES_MAX)
        .max_encoding_message_size(MESSAGE_BYTES_MAX);
    let jobs = Jobs::new(&pool, &pictures, &host.clock, &host.rng, config.events);
    let relay = Relay::new(&pool, &bus);
    let clock = host.clock.clone();
    Ok(Part::new(NAME)
        .service(events)
        .service(AgendaServiceServer::new(server))
        .job("events.bus", |stop| bus.run(stop))
        .job("events.relay", |stop| relay.run(stop))
        .job("events.housekeeping", |stop| housekeeping::run(pool, clock, stop))
        .job("events.jobs", |stop| jobs.run(stop)))
}

/// The jobs alone, for whoever wants to run them by hand: an operator's command, or a test with a clock of its own.
///
/// # Errors
/// An address in the configuration cannot be understood.
pub async fn build_jobs(config: &Config, host: &Host) -> anyhow::Result<Jobs> {
    let pool = Pool::new(&config.postgres, NAME)?;
    let pictures = Pictures::new(Blobs::new(&config.blobs).await);
    Ok(Jobs::new(&pool, &pictures, &host.clock, &host.rng, config.events))
}
