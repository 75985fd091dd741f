//! The forwarding unit without its I/O: rooms, tracks, and which packet goes to whom under which number.
//!
//! # The contract
//!
//! A [`Room`] is told everything, the time included, and does nothing by itself.
//!
//! ```text
//!   Input ──► Room::handle(now, input)      one mutation
//!                 └─► Room::poll() → Output     drained until None
//!                     Room::poll_timeout()      when Input::Timeout is due
//!   packets ─► Room::forward / Room::repeat ──► Egress::send      the packet path: no queue, no allocation
//! ```
//!
//! [`Input`] and [`Output`] are closed: what a room can be told and what it can want is all there, in two files. The
//! same inputs at the same times give the same outputs: there is no clock, no randomness, no map with a random order.
//!
//! # Map
//!
//! - [`input`], [`output`]: the two closed lists
//! - [`room`]: members and permissions, announced → published tracks, subscriptions (desired × actual), mute, speakers,
//!   data
//! - [`word`]: what the parts of a room that spans workers tell each other
//! - [`publish`]: a received layer: extended numbers, duplicates, rate, clocks, coalesced key frame requests
//! - [`forward`]: a subscriber's copy: layer selection at key frames, renumbering and its inverse, history, repairs
//! - [`bwe`]: what a subscriber's path carries, and probes for more; [`allocate`]: who gets how much of it; [`pace`]:
//!   bursts for narrow paths
//! - [`codec`]: where a decoder can begin; the descriptors of VP8, VP9 and AV1; redundant audio
//! - [`seeing`]: how each connection is, and whose side it is when something is wrong
//! - [`limits`]: every bound, with its reason
//!
//! What a transport does by itself (SRTP, NACK and reports to the publisher, transport-wide feedback) is `sfu-peer`'s.

pub mod allocate;
pub mod bwe;
pub mod codec;
pub mod forward;
pub mod ids;
pub mod input;
pub mod limits;
pub mod output;
pub mod pace;
pub mod publish;
pub mod quality;
pub mod room;
pub mod seeing;
pub mod slots;
pub mod time;
pub mod word;

pub use ids::{Identity, MemberId, PartId, ParticipantSid, TrackSid};
pub use input::Input;
pub use output::Output;
pub use room::{Image, Listing, Packet, Room, StreamKey, TrackKey, Traveller, likeness};
pub use time::Time;
pub use word::{Telling, Word};
