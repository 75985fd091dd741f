//! One file for each change of state.

pub(crate) mod cancel_order;
pub(crate) mod check_in;
pub(crate) mod complete_order;
pub(crate) mod create_order;
pub(crate) mod expire_order;
mod give_back;
pub(crate) mod place_orders;
pub(crate) mod ticket_types;
