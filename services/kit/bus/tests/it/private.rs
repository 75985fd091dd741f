//! A Redis of a test's own, which it may take away.

use kit_bus::{Bus, Config};
use kit_core::{Clock, Rng};
use kit_local::{Durability, Lifetime, Server, Settings};
use kit_telemetry::Metrics;
use tempfile::TempDir;

pub(crate) struct PrivateRedis {
    folder: TempDir,
    server: Option<Server>,
    url: String,
}

impl PrivateRedis {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = launch(&folder).await;
        Self {
            folder,
            url: server.url().to_owned(),
            server: Some(server),
        }
    }

    pub(crate) fn bus(&self, clock: &Clock) -> Bus {
        let config = Config::at(&self.url, "test");
        Bus::new(&config, clock, &Rng::system(), &Metrics::new()).expect("an address")
    }

    /// Stops it. What it had is lost.
    pub(crate) async fn take_away(&mut self) {
        self.server.take().expect("it is there").stop().await;
    }

    /// Starts an empty one in its place.
    pub(crate) async fn bring_back(&mut self) {
        self.server = Some(launch(&self.folder).await);
    }
}

async fn launch(folder: &TempDir) -> Server {
    let settings = Settings {
        folder: folder.path().to_owned(),
        durability: Durability::Disposable,
        lifetime: Lifetime::WithParent,
    };
    kit_local::redis(&settings).await.expect("a Redis can be started")
}
