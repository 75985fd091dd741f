//! The tables of a service, as an ordered list of SQL files that is compiled in.
//!
//! Migrating is a step of its own before new code is rolled out, so old code runs against the new schema for a while:
//! migrations expand first and contract later, and code only checks at its start that nothing it needs is missing.

use std::collections::BTreeMap;
use std::path::Path;

use kit_core::Clock;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row};
use tracing::info;

use crate::limits::{MIGRATION_LOCK_TIMEOUT, MIGRATION_TURN_POLL, MIGRATION_TURN_TIMEOUT};
use crate::{Error, Pool};

/// The tables behind this crate's own features; they come first in every schema.
const KIT: &[Migration] = &[
    Migration {
        name: "kit_0001_outbox",
        sql: include_str!("migrations/kit_0001_outbox.sql"),
    },
    Migration {
        name: "kit_0002_inbox",
        sql: include_str!("migrations/kit_0002_inbox.sql"),
    },
    Migration {
        name: "kit_0003_request_claims",
        sql: include_str!("migrations/kit_0003_request_claims.sql"),
    },
];

/// A file whose first line is this runs outside a transaction. It must hold one statement that can be repeated, such
/// as `create index concurrently if not exists`.
const NO_TRANSACTION: &str = "-- no transaction";

/// One step. Once it is released it never changes.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// The file's name without `.sql`; names sort in the order of application.
    pub name: &'static str,
    /// The file's text. It begins with why.
    pub sql: &'static str,
}

/// All steps of one schema. Made by [`migrations!`](crate::migrations!).
#[derive(Clone, Copy, Debug)]
pub struct Migrations {
    /// The service's schema.
    pub schema: &'static str,
    /// The service's own steps, after this crate's.
    pub steps: &'static [Migration],
}

/// Why a schema is not as the code needs it.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database failed.
    #[error("the migrations of {schema} could not be looked at")]
    Database {
        /// The service's schema.
        schema: &'static str,
        /// Why.
        #[source]
        source: Error,
    },
    /// A step failed; those before it are applied.
    #[error("migration {name} of {schema} failed")]
    Failed {
        /// The service's schema.
        schema: &'static str,
        /// The step.
        name: &'static str,
        /// Why.
        #[source]
        source: Error,
    },
    /// A step that is applied is not the one that is compiled in.
    #[error("migration {name} of {schema} was changed after it was applied")]
    Changed {
        /// The service's schema.
        schema: &'static str,
        /// The step.
        name: &'static str,
    },
    /// Steps are missing: migrate first.
    #[error("{schema} needs migrations that are not applied: {}", names.join(", "))]
    Pending {
        /// The service's schema.
        schema: &'static str,
        /// The missing steps, in order.
        names: Vec<&'static str>,
    },
    /// Another process has been migrating this schema for too long.
    #[error("another process is still migrating {schema}")]
    Busy {
        /// The service's schema.
        schema: &'static str,
    },
}

/// The migrations of a service: its schema, then the names of the files in the crate's `migrations` folder, in order.
///
/// ```ignore
/// pub const MIGRATIONS: kit_pg::Migrations = kit_pg::migrations!("events": "0001_events", "0002_speakers");
/// ```
#[macro_export]
macro_rules! migrations {
    ($schema:literal: $($name:literal),* $(,)?) => {
        $crate::Migrations {
            schema: $schema,
            steps: &[$($crate::Migration {
                name: $name,
                sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $name, ".sql")),
            }),*],
        }
    };
}

