//! One received stream: its extended sequence numbers, duplicates, rate, clock and history.

use crate::codec::dependency::{Reader, Structure};
use crate::codec::{Codec, Descriptor, Payload};
use crate::forward::{Depth, History};
use crate::limits::{LAYER_IDLE, LAYERS, WIRE_OVERHEAD_BYTES};
use crate::publish::{KeyFrames, Rate};
use crate::time::{Time, ticks};
use std::time::Duration;

/// One packet on its way through: the numbers already extended, the payload still where it was received.
#[derive(Debug, Clone, Copy)]
pub struct Inbound<'a> {
    /// Sequence number, extended over wraps (RFC 3550 appendix A.1).
    pub sequence: u64,
    /// Timestamp as the publisher wrote it.
    pub timestamp: u32,
    /// Marker bit.
    pub marker: bool,
    /// Header extensions that go through unchanged.
    pub carried: Carried,
    /// The dependency descriptor, as on the wire.
    pub dependency: Option<&'a [u8]>,
    /// It was lost, and is made of the copy in a later packet of redundant audio.
    pub recovered: bool,
    /// What the packet says of itself.
    pub about: Payload,
    /// The payload.
    pub payload: &'a [u8],
}

/// Header extensions that mean the same to every receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Carried {
    /// Rotation and flip of the picture, as on the wire (3GPP TS 26.114).
    pub orientation: Option<u8>,
    /// Least and most playout delay, as on the wire.
    pub playout_delay: Option<[u8; 3]>,
    /// When the frame was taken.
    pub capture_time: Option<CaptureTime>,
}

/// The absolute capture time of a frame. Receivers compare it with the sender reports, and ours speak of the
/// publisher's clock: so it is right as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaptureTime {
    /// NTP time of the capturing clock, 32.32.
    pub ntp: u64,
    /// That clock minus the sender's, 32.32 with a sign.
    pub offset: Option<i64>,
}

/// A point both clocks of a publisher agree on, from its sender report (RFC 3550 §6.4.1), and when it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderClock {
    /// NTP time of the publisher's clock, 32.32.
    pub ntp: u64,
    /// RTP timestamp of the same instant.
    pub rtp: u32,
    /// Arrival of the report.
    pub arrival: Time,
}

impl SenderClock {
    /// This clock's RTP timestamp at the NTP time `ntp`; right within ± 2³¹ ticks.
    pub fn rtp_at(&self, ntp: u64, rate: u32) -> u32 {
        let ahead = ntp.wrapping_sub(self.ntp);
        let behind = self.ntp.wrapping_sub(ntp);
        if ahead <= behind {
            self.rtp.wrapping_add(ntp_ticks(ahead, rate))
        } else {
            self.rtp.wrapping_sub(ntp_ticks(behind, rate))
        }
    }

    /// The NTP time of an RTP timestamp of this clock, within ± 2³¹ ticks of the report.
    pub fn ntp_at(&self, rtp: u32, rate: u32) -> u64 {
        let ahead = rtp.wrapping_sub(self.rtp);
        let to_ntp = |ticks: u32| (u64::from(ticks) << 32) / u64::from(rate);
        if ahead < 1 << 31 {
            self.ntp.wrapping_add(to_ntp(ahead))
        } else {
            self.ntp.wrapping_sub(to_ntp(ahead.wrapping_neg()))
        }
    }

    /// Both clocks moved on to `now`.
    pub fn at(&self, now: Time, rate: u32) -> (u64, u32) {
        let passed = now.since(self.arrival);
        let ntp = self.ntp.wrapping_add(now.to_ntp().wrapping_sub(self.arrival.to_ntp()));
        (ntp, self.rtp.wrapping_add(ticks(passed, rate)))
    }
}

fn ntp_ticks(ntp: u64, rate: u32) -> u32 {
    (((u128::from(ntp) * u128::from(rate)) >> 32) & 0xffff_ffff) as u32
}

/// Packets back from the highest that are still told apart as new or duplicate.
const WINDOW: u64 = 512;

