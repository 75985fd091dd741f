//! Where PostgreSQL is, and how much of it a service may use.

use std::time::Duration;

use kit_config::{Keys, Secret, Section};

/// The `[postgres]` section.
#[derive(Clone, Debug)]
pub struct Config {
    /// `postgres://user:password@host:port/database?sslmode=…`.
    pub url: Secret,
    /// Most connections of one service in one process.
    pub max_connections: u32,
    /// When PostgreSQL cancels a statement. Commands are made of short ones.
    pub statement_timeout: Duration,
    /// How long a statement waits for a lock that another transaction has.
    pub lock_timeout: Duration,
}

impl Config {
    /// The defaults, for the database at `url`.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: Secret::new(url),
            max_connections: 10,
            statement_timeout: Duration::from_secs(10),
            lock_timeout: Duration::from_secs(5),
        }
    }
}

impl Section for Config {
    const NAME: &'static str = "postgres";

    fn read(keys: &mut Keys<'_>) -> Self {
        let max_connections = keys.get(
            "max_connections",
            "10",
            "Most connections of one service in one process.",
        );
        keys.check("max_connections", max_connections >= 2, "must be at least 2");
        Self {
            url: keys.required(
                "url",
                "postgres://plenary@127.0.0.1:5432/plenary",
                "Address of the database, with user and password.",
            ),
            max_connections,
            statement_timeout: keys.get("statement_timeout", "10s", "When PostgreSQL cancels a statement."),
            lock_timeout: keys.get("lock_timeout", "5s", "How long a statement waits for a lock."),
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
