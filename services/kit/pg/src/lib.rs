//! How a service keeps its data: PostgreSQL, one schema for each service, and the rules for changing it.
//!
//! | need | use |
//! |------|-----|
//! | connections | [`Pool`], from a [`Config`] and the service's schema |
//! | a change | [`Pool::begin`] → [`Transaction`] → [`Transaction::commit`] |
//! | a change that a client may ask for twice | [`idempotency::once`], or [`idempotency::claim`] inside a transaction |
//! | telling other services | [`outbox::append`] in the same transaction; [`outbox::Relay`] publishes |
//! | hearing from other services | [`inbox::consumer`] with a [`inbox::FactHandler`]: each fact takes effect once |
//! | a constraint as a domain error | [`OnConstraint::on_constraint`] |
//! | the tables | [`migrations!`] → [`Migrations::apply`], and [`Migrations::verify`] at start |
//!
//! Store functions take `&mut PgConnection`, which a [`Transaction`] and a [`Connection`] both lend, and return
//! [`Result`]; there are no repository traits. SQL names no schema: each connection's `search_path` is the service's
//! schema, then `public` for extensions.
//!
//! ```no_run
//! # async fn example(pool: kit_pg::Pool) -> kit_pg::Result<()> {
//! let mut tx = pool.begin().await?;
//! sqlx::query("update speakers set name = $1").bind("Ada").execute(&mut *tx).await?;
//! tx.commit().await
//! # }
//! ```

mod config;
mod error;
pub mod housekeeping;
pub mod idempotency;
pub mod inbox;
mod limits;
mod migrations;
pub mod outbox;
mod pool;
mod rpc;

pub use config::Config;
pub use error::{BoxError, Error, OnConstraint, Result};
pub use migrations::{Migration, MigrationError, Migrations};
pub use pool::{Connection, Pool, Transaction};
pub use sqlx::PgConnection;
