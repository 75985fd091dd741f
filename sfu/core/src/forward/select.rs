//! Which packets of a track a subscriber gets.
//!
//! *Simulcast* layers are streams of their own: one at a time is sent, changed at key frames. *Spatial* layers share one
//! stream: those up to the wanted one are sent. VP9 says in its payload which packets that are ([`spatial`]), AV1 in the
//! dependency descriptor ([`targets`]). Of temporal layers as many as wanted, more only from where that is decodable.

mod spatial;
mod targets;

use crate::codec::dependency::Structure;
use crate::codec::{Descriptor, Payload};
use crate::limits::{LAYER_TOP, LAYERS};
use spatial::Spatial;
use targets::Targets;

/// What a subscriber asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Highest layer wanted.
    pub layer: u8,
    /// Highest temporal layer wanted.
    pub temporal: u8,
}

impl Default for Target {
    fn default() -> Self {
        Self {
            layer: LAYER_TOP,
            temporal: u8::MAX,
        }
    }
}

/// How the layers of a track come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stacking {
    /// Each as a stream of its own.
    #[default]
    Simulcast,
    /// All in one stream, the higher ones made of the lower ones.
    Spatial,
}

/// The layers that there are to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ladder {
    /// Which are sent at present, lowest first.
    pub active: [bool; LAYERS],
    /// How they come.
    pub stacking: Stacking,
}

/// What to do with a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Send it.
    Forward,
    /// Send it; from here on the stream is this packet's layer.
    Switch,
    /// Leave it out of the current layer.
    Skip,
    /// It is none of the subscriber's.
    Ignore,
}

/// How much of a stream with spatial layers is sent. What it says of the packets sent is part of how they are changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// The highest spatial layer sent, whose last packet ends the picture; `None` where the stream has none.
    pub top: Option<u8>,
    /// AV1's decode targets within, one bit each.
    pub targets: u32,
}

/// The layer selection of one down-track.
#[derive(Debug, Clone, Copy, Default)]
pub struct Selector {
    stacking: Stacking,
    /// The layer aimed at: a stream, or a spatial layer.
    wanted: Option<u8>,
    /// The stream being sent.
    current: Option<u8>,
    /// The highest temporal layer sent, where no dependency descriptor decides.
    temporal: u8,
    spatial: Spatial,
    targets: Targets,
    extent: Extent,
}

impl Selector {
    /// The stream being sent.
    pub const fn current(&self) -> Option<u8> {
        self.current
    }

    /// The layer being sent: the stream's rank, or its highest spatial layer sent.
    pub const fn layer(&self) -> Option<u8> {
        match (self.stacking, self.current, self.extent.top) {
            (Stacking::Spatial, Some(_), Some(top)) => Some(top),
            (_, current, _) => current,
        }
    }

    /// How much of the stream is sent, as of the last packet chosen.
    pub const fn extent(&self) -> Extent {
        self.extent
    }

    /// The stream whose key frame is waited for; `None` when the right one is being sent, or there is none to send.
    pub fn awaited(&self) -> Option<u8> {
        let wanted = self.wanted?;
        match (self.stacking, self.current) {
            (Stacking::Simulcast, current) => Some(wanted).filter(|wanted| current != Some(*wanted)),
            (Stacking::Spatial, None) => Some(0),
            (Stacking::Spatial, Some(current)) => {
                let waits = self.spatial.awaits_key_frame(wanted) || self.targets.awaits_key_frame();
                waits.then_some(current)
            }
        }
    }

    /// Chooses the layer to aim at: the highest active one up to `highest`, or else the lowest active one. With no
    /// active layer, the aim stays where it was.
    pub fn aim(&mut self, ladder: Ladder, highest: u8) {
        let ranks = 0u8..;
        let mut candidates = ranks
            .zip(ladder.active)
            .filter(|(_, active)| *active)
            .map(|(rank, _)| rank);
        let lowest = candidates.next();
        let best = candidates.take_while(|rank| *rank <= highest).last();
        self.stacking = ladder.stacking;
        self.wanted = best.or(lowest).or(self.wanted);
    }

    /// Forgets what was sent: the next packet sent must begin a key frame.
    pub const fn reset(&mut self) {
        self.current = None;
    }

    /// Decides on a packet of stream `stream`. `limit` is the highest temporal layer wanted; `structure` the stream's
    /// template dependency structure.
    pub fn choose(&mut self, stream: u8, about: &Payload, limit: u8, structure: Option<&Structure>) -> Choice {
        if self.current != Some(stream) {
            return self.enter(stream, about, limit, structure);
        }
        let is_sent = match &about.descriptor {
            Descriptor::Dependency(frame) => self.choose_frame(frame, limit, structure),
            Descriptor::Vp9(descriptor) => {
                let is_within = self.spatial.choose(descriptor, self.top_wanted());
                self.extent.top = self.spatial.top();
                is_within & self.choose_temporal(about, limit)
            }
            Descriptor::None | Descriptor::Vp8(_) | Descriptor::Red(_) => self.choose_temporal(about, limit),
        };
        if is_sent { Choice::Forward } else { Choice::Skip }
    }

