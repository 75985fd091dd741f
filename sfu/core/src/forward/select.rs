//! Which packets of a track a subscriber gets: one layer at a time, changed at key frames; of VP8's temporal layers as
//! many as it wants, more only from where that is decodable.

use crate::limits::{LAYER_TOP, LAYERS};

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

/// The layer selection of one down-track.
#[derive(Debug, Clone, Copy, Default)]
pub struct Selector {
    current: Option<u8>,
    temporal: u8,
    wanted: Option<u8>,
}

impl Selector {
    /// The layer being sent.
    pub const fn current(&self) -> Option<u8> {
        self.current
    }

    /// The layer whose key frame is waited for; `None` when the right one is being sent, or there is none to send.
    pub fn awaited(&self) -> Option<u8> {
        self.wanted.filter(|wanted| self.current != Some(*wanted))
    }

    /// Chooses the layer to aim at: the highest active one up to `highest`, or else the lowest active one. With no
    /// active layer, the aim stays where it was.
    pub fn aim(&mut self, active: [bool; LAYERS], highest: u8) {
        let ranks = 0u8..;
        let mut candidates = ranks.zip(active).filter(|(_, active)| *active).map(|(rank, _)| rank);
        let lowest = candidates.next();
        let best = candidates.take_while(|rank| *rank <= highest).last();
        self.wanted = best.or(lowest).or(self.wanted);
    }

    /// Forgets what was sent: the next packet sent must begin a key frame.
    pub const fn reset(&mut self) {
        self.current = None;
    }

    /// Decides on a packet of `layer`. `limit` is the highest temporal layer wanted.
    pub fn choose(&mut self, layer: u8, about: &crate::codec::Payload, limit: u8) -> Choice {
        if self.current != Some(layer) {
            let is_wanted = self.wanted == Some(layer);
            // A stream that has not begun takes any key frame up to the aim: seeing something comes first.
            let is_better_than_nothing = self.current.is_none() && self.wanted.is_none_or(|wanted| layer < wanted);
            if !about.key_frame_start || !(is_wanted || is_better_than_nothing) {
                return Choice::Ignore;
            }
            self.current = Some(layer);
            self.temporal = limit;
            return Choice::Switch;
        }
        if about.key_frame_start || limit < self.temporal {
            self.temporal = limit;
        } else if about.layer_sync && about.temporal <= limit {
            self.temporal = self.temporal.max(about.temporal);
        }
        if about.temporal > self.temporal {
            Choice::Skip
        } else {
            Choice::Forward
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::Payload;

    const DELTA: Payload = Payload {
        key_frame_start: false,
        temporal: 0,
        layer_sync: false,
        vp8: None,
    };
    const KEY: Payload = Payload {
        key_frame_start: true,
        ..DELTA
    };
    const ALL: [bool; LAYERS] = [true; LAYERS];

    #[test]
    fn aims_at_the_best_active_layer_allowed() {
        let mut selector = Selector::default();
        for (active, highest, wanted) in [
            ([false; LAYERS], 2, None),
            ([true, false, false], 2, Some(0)),
            (ALL, 1, Some(1)),
            ([true, false, true], 1, Some(0)),
            ([false, false, true], 0, Some(2)),
        ] {
            selector.aim(active, highest);
            assert_eq!(selector.awaited(), wanted, "{active:?} up to {highest}");
        }
    }

    #[test]
    fn changes_layers_at_key_frames_only_and_keeps_sending_meanwhile() {
        let mut selector = Selector::default();
        selector.aim(ALL, 0);
        assert_eq!(selector.choose(0, &DELTA, 9), Choice::Ignore);
        assert_eq!(selector.choose(0, &KEY, 9), Choice::Switch);
        selector.aim(ALL, 2);
        assert_eq!(selector.choose(0, &DELTA, 9), Choice::Forward);
        assert_eq!(selector.choose(1, &KEY, 9), Choice::Ignore, "not the one aimed at");
        assert_eq!(selector.choose(2, &DELTA, 9), Choice::Ignore);
        assert_eq!(selector.choose(2, &KEY, 9), Choice::Switch);
        assert_eq!(selector.choose(0, &KEY, 9), Choice::Ignore);
        assert_eq!(selector.awaited(), None);
    }

    #[test]
    fn begins_with_a_lower_layer_when_that_comes_first() {
        let mut selector = Selector::default();
        selector.aim(ALL, 2);
        assert_eq!(selector.choose(0, &KEY, 9), Choice::Switch);
        assert_eq!(selector.awaited(), Some(2));
    }

    #[test]
    fn temporal_layers_drop_at_once_and_return_where_decodable() {
        let mut selector = Selector::default();
        selector.aim(ALL, 0);
        selector.choose(0, &KEY, 2);
        let second = Payload { temporal: 2, ..DELTA };
        assert_eq!(selector.choose(0, &second, 2), Choice::Forward);
        assert_eq!(selector.choose(0, &second, 0), Choice::Skip);
        assert_eq!(
            selector.choose(0, &second, 2),
            Choice::Skip,
            "its reference was left out"
        );
        assert_eq!(
            selector.choose(
                0,
                &Payload {
                    layer_sync: true,
                    ..second
                },
                2
            ),
            Choice::Forward
        );
        assert_eq!(selector.choose(0, &second, 2), Choice::Forward);
    }
}
