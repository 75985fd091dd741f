//! Who waits for a key frame of a track, and which streams are to be asked for one.

use smallvec::SmallVec;

use super::Track;
use crate::forward::{Down, Stacking};
use crate::ids::MemberId;
use crate::limits::LAYERS;
use crate::time::Time;

impl Track {
    /// Another part waits for a key frame of a stream.
    pub(in crate::room) fn want_key_frame(&mut self, stream: u16) {
        let mut layers = self.layers.iter_mut().flatten();
        if let Some(layer) = layers.find(|layer| layer.stream == stream) {
            layer.key_frames.want();
        }
    }

    /// Notes that a member waits for a key frame, if its copy does. A look at all copies for each report of each of them
    /// would be the square of their number a second.
    pub(in crate::room) fn note_waiting(&mut self, member: MemberId) {
        let awaited = self.down_mut(member).and_then(|down| down.awaited());
        if let Some(layer) = awaited.and_then(|rank| self.layer_mut(rank)) {
            layer.key_frames.want();
        }
    }

    /// Notes all who wait for a key frame.
    pub(in crate::room) fn note_all_waiting(&mut self) {
        for awaited in self.downs.iter().filter_map(Down::awaited) {
            if let Some(layer) = self.layers[usize::from(awaited)].as_mut() {
                layer.key_frames.want();
            }
        }
    }

    /// The streams to ask for a key frame now, for those who were noted to wait.
    pub(in crate::room) fn key_frames_due(&mut self, now: Time) -> SmallVec<[u16; LAYERS]> {
        if !self.codec.is_video() || self.info.muted {
            return SmallVec::new();
        }
        let mut due = SmallVec::new();
        let (active, stacking) = (self.ladder.active, self.ladder.stacking);
        for (layer, active) in self.layers.iter_mut().zip(active) {
            let Some(layer) = layer else { continue };
            let is_sent = active || stacking == Stacking::Spatial;
            if !is_sent || (self.downs.is_empty() && self.wanted_by_parts.is_empty()) {
                layer.key_frames.forget();
            }
            if layer.key_frames.ask(now) {
                due.push(layer.stream);
            }
        }
        due
    }
}
