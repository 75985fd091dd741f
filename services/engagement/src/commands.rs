//! One file for each change of state.

pub(crate) mod delete;
pub(crate) mod post;
