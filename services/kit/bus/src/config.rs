//! Where Redis is.

use kit_config::{Keys, Secret, Section};

/// The `[redis]` section.
#[derive(Clone, Debug)]
pub struct Config {
    /// `redis://user:password@host:port/database` or `redis+unix:///path`.
    pub url: Secret,
    /// Put before every key, so that several installations can share one Redis.
    pub prefix: String,
    /// Most connections for commands; subscriptions and blocking reads have their own.
    pub max_connections: usize,
}

impl Config {
    /// The defaults, for the Redis at `url` and the keys under `prefix`.
    pub fn at(url: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self {
            url: Secret::new(url),
            prefix: prefix.into(),
            max_connections: 16,
        }
    }
}

impl Section for Config {
    const NAME: &'static str = "redis";

    fn read(keys: &mut Keys<'_>) -> Self {
        Self {
            url: keys.required(
                "url",
                "redis://127.0.0.1:6379/0",
                "Address of Redis, with user and password if it has any.",
            ),
            prefix: keys.get(
                "prefix",
                "plenary",
                "Put before every key, so that installations can share one Redis.",
            ),
            max_connections: keys.get("max_connections", "16", "Most connections for commands in one process."),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_key_is_settable() {
        kit_config::proof::every_key_is_settable::<super::Config>();
    }
}
