//! One handle on Redis for the whole process.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{self, AsyncConnectionConfig, Client, FromRedisValue};
use deadpool_redis::{Connection, Manager, Pool, Runtime};
use kit_core::{Clock, Rng};
use kit_telemetry::Metrics;
use tokio_util::sync::CancellationToken;

use crate::limits::COMMAND_TIMEOUT;
use crate::meters::Meters;
use crate::{Config, Error, Fanout, Limiter, Rate, Registry, Stream};

/// The bus, as every part of this process shares it. Cheap to clone.
#[derive(Clone)]
pub struct Bus(Arc<Inner>);

struct Inner {
    client: Client,
    pool: Pool,
    prefix: String,
    instance: u128,
    clock: Clock,
    fanout: Fanout,
    meters: Meters,
}

impl Bus {
    /// A bus over the Redis of `config`. Does no I/O, so a process starts as well when Redis is away. A process has one:
    /// two would register the same metrics twice.
    ///
    /// # Errors
    /// [`Error::Address`] when the address cannot be understood.
    pub fn new(config: &Config, clock: &Clock, rng: &Rng, metrics: &Metrics) -> Result<Self, Error> {
        let client = Client::open(config.url.expose()).map_err(Error::Address)?;
        let manager =
            Manager::new_with_config(config.url.expose(), settings(COMMAND_TIMEOUT)).map_err(Error::Address)?;
        let pool = Pool::builder(manager)
            .max_size(config.max_connections)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(COMMAND_TIMEOUT))
            .create_timeout(Some(COMMAND_TIMEOUT))
            .recycle_timeout(Some(COMMAND_TIMEOUT))
            .build()
            .expect("a runtime is set, which is all that building asks for");
        let instance = u128::from_le_bytes(rng.bytes());
        Ok(Self(Arc::new(Inner {
            client,
            pool,
            prefix: config.prefix.clone(),
            instance,
            clock: clock.clone(),
            fanout: Fanout::new(),
            meters: Meters::new(metrics),
        })))
    }

    /// The stream of facts of one service, for example `"ticketing"`.
    pub fn facts(&self, service: &str) -> Stream {
        Stream::new(self.clone(), service)
    }

    /// Live updates between replicas.
    pub fn fanout(&self) -> &Fanout {
        &self.0.fanout
    }

    /// The directory of one kind of thing that comes and goes, for example `"sfu-node"`.
    pub fn registry(&self, kind: &str) -> Registry {
        Registry::new(self.clone(), self.key("registry", kind))
    }

    /// A limiter for one kind of action, for example `"sign-in"`.
    pub fn limiter(&self, action: &str, rate: Rate) -> Limiter {
        Limiter::new(self.clone(), self.key("rate", action), rate)
    }

    /// Whether Redis answers, for health pages. Being away is no reason to stop serving.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        self.query::<()>(&redis::cmd("PING")).await
    }

    /// Carries updates between this process and the others until `stop`. Without it the fan-out stays in the process.
    pub async fn run(self, stop: CancellationToken) {
        crate::fanout::link::run(&self, &stop).await;
    }

    /// What tells this process from the others that share the bus.
    pub(crate) fn instance(&self) -> u128 {
        self.0.instance
    }

    /// The clock this bus was made with.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn meters(&self) -> &Meters {
        &self.0.meters
    }

    pub(crate) fn client(&self) -> &Client {
        &self.0.client
    }

    pub(crate) fn key(&self, family: &str, name: &str) -> String {
        format!("{}:{family}:{name}", self.0.prefix)
    }

    pub(crate) async fn connection(&self) -> Result<Connection, Error> {
        Ok(self.0.pool.get().await?)
    }

    /// A connection of its own for commands that block up to `longest`.
    pub(crate) async fn dedicated(&self, longest: Duration) -> Result<MultiplexedConnection, Error> {
        let settings = settings(longest + COMMAND_TIMEOUT);
        Ok(self
            .0
            .client
            .get_multiplexed_async_connection_with_config(&settings)
            .await?)
    }

    pub(crate) async fn query<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, Error> {
        Ok(command.query_async(&mut self.connection().await?).await?)
    }
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bus")
            .field("prefix", &self.0.prefix)
            .finish_non_exhaustive()
    }
}

fn settings(response: Duration) -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(COMMAND_TIMEOUT))
        .set_response_timeout(Some(response))
}
