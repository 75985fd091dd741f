//! What comes in: a published track, its simulcast layers, and the key frames it is asked for.

mod demand;
mod keyframe;
mod layer;
mod rate;
mod track;

pub use demand::{Demand, Wanted};
pub use keyframe::KeyFrames;
pub(crate) use layer::extend;
pub use layer::{CaptureTime, Carried, Inbound, Layer, SenderClock};
pub use rate::Rate;
pub use track::{AudioFeature, Backup, BackupPolicy, Source, TrackInfo, TrackKind, VideoLayer, VideoQuality};
