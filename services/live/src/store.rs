//! SQL and row types. Nothing else.

pub(crate) mod connections;
pub(crate) mod leases;
pub(crate) mod nodes;
pub(crate) mod rooms;
