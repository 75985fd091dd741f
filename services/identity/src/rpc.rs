//! The gRPC services: each method reads its request into a command, runs it and converts the result.

mod accounts;
mod client;
mod organizations;
mod parse;
mod profiles;
mod users;

pub(crate) use accounts::Accounts;
pub(crate) use organizations::Organizations;
pub(crate) use profiles::Profiles;
pub(crate) use users::Users;
