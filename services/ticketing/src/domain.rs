//! Ticket types, orders and tickets, and what may become of them. Pure.

pub(crate) mod event;
pub(crate) mod order;
pub(crate) mod seats;
pub(crate) mod ticket;
pub(crate) mod ticket_type;