/// A received layer.
#[derive(Debug)]
pub struct Layer {
    /// The shell's number for the stream, for key frame requests.
    pub stream: u16,
    /// What can be repeated to subscribers.
    pub history: History,
    /// Requests for key frames of this layer.
    pub key_frames: KeyFrames,
    /// The publisher's clocks, once it has reported.
    pub clock: Option<SenderClock>,
    highest: Option<u64>,
    seen: [u64; (WINDOW / 64) as usize],
    rate: Rate,
    last_packet: Option<Time>,
    /// When it was first sent, or began again after it was idle.
    began: Option<Time>,
    packets: u64,
    frames: Reader,
    /// When each spatial layer was last seen or announced.
    spatial: [Option<Time>; LAYERS],
}

impl Layer {
    /// A layer that has received nothing.
    pub fn new(stream: u16, depth: Depth) -> Self {
        Self {
            stream,
            history: History::new(depth),
            key_frames: KeyFrames::default(),
            clock: None,
            highest: None,
            seen: [0; (WINDOW / 64) as usize],
            rate: Rate::default(),
            last_packet: None,
            began: None,
            packets: 0,
            frames: Reader::default(),
            spatial: [None; LAYERS],
        }
    }

    /// Counts a packet of `bytes` and extends its sequence number; `None` for a duplicate (a repaired packet that was
    /// only late) or one older than anybody can use.
    pub fn accept(&mut self, now: Time, sequence: u16, bytes: usize) -> Option<u64> {
        let extended = match self.highest {
            // The first wrap is counted from 1, so that a packet from before the first seen is still positive.
            None => (1 << 16) | u64::from(sequence),
            Some(highest) => extend(highest, sequence),
        };
        let highest = self.highest.unwrap_or(extended);
        if extended + WINDOW <= highest {
            return None;
        }
        if extended > highest {
            for gap in (highest + 1)..=extended.min(highest + WINDOW) {
                self.clear(gap);
            }
        } else if self.highest.is_some() && self.is_seen(extended) {
            return None;
        }
        self.set(extended);
        self.highest = Some(highest.max(extended));
        if !self.is_active(now) {
            self.began = Some(now);
        }
        self.rate.add(now, bytes + WIRE_OVERHEAD_BYTES);
        if bytes > 0 {
            self.last_packet = Some(now);
        }
        self.packets += 1;
        Some(extended)
    }

    /// Reads what a packet says of itself; `None` when nothing can be made of it.
    pub fn describe(&mut self, now: Time, codec: Codec, payload: &[u8], dependency: Option<&[u8]>) -> Option<Payload> {
        let about = match dependency {
            // Other codecs come with descriptors too, from clients that were asked for them; their payloads say enough.
            Some(descriptor) if codec == Codec::Av1 => Payload::of_frame(self.frames.read(descriptor)?),
            _ => Payload::parse(codec, payload)?,
        };
        if codec.is_video() {
            self.note_spatial(now, &about);
        }
        Some(about)
    }

    /// The template dependency structure of its frames.
    pub fn structure(&self) -> Option<&Structure> {
        self.frames.structure()
    }

    /// Which spatial layers the publisher sends at present; `None` for a stream with a single one.
    pub fn spatial_layers(&self, now: Time) -> Option<[bool; LAYERS]> {
        self.spatial.iter().skip(1).any(Option::is_some).then(|| {
            self.spatial
                .map(|last| last.is_some_and(|last| now.since(last) < LAYER_IDLE))
        })
    }

    /// Notes the layer of a packet, and those that a key frame announces: whoever begins there begins with all of them.
    fn note_spatial(&mut self, now: Time, about: &Payload) {
        let announced = match &about.descriptor {
            Descriptor::Vp9(descriptor) => descriptor.spatial_layers.unwrap_or_default(),
            _ => 0,
        };
        let structure = self.frames.structure().filter(|_| about.key_frame_start);
        for (rank, seen) in (0u8..).zip(&mut self.spatial) {
            let is_announced = rank < announced || structure.is_some_and(|structure| structure.has_spatial(rank));
            if rank == about.spatial || is_announced {
                *seen = Some(now);
            }
        }
    }