impl Migrations {
    /// Brings the schema up to date; creates it when it is missing. Safe to run at the same time from many processes:
    /// one does it, the others wait. Returns the names of the steps that this call applied.
    ///
    /// # Errors
    /// See [`MigrationError`]. What was applied before the failure stays.
    pub async fn apply(&self, pool: &Pool, clock: &Clock) -> Result<Vec<&'static str>, MigrationError> {
        let mut connection = pool.acquire_at_start().await.map_err(|error| self.database(error))?;
        self.take_turn(&mut connection).await?;
        let applied = self.apply_alone(&mut connection, clock).await;
        // The turn belongs to the session: closing it gives the turn back in any case, and with it the settings.
        let closed = connection.close().await;
        let applied = applied?;
        closed.map_err(|error| self.database(error.into()))?;
        Ok(applied)
    }

    /// The steps that are not applied, in order; none when the schema is ready for this code. Waits for a database that
    /// is starting.
    ///
    /// # Errors
    /// The database stays away, or a step was changed.
    pub async fn pending(&self, pool: &Pool) -> Result<Vec<&'static str>, MigrationError> {
        let mut connection = pool.acquire_at_start().await.map_err(|error| self.database(error))?;
        let pending = self.missing(&mut connection).await?;
        Ok(pending.iter().map(|step| step.name).collect())
    }

    /// Makes sure at start that the schema is ready for this code. Steps of newer code are fine.
    ///
    /// # Errors
    /// [`MigrationError::Pending`], or as [`pending`](Self::pending).
    pub async fn verify(&self, pool: &Pool) -> Result<(), MigrationError> {
        let names = self.pending(pool).await?;
        if names.is_empty() {
            Ok(())
        } else {
            Err(MigrationError::Pending {
                schema: self.schema,
                names,
            })
        }
    }

    /// Equal for equal sets of steps: names what a database migrated by them looks like.
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(self.schema);
        for step in self.all() {
            hash.update(step.checksum());
        }
        hash.finalize().into()
    }

    /// SQL files in `folder` that the list does not name, and names out of order: for a test of each service, since a
    /// file that is forgotten in the list fails nowhere else.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn unlisted(&self, folder: &Path) -> std::io::Result<Vec<String>> {
        let mut faults: Vec<String> = self
            .steps
            .windows(2)
            .filter(|pair| pair[0].name >= pair[1].name)
            .map(|pair| pair[1].name.to_owned())
            .collect();
        for file in std::fs::read_dir(folder)? {
            let path = file?.path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let is_sql = path.extension().is_some_and(|extension| extension == "sql");
            if is_sql && !self.steps.iter().any(|step| step.name == name) {
                faults.push(name.into_owned());
            }
        }
        Ok(faults)
    }

    fn all(&self) -> impl Iterator<Item = &Migration> {
        KIT.iter().chain(self.steps)
    }

    /// Waits by asking, not by blocking: a session that is blocked in a query holds a snapshot, and the very migration
    /// it waits for may be waiting for that snapshot to go (`create index concurrently`).
    async fn take_turn(&self, connection: &mut PgConnection) -> Result<(), MigrationError> {
        let attempts = MIGRATION_TURN_TIMEOUT.as_millis() / MIGRATION_TURN_POLL.as_millis();
        for _ in 0..attempts {
            let taken = sqlx::query("select pg_try_advisory_lock(hashtextextended('migrations of ' || $1, 0))")
                .bind(self.schema)
                .fetch_one(&mut *connection)
                .await
                .and_then(|row| row.try_get(0))
                .map_err(|error| self.database(error.into()))?;
            if taken {
                return Ok(());
            }
            tokio::time::sleep(MIGRATION_TURN_POLL).await;
        }
        Err(MigrationError::Busy { schema: self.schema })
    }

    async fn apply_alone(
        &self,
        connection: &mut PgConnection,
        clock: &Clock,
    ) -> Result<Vec<&'static str>, MigrationError> {
        self.prepare(connection)
            .await
            .map_err(|error| self.database(error.into()))?;
        let missing = self.missing(connection).await?;
        for step in &missing {
            let start = clock.instant();
            let failed = |error: sqlx::Error| MigrationError::Failed {
                schema: self.schema,
                name: step.name,
                source: error.into(),
            };
            step.apply(connection, clock).await.map_err(failed)?;
            let elapsed_ms = clock.instant().duration_since(start).as_millis();
            info!(
                schema = self.schema,
                migration = step.name,
                elapsed_ms,
                "migration applied"
            );
        }
        Ok(missing.iter().map(|step| step.name).collect())
    }

    async fn prepare(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let schema = self.schema;
        let lock_timeout = MIGRATION_LOCK_TIMEOUT.as_millis();
        // That something is there already is what every start but the first finds, and no news.
        let prepare = format!(
            "set statement_timeout = 0; set lock_timeout = {lock_timeout}; set client_min_messages = warning;
             create schema if not exists {schema};
             create table if not exists {schema}.applied_migrations
               (name text primary key, checksum bytea not null, apply_time timestamptz not null)"
        );
        // The schema is a literal of this program.
        sqlx::raw_sql(AssertSqlSafe(prepare)).execute(connection).await?;
        Ok(())
    }

    /// The steps that are not applied, after a look at those that are.
    async fn missing(&self, connection: &mut PgConnection) -> Result<Vec<&Migration>, MigrationError> {
        let applied = applied(connection, self.schema)
            .await
            .map_err(|error| self.database(error.into()))?;
        let changed = self
            .all()
            .find(|step| applied.get(step.name).is_some_and(|sum| *sum != step.checksum()));
        if let Some(step) = changed {
            return Err(MigrationError::Changed {
                schema: self.schema,
                name: step.name,
            });
        }
        Ok(self.all().filter(|step| !applied.contains_key(step.name)).collect())
    }

    fn database(&self, source: Error) -> MigrationError {
        MigrationError::Database {
            schema: self.schema,
            source,
        }
    }
}

impl Migration {
    fn checksum(&self) -> Vec<u8> {
        Sha256::new()
            .chain_update(self.name)
            .chain_update([0])
            .chain_update(self.sql)
            .finalize()
            .to_vec()
    }

    async fn apply(&self, connection: &mut PgConnection, clock: &Clock) -> Result<(), sqlx::Error> {
        if self.sql.lines().next() == Some(NO_TRANSACTION) {
            sqlx::raw_sql(self.sql).execute(&mut *connection).await?;
            return self.record(connection, clock).await;
        }
        let mut tx = connection.begin().await?;
        sqlx::raw_sql(self.sql).execute(&mut *tx).await?;
        self.record(&mut tx, clock).await?;
        tx.commit().await
    }

    async fn record(&self, connection: &mut PgConnection, clock: &Clock) -> Result<(), sqlx::Error> {
        sqlx::query("insert into applied_migrations (name, checksum, apply_time) values ($1, $2, $3)")
            .bind(self.name)
            .bind(self.checksum())
            .bind(clock.now())
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// Checksums of the applied steps by name. A schema that does not exist yet has none.
async fn applied(connection: &mut PgConnection, schema: &str) -> Result<BTreeMap<String, Vec<u8>>, sqlx::Error> {
    let exists: bool = sqlx::query("select to_regclass($1) is not null")
        .bind(format!("{schema}.applied_migrations"))
        .fetch_one(&mut *connection)
        .await?
        .try_get(0)?;
    if !exists {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query("select name, checksum from applied_migrations")
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get("name")?, row.try_get("checksum")?)))
        .collect()
}
