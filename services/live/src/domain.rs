//! Rooms, leases and placement. Pure.

pub(crate) mod lease;
pub(crate) mod node;
pub(crate) mod room;