    /// Whether the publisher sends this layer at present.
    pub fn is_active(&self, now: Time) -> bool {
        self.last_packet.is_some_and(|last| now.since(last) < LAYER_IDLE)
    }

    /// How long it has been sent without a pause; zero while it is not.
    pub fn age(&self, now: Time) -> Duration {
        self.began
            .filter(|_| self.is_active(now))
            .map_or(Duration::ZERO, |began| now.since(began))
    }

    /// Bits a second over the last second, as subscribers' networks would see them: headers included.
    pub fn bits_per_second(&mut self, now: Time) -> u64 {
        self.rate.bits_per_second(now)
    }

    /// Packets accepted.
    pub const fn packets(&self) -> u64 {
        self.packets
    }

    fn is_seen(&self, sequence: u64) -> bool {
        self.seen[word(sequence)] & bit(sequence) != 0
    }

    fn set(&mut self, sequence: u64) {
        self.seen[word(sequence)] |= bit(sequence);
    }

    fn clear(&mut self, sequence: u64) {
        self.seen[word(sequence)] &= !bit(sequence);
    }
}

const fn word(sequence: u64) -> usize {
    ((sequence & (WINDOW - 1)) >> 6) as usize
}

const fn bit(sequence: u64) -> u64 {
    1 << (sequence & 63)
}

/// The extended number nearest to `reference` whose low 16 bits are `sequence` (RFC 3711 §3.3.1 guesses likewise).
pub(crate) fn extend(reference: u64, sequence: u16) -> u64 {
    let low = (reference & 0xffff) as u16;
    let ahead = sequence.wrapping_sub(low);
    if ahead < 0x8000 {
        reference.saturating_add(u64::from(ahead))
    } else {
        reference.saturating_sub(u64::from(ahead.wrapping_neg()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::SOUND_HISTORY;
    use std::time::Duration;

    fn accept(layer: &mut Layer, sequence: u16) -> Option<u64> {
        layer.accept(Time::from_micros(1), sequence, 100)
    }

    #[test]
    fn sequence_numbers_extend_over_the_wrap_both_ways() {
        let mut layer = Layer::new(0, SOUND_HISTORY);
        let first = accept(&mut layer, 0xffff).expect("new");
        assert_eq!(accept(&mut layer, 1), Some(first + 2));
        assert_eq!(accept(&mut layer, 0), Some(first + 1), "late, over the wrap");
    }

    #[test]
    fn a_packet_counts_once() {
        let mut layer = Layer::new(0, SOUND_HISTORY);
        assert!(accept(&mut layer, 10).is_some());
        assert!(accept(&mut layer, 10).is_none());
        assert!(accept(&mut layer, 700).is_some());
        assert!(accept(&mut layer, 699).is_some());
        assert!(accept(&mut layer, 699).is_none());
        assert!(accept(&mut layer, 11).is_none(), "too old to tell");
        assert_eq!(layer.packets(), 3);
    }

    #[test]
    fn a_silent_layer_becomes_inactive() {
        let mut layer = Layer::new(0, SOUND_HISTORY);
        let start = Time::from_micros(5);
        layer.accept(start, 1, 100);
        assert!(layer.is_active(start + Duration::from_millis(700)));
        assert!(!layer.is_active(start + Duration::from_millis(750)));
    }

    #[test]
    fn the_clocks_convert_there_and_back() {
        let clock = SenderClock {
            ntp: 5 << 32,
            rtp: 0xffff_0000,
            arrival: Time::from_micros(0),
        };
        let later = clock.ntp_at(clock.rtp.wrapping_add(180_000), 90_000);
        assert_eq!(later, 7 << 32);
        assert_eq!(clock.rtp_at(later, 90_000), clock.rtp.wrapping_add(180_000));
        assert_eq!(clock.rtp_at(4 << 32, 90_000), clock.rtp.wrapping_sub(90_000));
        assert_eq!(clock.ntp_at(clock.rtp.wrapping_sub(90_000), 90_000), 4 << 32);
    }
}
