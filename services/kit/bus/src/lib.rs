//! What the parts of Plenary tell each other through Redis, and how they go on without it.
//!
//! | need | use | with Redis away |
//! |------|-----|-----------------|
//! | facts of a service, to every other service that cares | [`Stream`], [`Consumer`] | wait, then go on where they stopped |
//! | live updates to every replica | [`Fanout`] | served inside this process; others are told that they missed some |
//! | who is there: nodes, workers | [`Registry`] | what this process knows |
//! | how often may somebody do this | [`Limiter`] | each process counts for itself |
//!
//! Nothing here is a system of record: money, tickets and grants are in PostgreSQL, and whatever is on the bus can be
//! lost or published again. So no call waits long for Redis, and everything finds back to it by itself.
//!
//! A [`Bus`] is made once per process and cloned. It spawns nothing; [`Bus::run`] is the one background task that a
//! process gives to its task tracker, and each [`Consumer::run`] is another.
//!
//! Redis is of version 7 or later. Services rarely use streams directly: `kit_pg::outbox` fills them and `kit_pg::inbox` makes each delivery count once.

mod backoff;
mod config;
mod connection;
mod consumer;
mod error;
mod fact;
mod fanout;
mod follow;
mod limit;
mod limits;
mod meters;
mod registry;
mod stream;

pub use config::Config;
pub use connection::Bus;
pub use consumer::{Consumer, Failure, Handler};
pub use error::{BoxError, Error};
pub use fact::Fact;
pub use fanout::{Fanout, Subscription, Update};
pub use follow::follow;
pub use limit::{Limiter, Rate, Verdict};
pub use registry::Registry;
pub use stream::{EntryId, Published, Stream};
