//! SQL and rows, nothing else. Each function takes the connection of the caller's transaction.

pub(crate) mod agenda;
pub(crate) mod event;
pub(crate) mod guest;
pub(crate) mod image;
pub(crate) mod list;
pub(crate) mod review;
mod row;

/// The service's tables.
pub const MIGRATIONS: kit_pg::Migrations =
    kit_pg::migrations!("events": "0001_events", "0002_agenda", "0003_images", "0004_guests", "0005_reviews");
