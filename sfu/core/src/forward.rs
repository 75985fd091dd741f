//! What goes out: for each subscriber of a track, which packets, under which numbers.

mod down;
mod egress;
mod history;
mod loss;
mod munge;
mod repeats;
mod select;

pub use down::{Down, DownState, Grant, SenderNumbers, SenderStart};
pub use egress::{APPROACH, Dependency, Destination, Egress, Outgoing, Prefix, Repair};
pub use history::{Depth, History};
pub use loss::LossCap;
pub use munge::{Mapped, Mapping, Munger};
pub use select::{Choice, Extent, Ladder, Selector, Stacking, Target};
