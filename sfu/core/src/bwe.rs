//! How much a subscriber's network carries, estimated at the sending side from transport-wide feedback
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01): Google congestion control (draft-ietf-rmcat-gcc-02) in the form
//! that libwebrtc has given it since, with a trendline in place of the Kalman filter, and probes.
//!
//! ```text
//!   sent ──► History ◄── feedback
//!               ├─► Groups → Trendline → Usage ─► Aimd ──┐
//!               ├─► Acknowledged ─────────────────┘      ├─► the lesser of both: the estimate
//!               ├─► Losses ──────────────────────────────┘
//!               └─► Prober: clusters sent only while more is wanted than the estimate grants
//! ```
//!
//! `rtc-interceptor`'s estimator was weighed and left: its parts are private to an object that takes `std::time::Instant`
//! and the packet types of `rtc-rtcp`; it has no probes, so behind layered video, whose rate is ours to choose and seldom
//! at the limit, it either never learns of room or, growing without regard to what is sent, believes in room that it
//! never saw; and its filter is the draft's, which libwebrtc has replaced.
//!
//! Everything here is told the time. Sending costs one ring entry of eight bytes; the rest happens once a feedback.

mod acknowledged;
mod aimd;
mod choke;
mod controller;
mod doubt;
mod groups;
mod history;
mod loss;
mod probe;
mod queue;
mod trend;

pub use controller::{Controller, Due, Need, Path, Trust};
pub use history::PacketBytes;
