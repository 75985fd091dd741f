//! What goes out: for each subscriber of a track, which packets, under which numbers.

mod down;
mod history;
mod loss;
mod munge;
mod select;

pub use down::{
    Dependency, Destination, Down, DownState, Egress, Grant, Outgoing, Prefix, Repair, SenderNumbers, SenderStart,
};
pub use history::History;
pub use loss::LossCap;
pub use munge::{Mapped, Mapping, Munger};
pub use select::{Choice, Extent, Ladder, Selector, Stacking, Target};
