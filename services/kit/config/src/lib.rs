//! Configuration: one TOML file, an environment variable for every key, and files for secrets.
//!
//! A part declares its keys by reading them, once, in one function. That function is at the same time the list of
//! keys, their documentation, their defaults and the code that loads them, so the four cannot disagree; and there is no
//! macro and no second struct of `Option`s to keep in step.
//!
//! ```
//! use std::time::Duration;
//! use kit_config::{Keys, Loader, Secret, Section, Sources};
//!
//! struct Config { access_token_duration: Duration, pepper: Option<Secret> }
//!
//! impl Section for Config {
//!     const NAME: &'static str = "identity";
//!
//!     fn read(keys: &mut Keys<'_>) -> Self {
//!         Self {
//!             access_token_duration: keys.get("access_token_duration", "5m", "How long an access token is valid."),
//!             pepper: keys.get("pepper", "", "Mixed into password hashes. Never change it once set."),
//!         }
//!     }
//! }
//!
//! let mut loader = Loader::new(Sources::empty().with_file("[identity]\naccess_token_duration = \"10m\"")?);
//! let config: Config = loader.section();
//! loader.finish()?;
//! assert_eq!(config.access_token_duration, Duration::from_secs(600));
//! # assert!(config.pepper.is_none());
//! # Ok::<(), kit_config::Error>(())
//! ```
//!
//! The first source that has a key wins:
//!
//! 1. the environment: `PLENARY_IDENTITY_PEPPER`, or for a secret `PLENARY_IDENTITY_PEPPER_FILE` with a path;
//! 2. the TOML file that `PLENARY_CONFIG` names: `pepper` in `[identity]`, or `pepper_file` with a path;
//! 3. what the process found out by itself ([`Sources::given`]), such as the address of a database that it started;
//! 4. the default.
//!
//! Nothing misspelt is ignored: [`Loader::finish`] reports every unknown key and variable with the nearest known one,
//! together with every value that could not be read.

mod error;
mod keys;
mod loader;
pub mod proof;
mod report;
mod secret;
mod sources;
mod value;

pub use error::{Error, Fault};
pub use keys::{Keys, Section};
pub use loader::Loader;
pub use report::{Entry, Origin, Report};
pub use secret::Secret;
pub use sources::Sources;
pub use value::{ByteSize, Value};

/// Every section of the platform. A process reads the sections of the parts that it runs and passes over the others, so
/// that one file can serve all processes; a section that is not in this list is a mistake in any of them.
pub const SECTIONS: &[&str] = &[
    "blobs",
    "engagement",
    "events",
    "gateway",
    "identity",
    "live",
    "mail",
    "notifications",
    "plenary",
    "postgres",
    "redis",
    "rpc",
    "sfu",
    "telemetry",
    "ticketing",
];
