//! AV1's decode targets (AV1 RTP specification §A.4.4): the frames of one are sent, and another is taken up at a frame
//! that says so (*Switch*) and that the subscriber can decode, because it was sent all frames that this one needs.

use crate::codec::dependency::{Frame, Indication, Structure};
use crate::forward::Extent;

/// Frames back that are remembered as sent or not: more than a second of three layers at 30 frames.
const WINDOW: u16 = 128;

/// The selection among decode targets of one down-track.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Targets {
    /// The one being sent.
    current: Option<u8>,
    /// Another one is wanted whose frames are not all being sent, so that only a key frame leads there.
    awaits_key_frame: bool,
    /// The newest frame decided on.
    newest: u16,
    /// Bit d: the frame d before the newest was sent.
    sent: u128,
}

impl Targets {
    /// Whether only a key frame leads to what is wanted.
    pub(super) const fn awaits_key_frame(&self) -> bool {
        self.awaits_key_frame
    }

    /// How much of the stream is sent.
    pub(super) fn extent(&self, structure: &Structure) -> Extent {
        let layers = self.current.and_then(|current| structure.layers(current));
        Extent {
            top: layers.map(|(spatial, _)| spatial),
            targets: self.current.map_or(0, |current| structure.within(current)),
        }
    }

    /// Decides on a packet of a frame: the first seen decides for all of them. `wanted` are the highest spatial and
    /// temporal layer to be sent.
    pub(super) fn choose(&mut self, frame: &Frame, wanted: (u8, u8), structure: &Structure) -> bool {
        let is_first = self.current.is_none();
        let ahead = frame.number.wrapping_sub(self.newest);
        if !is_first && (ahead == 0 || ahead >= 0x8000) {
            return self.was_sent(ahead.wrapping_neg());
        }
        self.aim(frame, wanted, structure, ahead);
        let is_sent = self
            .current
            .is_some_and(|current| frame.indication(current).is_present());
        self.sent = if is_first || ahead >= WINDOW {
            0
        } else {
            self.sent << ahead
        };
        self.sent |= u128::from(is_sent);
        self.newest = frame.number;
        is_sent
    }

    fn aim(&mut self, frame: &Frame, wanted: (u8, u8), structure: &Structure, ahead: u16) {
        let best = structure.best(wanted.0, wanted.1);
        let known = self.current.filter(|current| structure.layers(*current).is_some());
        let (Some(best), Some(current)) = (best, known) else {
            self.current = best;
            self.awaits_key_frame = false;
            return;
        };
        let is_decodable = || {
            frame
                .references
                .iter()
                .all(|back| back >= ahead && self.was_sent(back - ahead))
        };
        let spatial = |target| structure.layers(target).map(|layers| layers.0);
        // Inside a picture it is too late for more layers: the lower one has been marked as the picture's end.
        let is_in_time = frame.spatial == 0 || spatial(best) <= spatial(current);
        let is_switch = || is_in_time && frame.indication(best) == Indication::Switch && is_decodable();
        if frame.has_structure || best == current || is_switch() {
            self.current = Some(best);
            self.awaits_key_frame = false;
        } else {
            self.awaits_key_frame = spatial(best) != spatial(current) && !structure.includes(current, best);
        }
    }

    /// Whether the frame that many before the newest was sent.
    const fn was_sent(&self, back: u16) -> bool {
        back < WINDOW && self.sent >> back & 1 == 1
    }
}
