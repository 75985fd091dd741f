//! SQL and row types, and nothing else: each file is one table, or the two that are always read together.
//!
//! Functions take a connection, so that the caller decides about transactions. What is not there is `None`; a row that
//! does not fit its type is [`kit_pg::Error::Malformed`], a bug.

pub(crate) mod links;
pub(crate) mod logins;
pub(crate) mod mail_requests;
pub(crate) mod members;
pub(crate) mod organizations;
pub(crate) mod pictures;
pub(crate) mod profiles;
mod row;
pub(crate) mod setup;
pub(crate) mod signing_keys;
pub(crate) mod throttles;
pub(crate) mod users;
