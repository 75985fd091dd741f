//! A *private* PostgreSQL, Redis and object store for `./dev up`, for small installations, and for tests.
//!
//! Private means: the data is in the folder that the caller names, the only way in is a Unix socket that nobody else
//! may open, no port is taken, and no server that was there before is ever touched. A server dies with the process that
//! started it, also (on Linux) when that process is killed.
//!
//! ```no_run
//! # async fn example() -> Result<(), kit_local::Error> {
//! use kit_local::{Durability, Lifetime, Settings};
//!
//! let settings = Settings {
//!     folder: "/var/lib/plenary/postgres".into(),
//!     durability: Durability::Durable,
//!     lifetime: Lifetime::WithParent,
//! };
//! let postgres = kit_local::postgres(&settings).await?;
//! println!("{}", postgres.url());
//! postgres.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! The object store ([`Objects`]) is no process but a listener within this one, that speaks S3 over a folder.
//!
//! PostgreSQL refuses to run as root. Started by root it runs in a user namespace, where it is somebody else and the
//! files stay root's; where namespaces are forbidden, as the user `postgres` or `nobody`, who then owns the folder and
//! gets it open, wherever it lies.

mod error;
mod find;
mod folder;
mod limits;
mod objects;
mod postgres;
mod process;
mod redis;
mod run_as;

use std::path::PathBuf;

pub use error::Error;
pub use objects::Objects;

use process::Process;

/// How to run a server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it keeps everything; made when it is missing, and its alone.
    pub folder: PathBuf,
    /// Whether the data matters.
    pub durability: Durability,
    /// How long it runs.
    pub lifetime: Lifetime,
}

/// Whether the data matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// What is committed survives a power cut.
    Durable,
    /// Nothing is forced to disk: several times as fast, for tests.
    Disposable,
}

/// How long a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Until it is stopped or dropped, at the latest until this process ends in whatever way.
    WithParent,
    /// Until somebody sends the signal that [`Server::stop_signal`] names.
    Detached,
}

/// A running server. Dropping it stops it and waits for that, unless it is [`Lifetime::Detached`].
#[derive(Debug)]
pub struct Server {
    url: String,
    process: Process,
    /// Keeps others out of the folder.
    _lock: std::fs::File,
}

/// Starts a private PostgreSQL with a database `plenary`, owned by the role `plenary`, and waits until it is ready. The
/// first time in a folder takes some seconds, otherwise it is ready in tenths of one.
///
/// # Errors
/// Says what is missing or in the way, and shows the end of the server's log when it did not come up.
pub async fn postgres(settings: &Settings) -> Result<Server, Error> {
    postgres::start(&settings.resolved()?, None).await
}

/// Starts a private Redis and waits until it is ready.
///
/// # Errors
/// As [`postgres`].
pub async fn redis(settings: &Settings) -> Result<Server, Error> {
    redis::start(&settings.resolved()?).await
}

impl Settings {
    /// With an absolute folder: servers have working folders of their own.
    fn resolved(&self) -> Result<Self, Error> {
        let folder = std::path::absolute(&self.folder).map_err(Error::folder(&self.folder))?;
        Ok(Self { folder, ..self.clone() })
    }
}

impl Server {
    fn new(url: String, mut process: Process, lock: std::fs::File, lifetime: Lifetime) -> Self {
        if lifetime == Lifetime::Detached {
            process.detach();
        }
        Self {
            url,
            process,
            _lock: lock,
        }
    }

    /// How to reach it: `postgres://…?host=…` or `redis+unix://…`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The number of the signal that makes it stop in an orderly way.
    pub fn stop_signal(&self) -> i32 {
        self.process.stop_signal()
    }

    /// Completes when the server is gone, for whatever reason. A caller that did not stop it has lost it.
    pub async fn gone(&self) {
        self.process.gone().await;
    }

    /// Stops it in an orderly way; forces it when that takes too long.
    pub async fn stop(self) {
        self.process.stop().await;
    }
}
