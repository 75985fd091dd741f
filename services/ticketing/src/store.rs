//! SQL and row types. Nothing else.

pub(crate) mod orders;
pub(crate) mod ticket_types;
pub(crate) mod tickets;
