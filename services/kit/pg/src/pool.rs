//! A service's connections, and its transactions.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, PgConnection, PgPool, Postgres};
use tokio::sync::Notify;
use tracing::log::LevelFilter;

use crate::limits::{
    ACQUIRE_TIMEOUT, CONNECTION_IDLE, CONNECTION_LIFETIME, IDLE_IN_TRANSACTION, SLOW_STATEMENT, START_PAUSE,
    START_TIMEOUT,
};
use crate::{Config, Error, Result};

/// The connections of one service. Clones share them.
#[derive(Clone)]
pub struct Pool {
    inner: PgPool,
    schema: &'static str,
    committed: Arc<Notify>,
}

/// A connection for reads. Lends `&mut PgConnection`.
pub type Connection = PoolConnection<Postgres>;

/// A transaction at READ COMMITTED; dropping it rolls back. Lends `&mut PgConnection`.
pub struct Transaction {
    inner: sqlx::Transaction<'static, Postgres>,
    committed: Arc<Notify>,
}

impl Pool {
    /// A pool whose every connection works in `schema` (the service's name). Connects when first used, so that a
    /// process can start and say that it is not ready while the database is away.
    ///
    /// # Errors
    /// [`Error::Address`] when the address in `config` cannot be understood.
    pub fn new(config: &Config, schema: &'static str) -> Result<Self> {
        let options = PgConnectOptions::from_str(config.url.expose()).map_err(Error::Address)?;
        let millis = |duration: Duration| format!("{}ms", duration.as_millis());
        let options = options
            .application_name(schema)
            .options([
                ("search_path", format!("{schema},public")),
                ("statement_timeout", millis(config.statement_timeout)),
                ("lock_timeout", millis(config.lock_timeout)),
                ("idle_in_transaction_session_timeout", millis(IDLE_IN_TRANSACTION)),
            ])
            .log_statements(LevelFilter::Trace)
            .log_slow_statements(LevelFilter::Warn, SLOW_STATEMENT);
        let inner = PgPoolOptions::new()
            .max_connections(config.max_connections)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(CONNECTION_IDLE)
            .max_lifetime(CONNECTION_LIFETIME)
            .connect_lazy_with(options);
        Ok(Self {
            inner,
            schema,
            committed: Arc::default(),
        })
    }

    /// A connection for reading outside a transaction.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn acquire(&self) -> Result<Connection> {
        Ok(self.inner.acquire().await?)
    }

    /// A connection for a process that starts, when the database may be starting too. Says each few seconds that it waits.
    ///
    /// # Errors
    /// [`Error::Unavailable`] after two minutes; any other failure at once, since waiting does not mend it.
    pub async fn acquire_at_start(&self) -> Result<Connection> {
        let patience = tokio::time::sleep(START_TIMEOUT);
        tokio::pin!(patience);
        loop {
            let error = match self.acquire().await {
                Err(error @ Error::Unavailable(_)) => error,
                other => return other,
            };
            tracing::warn!(
                schema = self.schema,
                error = &error as &(dyn std::error::Error + 'static),
                "the database does not answer yet; waiting for it"
            );
            tokio::select! {
                () = &mut patience => return Err(error),
                () = tokio::time::sleep(START_PAUSE) => {}
            }
        }
    }

    /// Starts a transaction.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn begin(&self) -> Result<Transaction> {
        let inner = self.inner.clone();
        // In a task of its own, which comes to its end also when the request that asks is given up: a `begin` that is
        // dropped half way leaves its connection in a transaction that sqlx does not count, and the pool gives it to the
        // next one with the locks that it holds (sqlx-postgres 0.9, `PgTransactionManager::begin`).
        #[expect(
            clippy::disallowed_methods,
            reason = "it takes one round trip, and a drain waits for the request"
        )]
        let begun = tokio::spawn(async move { inner.begin().await });
        let inner = begun
            .await
            .expect("beginning does not panic, and nobody aborts the task")?;
        Ok(Transaction {
            inner,
            committed: Arc::clone(&self.committed),
        })
    }

    /// Whether the database answers, for readiness.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<()> {
        sqlx::query("select 1").execute(&self.inner).await?;
        Ok(())
    }

    /// Waits for borrowed connections to come back and closes all.
    pub async fn close(&self) {
        self.inner.close().await;
    }

    /// The service's schema.
    pub fn schema(&self) -> &'static str {
        self.schema
    }

    /// Completes when a transaction of this pool has been committed since the last time it completed.
    pub(crate) async fn committed(&self) {
        self.committed.notified().await;
    }
}

impl Transaction {
    /// Makes the changes permanent and wakes the relay of the outbox.
    ///
    /// # Errors
    /// The transaction is rolled back; after [`Error::Unavailable`] it may also have been committed.
    pub async fn commit(self) -> Result<()> {
        self.inner.commit().await?;
        self.committed.notify_one();
        Ok(())
    }

    /// Drops the changes now, and says whether that went well; dropping the transaction does the same later.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; nothing was changed all the same.
    pub async fn rollback(self) -> Result<()> {
        Ok(self.inner.rollback().await?)
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.inner
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.inner
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("schema", &self.schema)
            .field("size", &self.inner.size())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Transaction")
    }
}
