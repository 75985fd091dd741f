//! A corner of Redis for one test.

use deadpool_redis::redis::{self, AsyncCommands as _};
use futures::StreamExt as _;
use kit_bus::{Bus, Config};
use kit_core::{Clock, Rng};
use kit_telemetry::Metrics;

use crate::{background, servers};

/// A prefix that no other test uses; its keys are removed with this value.
#[derive(Debug)]
pub struct TestRedis {
    url: String,
    prefix: String,
}

impl TestRedis {
    /// A prefix of its own on the Redis for tests.
    pub async fn new() -> Self {
        Self {
            url: servers::redis(),
            prefix: format!("test-{:016x}", Rng::system().u64()),
        }
    }

    /// For code under test that makes its bus itself.
    pub fn config(&self) -> Config {
        Config::at(&self.url, &self.prefix)
    }

    /// A bus as another process would have it: two of them share Redis and nothing else.
    ///
    /// # Panics
    /// Never: the address was used before.
    pub fn bus(&self, clock: &Clock) -> Bus {
        Bus::new(&self.config(), clock, &Rng::system(), &Metrics::new()).expect("the address is valid")
    }
}

impl Drop for TestRedis {
    fn drop(&mut self) {
        let (url, pattern) = (self.url.clone(), format!("*{}*", self.prefix));
        // A panic in cleaning up must not hide the test's own.
        let _ = background::finish(async move || {
            let client = redis::Client::open(url).expect("the address is valid");
            let mut connection = client
                .get_multiplexed_async_connection()
                .await
                .expect("Redis can be reached");
            let mut reader = connection.clone();
            let mut keys = reader
                .scan_match::<_, String>(pattern)
                .await
                .expect("keys can be listed");
            while let Some(Ok(key)) = keys.next().await {
                connection.unlink::<_, ()>(key).await.expect("keys can be removed");
            }
        });
    }
}
