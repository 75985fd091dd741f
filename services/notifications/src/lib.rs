//! Tells people what concerns them, by mail and in the app: see README.md for what this service owns and promises.
//!
//! In reading order: `domain` (mails, notices, retries: pure), `compose` (from a fact to words, one file for each service
//! heard), `render` (how mails look: pure), `jobs` (hear, compose, hand over), `smtp`, `store` (SQL), `rpc` (thin methods),
//! `peers` (what is asked of others). This file wires them together.

mod compose;
mod config;
mod domain;
mod error;
mod jobs;
mod peers;
mod render;
mod rpc;
mod smtp;
mod store;

use std::sync::Arc;

use anyhow::Context as _;
use kit_bus::Bus;
use kit_core::ids::UserId;
use kit_core::{Clock, Rng};
use kit_pg::Pool;
use kit_pg::inbox::consumer;
use kit_rpc::{Host, Part};
use plenary_proto::notifications::v1::notification_service_server::NotificationServiceServer;
use prost::Message as _;
use tokio::sync::Notify;

use compose::Composer;
pub use config::Config;
use domain::notice::Notice;
use peers::Clients;
use smtp::Smtp;

/// The part's name, in addresses, certificates and logs; its schema's too.
pub const NAME: &str = "notifications";

/// The service's tables.
pub const MIGRATIONS: kit_pg::Migrations = kit_pg::migrations!("notifications": "0001_notifications");

/// The services whose facts are heard.
const SOURCES: [&str; 4] = ["identity", "events", "ticketing", "live"];

/// The service, as its jobs and methods see it.
#[derive(Clone, Debug)]
pub(crate) struct Notifications {
    pool: Pool,
    bus: Bus,
    clock: Clock,
    rng: Rng,
    composer: Composer,
    smtp: Smtp,
    /// Something may be due.
    work: Arc<Notify>,
}

/// Builds the service for a process.
///
/// # Errors
/// When PostgreSQL, Redis or the mail server is configured wrongly, or the tables are not those of this version.
pub async fn build(config: Config, host: Host) -> anyhow::Result<Part> {
    let pool = Pool::new(&config.postgres, NAME)?;
    MIGRATIONS
        .verify(&pool)
        .await
        .context("the tables of notifications are not ready")?;
    let bus = Bus::new(&config.redis, &host.clock, &host.rng, &host.metrics)?;
    let smtp = Smtp::new(&config.mail.smtp_url, &config.mail.from).context("[mail] cannot be used")?;
    let line = |to| host.switchboard.line(NAME, to);
    let clients = Clients {
        identity: line("identity"),
        events: line("events"),
        ticketing: line("ticketing"),
    };
    let notifications = Notifications {
        pool: pool.clone(),
        bus: bus.clone(),
        clock: host.clock.clone(),
        rng: host.rng.clone(),
        composer: Composer {
            clients,
            site: config.site,
        },
        smtp: smtp.clone(),
        work: Arc::default(),
    };
    let ready = pool.clone();
    host.health.register("notifications.postgres", move || {
        let pool = ready.clone();
        async move { pool.ping().await.map_err(|error| error.to_string()) }
    });
    host.health.register("notifications.smtp", move || {
        let smtp = smtp.clone();
        async move { smtp.ping().await }
    });
    let mut part = Part::new(NAME).service(NotificationServiceServer::new(notifications.clone()));
    for source in SOURCES {
        let heard = consumer(&pool, &bus, source, jobs::Hear(notifications.clone()));
        part = part.job("notifications-hear", |stop| heard.run(stop));
    }
    let (telling, sweeping, clock) = (notifications.clone(), notifications, host.clock.clone());
    Ok(part
        .job("notifications-bus", |stop| bus.run(stop))
        .job("notifications-tell", |stop| jobs::tell(telling, stop))
        .job("notifications-sweep", |stop| jobs::sweep(sweeping, stop))
        .job("notifications-housekeeping", |stop| {
            kit_pg::housekeeping::run(pool, clock, stop)
        }))
}

impl Notifications {
    /// Tells whoever follows their notices, here and in other processes.
    fn announce(&self, notice: &Notice) {
        let message = rpc::message(notice.clone(), 0);
        self.bus
            .fanout()
            .publish(&topic(notice.new.user), message.encode_to_vec());
    }
}

fn topic(user: UserId) -> String {
    format!("notices.{user}")
}
