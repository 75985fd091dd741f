//! For the tests of services: tokens of every kind, and the matrix of every RPC × role.

mod matrix;
mod tokens;

pub use self::matrix::every_rpc_admits_exactly_its_roles;
pub use self::tokens::Tokens;
