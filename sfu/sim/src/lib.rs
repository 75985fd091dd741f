//! A room of the SFU's core under a simulated network: minutes of it in milliseconds, the same for the same seed.
//!
//! A [`World`] holds one room, one publisher with a simulcast camera, and viewers behind links with delay, jitter, loss
//! and a rate. A test is a plan of [`Step`]s, each with a sentence that says what it means, and ends in checks of what
//! viewers saw. Only the core is real here: the transport's part (SRTP) is assumed to work, and the publisher's repairs are
//! simulated as well.
//!
//! - [`net`]: one direction of a network
//! - [`camera`]: what an encoder sends: three layers, three temporal layers, key frames on request
//! - [`viewer`]: what a client does: reorders, asks for what is missing, reports losses, decodes in order
//! - [`world`]: the room between them, and the clock
//! - [`sending`]: the shell's part of a path: transport-wide numbers, pacing, probes
//! - [`judging`]: whose side it is said to be when something is wrong
//! - [`plan`]: steps and checks
//! - [`scenario`]: plans with names, for tests and for `loadtest sim`

pub mod camera;
pub mod judging;
pub mod net;
mod node;
pub mod plan;
pub mod scenario;
pub mod sending;
mod tracks;
mod uplink;
pub mod viewer;
pub mod world;

pub use judging::Judged;
pub use net::{Conditions, Loss};
pub use plan::{Played, Step, play, run};
pub use scenario::Scenario;
pub use sending::Sample;
pub use viewer::{Computer, Seen};
pub use world::World;
