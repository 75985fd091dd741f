//! What people in a live room say to each other: see README.md for what this service owns and promises.
//!
//! In reading order: `domain` (entries, who may, a follower's place: pure), `commands` (one file for each change), `follow`
//! (the stream), `store` (SQL), `rpc` (thin methods), `convert` (wire ⇄ domain). This file wires them together.

mod commands;
mod config;
mod convert;
mod domain;
mod error;
mod follow;
mod peers;
mod rpc;
mod store;

use anyhow::Context as _;
use kit_bus::{Bus, Limiter};
use kit_core::ids::RoomId;
use kit_core::{Clock, Rng};
use kit_pg::Pool;
use kit_rpc::{Host, Part, Transport};
use plenary_proto::engagement::v1::chat_service_server::ChatServiceServer;
use prost::Message as _;

pub use config::Config;
use domain::Entry;

/// The part's name, in addresses, certificates and logs; its schema's too.
pub const NAME: &str = "engagement";

/// The service's tables.
pub const MIGRATIONS: kit_pg::Migrations = kit_pg::migrations!("engagement": "0001_chat");

/// The service, as commands and queries see it.
#[derive(Clone, Debug)]
pub(crate) struct Engagement {
    pool: Pool,
    bus: Bus,
    clock: Clock,
    rng: Rng,
    limiter: Limiter,
    live: Transport,
}

/// Builds the service for a process.
///
/// # Errors
/// When PostgreSQL or Redis is configured wrongly, or the tables are not those of this version.
pub async fn build(config: Config, host: Host) -> anyhow::Result<Part> {
    let pool = Pool::new(&config.postgres, NAME)?;
    MIGRATIONS
        .verify(&pool)
        .await
        .context("the tables of engagement are not ready")?;
    let bus = Bus::new(&config.redis, &host.clock, &host.rng, &host.metrics)?;
    let engagement = Engagement {
        pool: pool.clone(),
        bus: bus.clone(),
        clock: host.clock.clone(),
        rng: host.rng.clone(),
        limiter: bus.limiter("chat", config.message_rate),
        live: host.switchboard.line(NAME, "live"),
    };
    let clock = host.clock.clone();
    Ok(Part::new(NAME)
        .service(ChatServiceServer::new(engagement))
        .job("engagement-bus", |stop| bus.run(stop))
        .job("engagement-housekeeping", |stop| {
            kit_pg::housekeeping::run(pool, clock, stop)
        }))
}

impl Engagement {
    /// Passes an entry on to everybody who follows its room, here and in other processes.
    fn announce(&self, entry: &Entry) {
        self.bus
            .fanout()
            .publish(&topic(entry.room), convert::message(entry.clone()).encode_to_vec());
    }
}

fn topic(room: RoomId) -> String {
    format!("chat.{room}")
}