    /// A packet of a stream that is not the one being sent.
    fn enter(&mut self, stream: u8, about: &Payload, limit: u8, structure: Option<&Structure>) -> Choice {
        let wanted = match self.stacking {
            Stacking::Simulcast => self.wanted,
            Stacking::Spatial => self.wanted.map(|_| 0),
        };
        // A stream that has not begun takes any key frame up to the aim: seeing something comes first.
        let is_better_than_nothing = self.current.is_none() && wanted.is_none_or(|wanted| stream < wanted);
        if !about.key_frame_start || !(wanted == Some(stream) || is_better_than_nothing) {
            return Choice::Ignore;
        }
        self.current = Some(stream);
        self.temporal = limit;
        self.extent = Extent::default();
        self.spatial = Spatial::default();
        self.targets = Targets::default();
        match &about.descriptor {
            Descriptor::Dependency(frame) => {
                self.choose_frame(frame, limit, structure);
            }
            Descriptor::Vp9(descriptor) => {
                self.spatial.choose(descriptor, self.top_wanted());
                self.extent.top = self.spatial.top();
            }
            Descriptor::None | Descriptor::Vp8(_) | Descriptor::Red(_) => {}
        }
        Choice::Switch
    }

    /// The highest spatial layer to be sent of the current stream: all there are, where each layer has its own.
    fn top_wanted(&self) -> u8 {
        match self.stacking {
            Stacking::Spatial => self.wanted.unwrap_or_default(),
            Stacking::Simulcast => u8::MAX,
        }
    }

    fn choose_frame(
        &mut self,
        frame: &crate::codec::dependency::Frame,
        limit: u8,
        structure: Option<&Structure>,
    ) -> bool {
        let Some(structure) = structure else { return true };
        let is_sent = self.targets.choose(frame, (self.top_wanted(), limit), structure);
        self.extent = self.targets.extent(structure);
        is_sent
    }

    fn choose_temporal(&mut self, about: &Payload, limit: u8) -> bool {
        // A frame that has begun is sent whole.
        if about.key_frame_start || (limit < self.temporal && about.frame_start) {
            self.temporal = limit;
        } else if about.layer_sync && about.frame_start {
            self.temporal = match &about.descriptor {
                // RFC 9628 §4.2: U speaks of the pictures that follow one of its own layer.
                Descriptor::Vp9(_) if about.temporal <= self.temporal => self.temporal.max(limit),
                Descriptor::Vp9(_) => self.temporal,
                _ if about.temporal <= limit => self.temporal.max(about.temporal),
                _ => self.temporal,
            };
        }
        about.temporal <= self.temporal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELTA: Payload = Payload {
        key_frame_start: false,
        frame_start: true,
        spatial: 0,
        temporal: 0,
        layer_sync: false,
        descriptor: Descriptor::None,
    };
    const KEY: Payload = Payload {
        key_frame_start: true,
        ..DELTA
    };
    const ALL: Ladder = streams([true; LAYERS]);

    const fn streams(active: [bool; LAYERS]) -> Ladder {
        Ladder {
            active,
            stacking: Stacking::Simulcast,
        }
    }

    fn choose(selector: &mut Selector, stream: u8, about: &Payload, limit: u8) -> Choice {
        selector.choose(stream, about, limit, None)
    }

    #[test]
    fn aims_at_the_best_active_layer_allowed() {
        let mut selector = Selector::default();
        for (active, highest, wanted) in [
            (streams([false; LAYERS]), 2, None),
            (streams([true, false, false]), 2, Some(0)),
            (ALL, 1, Some(1)),
            (streams([true, false, true]), 1, Some(0)),
            (streams([false, false, true]), 0, Some(2)),
        ] {
            selector.aim(active, highest);
            assert_eq!(selector.awaited(), wanted, "{active:?} up to {highest}");
        }
    }

    #[test]
    fn changes_layers_at_key_frames_only_and_keeps_sending_meanwhile() {
        let mut selector = Selector::default();
        selector.aim(ALL, 0);
        assert_eq!(choose(&mut selector, 0, &DELTA, 9), Choice::Ignore);
        assert_eq!(choose(&mut selector, 0, &KEY, 9), Choice::Switch);
        selector.aim(ALL, 2);
        assert_eq!(choose(&mut selector, 0, &DELTA, 9), Choice::Forward);
        assert_eq!(
            choose(&mut selector, 1, &KEY, 9),
            Choice::Ignore,
            "not the one aimed at"
        );
        assert_eq!(choose(&mut selector, 2, &DELTA, 9), Choice::Ignore);
        assert_eq!(choose(&mut selector, 2, &KEY, 9), Choice::Switch);
        assert_eq!(choose(&mut selector, 0, &KEY, 9), Choice::Ignore);
        assert_eq!(selector.awaited(), None);
    }

    #[test]
    fn begins_with_a_lower_layer_when_that_comes_first() {
        let mut selector = Selector::default();
        selector.aim(ALL, 2);
        assert_eq!(choose(&mut selector, 0, &KEY, 9), Choice::Switch);
        assert_eq!(selector.awaited(), Some(2));
    }

    #[test]
    fn temporal_layers_drop_at_once_and_return_where_decodable() {
        let mut selector = Selector::default();
        selector.aim(ALL, 0);
        choose(&mut selector, 0, &KEY, 2);
        let second = Payload { temporal: 2, ..DELTA };
        assert_eq!(choose(&mut selector, 0, &second, 2), Choice::Forward);
        assert_eq!(choose(&mut selector, 0, &second, 0), Choice::Skip);
        assert_eq!(
            choose(&mut selector, 0, &second, 2),
            Choice::Skip,
            "its reference was left out"
        );
        assert_eq!(
            choose(
                &mut selector,
                0,
                &Payload {
                    layer_sync: true,
                    ..second
                },
                2
            ),
            Choice::Forward
        );
        assert_eq!(choose(&mut selector, 0, &second, 2), Choice::Forward);
    }
}
