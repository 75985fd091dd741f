//! Serving and calling gRPC, the same in one process and over the network.
//!
//! ```text
//!   network (mutual TLS) ─┐                       ┌─ verifies the token, asks the access table, sheds, sets the
//!                         ├─► Guard ─► Routes ────┤  deadline, opens the span, counts, catches panics, ends streams
//!   another part ─────────┘   (one per part)      └─ at a drain; the method finds a Context in its request
//!   of this process                                       │
//!        ▲                                                ▼  context.request(message)
//!        └────────────────── Transport ◄──────────── generated client
//!                       (remote Channel or the Guard of a part in this process, by name through the Switchboard)
//! ```
//!
//! In reading order:
//!
//! - [`Part`] is what a service's `build` returns: routes and background jobs. [`Host`] is what `build` is given.
//! - [`run`] is the `main` of a service's own process: configuration, telemetry, listening, drain.
//! - [`RequestExt`] gives a method its [`Caller`] and [`Context`]; [`Context::request`] makes requests to other services
//!   that carry the caller's token and deadline.
//! - [`Domain`] and [`Error`] are the one way an error leaves a service; [`Fault`] reads those of others.
//! - [`Switchboard`] gives a [`Transport`] to a service by name, in this process or another.
//! - [`proof`] holds what services' tests reuse: tokens of every kind, and the matrix of every RPC × role.

mod body;
mod call;
mod caller;
mod config;
mod context;
mod error;
mod fault;
mod guard;
mod host;
mod mask;
mod methods;
mod part;
mod peer;
mod process;
pub mod proof;
mod server;
mod switchboard;
mod tasks;
mod timeout;
pub mod tls;
mod token;
mod transport;
mod wire;

pub use caller::{Caller, OrganizationRole, UserCaller};
pub use config::Config;
pub use context::{Context, RequestExt};
pub use error::{Code, Domain, Error};
pub use fault::{Fault, Found};
pub use host::Host;
pub use mask::Mask;
pub use methods::{Method, Methods};
pub use part::Part;
pub use peer::{CLIENT_ADDRESS, GATEWAY, Peer};
pub use plenary_proto::access::Role;
pub use process::{run, run_on};
pub use server::Server;
pub use switchboard::Switchboard;
pub use tasks::Tasks;
pub use token::{AccessClaims, KeySource, Signer, TokenRole, Verifier};
pub use transport::Transport;
pub use wire::{moment, timestamp};

/// The reasons that the kit itself gives, on behalf of every service.
///
/// `SIGN_IN_REQUIRED`, `TOKEN_INVALID`, `TOKEN_EXPIRED`, `KEYS_UNAVAILABLE`, `ACCESS_DENIED`, `METHOD_UNKNOWN`,
/// `OVERLOADED`, `DEADLINE_PASSED`, `SERVICE_UNREACHABLE`, `DRAINING`, `PANIC`.
pub const KIT: Domain = Domain::new("kit.plenary");
