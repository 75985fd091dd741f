//! What an event sells or gives away, and who has it: see README.md for what this service owns and promises.
//!
//! In reading order: `domain` (ticket types, orders, tickets: pure), `commands` (one file for each change), `queries`, `store`
//! (SQL), `desk` (orders of one event, placed together), `rpc` (thin methods), `convert` (wire ⇄ domain), `jobs` (expiry), `peers`
//! (what is asked of events), `code` (QR codes). This file wires them together.

mod code;
mod commands;
mod config;
mod convert;
mod desk;
mod domain;
mod error;
mod jobs;
mod peers;
mod queries;
mod rpc;
mod seed;
mod store;

use anyhow::Context as _;
use kit_bus::{Bus, Fact};
use kit_core::ids::FactId;
use kit_core::{Clock, Rng};
use kit_pg::{PgConnection, Pool, outbox};
use kit_rpc::{Host, Part, Transport};
use plenary_proto::ticketing::v1::order_service_server::OrderServiceServer;
use plenary_proto::ticketing::v1::ticket_service_server::TicketServiceServer;
use plenary_proto::ticketing::v1::ticket_type_service_server::TicketTypeServiceServer;

use code::Codes;
pub use config::Config;
use desk::Desk;
use error::TicketingError;
pub use seed::seed_demo;

/// The part's name, in addresses, certificates and logs; its schema's too.
pub const NAME: &str = "ticketing";

/// The service's tables.
pub const MIGRATIONS: kit_pg::Migrations = kit_pg::migrations!("ticketing": "0001_tickets", "0002_order_of_types");

/// The service, as commands and queries see it.
#[derive(Clone, Debug)]
pub(crate) struct Ticketing {
    pool: Pool,
    clock: Clock,
    rng: Rng,
    codes: Codes,
    desk: Desk,
    events: Transport,
}

/// Builds the service for a process.
///
/// # Errors
/// When PostgreSQL, Redis or the codes' key is configured wrongly, or the tables are not those of this version.
pub async fn build(config: Config, host: Host) -> anyhow::Result<Part> {
    let ticketing = Ticketing::new(&config, &host).await?;
    let pool = ticketing.pool.clone();
    let bus = Bus::new(&config.redis, &host.clock, &host.rng, &host.metrics)?;
    let relay = outbox::Relay::new(&pool, &bus);
    let (expiring, clock) = (ticketing.clone(), host.clock.clone());
    Ok(Part::new(NAME)
        .service(TicketTypeServiceServer::new(ticketing.clone()))
        .service(OrderServiceServer::new(ticketing.clone()))
        .service(TicketServiceServer::new(ticketing))
        .job("ticketing-bus", |stop| bus.run(stop))
        .job("ticketing-relay", |stop| relay.run(stop))
        .job("ticketing-housekeeping", |stop| {
            kit_pg::housekeeping::run(pool, clock, stop)
        })
        .job("ticketing-expiry", |stop| jobs::expire_holds(expiring, stop)))
}

/// Gives back the seats of holds whose time is over, as the job does every second: for tests, which move the time.
///
/// # Errors
/// As [`build`]; failures of the database.
pub async fn expire_holds_once(config: &Config, host: &Host) -> anyhow::Result<()> {
    let ticketing = Ticketing::new(config, host).await?;
    Ok(jobs::expire_due(&ticketing).await?)
}

impl Ticketing {
    async fn new(config: &Config, host: &Host) -> anyhow::Result<Self> {
        let pool = Pool::new(&config.postgres, NAME)?;
        MIGRATIONS
            .verify(&pool)
            .await
            .context("the tables of ticketing are not ready")?;
        Ok(Self {
            pool,
            clock: host.clock.clone(),
            rng: host.rng.clone(),
            codes: Codes::new(config.code_key.expose())?,
            desk: Desk::new(&host.tasks),
            events: host.switchboard.line(NAME, "events"),
        })
    }

    /// Tells other services, if the transaction commits.
    async fn tell<M: prost::Message + prost::Name>(
        &self,
        conn: &mut PgConnection,
        fact: &M,
    ) -> Result<(), TicketingError> {
        Ok(outbox::append(conn, &self.fact(fact)).await?)
    }

    /// A fact of now, and of the call that is at work.
    fn fact<M: prost::Message + prost::Name>(&self, fact: &M) -> Fact {
        Fact::new(FactId::new(&self.clock, &self.rng), self.clock.now(), fact)
    }
}
