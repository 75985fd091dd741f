//! Live rooms: see README.md for what this service owns and promises.
//!
//! In reading order: [`domain`](self) (rooms, leases, placement: pure), `commands` (one file for each change), `queries`,
//! `store` (SQL), `rpc` (thin methods), `jobs` (sweeps), `peers` (what is asked of others), `token` (media tokens). This file wires
//! them together.

mod commands;
mod config;
mod domain;
mod error;
mod jobs;
mod peers;
mod queries;
mod rpc;
mod store;
mod token;

use anyhow::Context as _;
use kit_bus::{Bus, Fact, Subscription};
use kit_core::ids::{FactId, RoomId};
use kit_core::{Clock, Rng};
use kit_pg::{PgConnection, Pool, outbox};
use kit_rpc::{Context, Host, Part};
use plenary_proto::live::v1::live_service_server::LiveServiceServer;
use plenary_proto::live::v1::node_service_server::NodeServiceServer;
use tonic::Status;

use commands::account_join::JoinTimes;
pub use config::Config;
use error::LiveError;
use peers::{Clients, SessionView};
use token::ApiKey;

/// The part's name, in addresses, certificates and logs; its schema's too.
pub const NAME: &str = "live";

/// The service's tables.
pub const MIGRATIONS: kit_pg::Migrations = kit_pg::migrations!("live": "0001_rooms", "0002_connections");

/// The service, as commands and queries see it.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    pool: Pool,
    bus: Bus,
    clock: Clock,
    rng: Rng,
    clients: Clients,
    api_key: ApiKey,
    join_times: JoinTimes,
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
        .context("the tables of live are not ready")?;
    let bus = Bus::new(&config.redis, &host.clock, &host.rng, &host.metrics)?;
    let live = Live {
        pool,
        bus,
        clock: host.clock.clone(),
        rng: host.rng.clone(),
        clients: Clients {
            events: host.switchboard.line(NAME, "events"),
            ticketing: host.switchboard.line(NAME, "ticketing"),
            switchboard: host.switchboard.clone(),
        },
        api_key: ApiKey {
            id: config.media_key,
            secret: config.media_secret,
        },
        join_times: JoinTimes::register(&host.metrics),
    };
    let (bus, pool, clock) = (live.bus.clone(), live.pool.clone(), live.clock.clone());
    let relay = outbox::Relay::new(&pool, &bus);
    let sweeping = live.clone();
    Ok(Part::new(NAME)
        .service(LiveServiceServer::new(live.clone()))
        .service(NodeServiceServer::new(live))
        .job("live-bus", |stop| bus.run(stop))
        .job("live-relay", |stop| relay.run(stop))
        .job("live-housekeeping", |stop| kit_pg::housekeeping::run(pool, clock, stop))
        .job("live-sweep", |stop| jobs::sweep(sweeping, stop)))
}

impl Live {
    /// The session of a room that the caller hosts. For others the room does not exist.
    async fn hosted(&self, context: &Context, room: RoomId) -> Result<SessionView, LiveError> {
        let found = store::rooms::get(&mut *self.pool.acquire().await?, room).await?;
        let room = found.ok_or(LiveError::RoomNotFound)?;
        let view = self.clients.session(context, room.session).await?;
        if view.can_manage {
            Ok(view)
        } else {
            Err(LiveError::RoomNotFound)
        }
    }

    /// Tells other services, if the transaction commits.
    async fn tell<M: prost::Message + prost::Name>(&self, tx: &mut PgConnection, fact: &M) -> Result<(), LiveError> {
        let fact = Fact::new(FactId::new(&self.clock, &self.rng), self.clock.now(), fact);
        Ok(outbox::append(tx, &fact).await?)
    }

    /// People in a room now.
    async fn present(&self, conn: &mut PgConnection, room: RoomId) -> Result<i64, LiveError> {
        Ok(store::leases::present(conn, room, self.clock.now()).await?)
    }

    /// Makes whoever follows a room look at it again.
    fn announce(&self, room: RoomId) {
        self.bus.fanout().publish(&topic(room), Vec::new());
    }

    /// Each time that a room may have changed.
    fn changes(&self, room: RoomId) -> Subscription {
        self.bus.fanout().subscribe(&topic(room))
    }
}

fn topic(room: RoomId) -> String {
    format!("live.{room}")
}

fn refuse(error: impl Into<LiveError>) -> Status {
    kit_rpc::Error::from(error.into()).into()
}
