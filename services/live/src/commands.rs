//! One file for each change of state.

pub(crate) mod account_join;
pub(crate) mod end;
pub(crate) mod go_live;
pub(crate) mod join;
pub(crate) mod keep;
pub(crate) mod register_node;
pub(crate) mod report;
pub(crate) mod set_capacity;
