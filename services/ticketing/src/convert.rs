//! Wire ⇄ domain. Reading collects every violation of a request.

mod requests;
mod responses;

pub(crate) use requests::*;
pub(crate) use responses::*;
