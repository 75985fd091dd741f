//! A stream shaped like Opus with DTX: 50 packets a second while its speaker has the floor, two and a half otherwise,
//! each with the level that speakers are told by.

use std::time::Duration;

use bytes::Bytes;
use rtc::rtp::header::Header;
use rtc::rtp::packet::Packet;

use super::{STAMPED_BYTES, stamp};

/// One Opus packet's sound.
pub(crate) const INTERVAL: Duration = Duration::from_millis(20);
/// 20 ms at 48 kbit/s.
const PAYLOAD_BYTES: usize = 120;
/// Comfort noise of a silent microphone: one packet each 400 ms, as libopus sends them.
const SILENT_TICKS: u64 = 20;
const SILENT_BYTES: usize = STAMPED_BYTES;
/// A speaker goes on for three seconds.
const TURN_TICKS: u64 = 150;
const TICK_SAMPLES: u64 = 960;
/// −dBov (RFC 6464).
const LOUD: u8 = 30;
const SILENT: u8 = 127;

/// Who of a room's speakers has the floor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turns {
    pub(crate) speaker: u64,
    pub(crate) speakers: u64,
    /// So many speak at a time.
    pub(crate) at_once: u64,
}

impl Turns {
    const fn has_the_floor(self, tick: u64) -> bool {
        let first = (tick / TURN_TICKS) % self.speakers;
        (self.speaker + self.speakers - first) % self.speakers < self.at_once
    }
}

/// Makes the packets of one microphone.
#[derive(Debug)]
pub(crate) struct Sounds {
    ssrc: u32,
    payload_type: u8,
    /// The negotiated id of the level's header extension.
    level_id: Option<u8>,
    turns: Turns,
    tick: u64,
    sequence: u16,
    spoke: bool,
}

impl Sounds {
    pub(crate) const fn new(ssrc: u32, payload_type: u8, level_id: Option<u8>, turns: Turns) -> Self {
        Self {
            ssrc,
            payload_type,
            level_id,
            turns,
            tick: 0,
            sequence: 0,
            spoke: false,
        }
    }

    /// The packet of the next 20 ms; `None` in silence.
    pub(crate) fn next_packet(&mut self, now: Duration) -> Option<Packet> {
        let tick = self.tick;
        self.tick += 1;
        let speaks = self.turns.has_the_floor(tick);
        let starts = speaks && !self.spoke;
        self.spoke = speaks;
        if !speaks && !tick.is_multiple_of(SILENT_TICKS) {
            return None;
        }
        let (bytes, level) = if speaks {
            (PAYLOAD_BYTES, LOUD)
        } else {
            (SILENT_BYTES, SILENT)
        };
        let mut payload = vec![0x78; bytes];
        stamp(&mut payload, now);
        self.sequence = self.sequence.wrapping_add(1);
        let mut header = Header {
            version: 2,
            // RFC 3551 §4.1: the first packet of a talk spurt.
            marker: starts,
            payload_type: self.payload_type,
            sequence_number: self.sequence,
            timestamp: ((tick * TICK_SAMPLES) & 0xffff_ffff) as u32,
            ssrc: self.ssrc,
            ..Header::default()
        };
        if let Some(id) = self.level_id {
            let level = [u8::from(speaks) << 7 | level];
            // One byte always fits.
            let _ = header.set_extension(id, Bytes::copy_from_slice(&level));
        }
        Some(Packet {
            header,
            payload: Bytes::from(payload),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speakers_take_turns_and_are_quiet_otherwise() {
        let turns = |speaker| Turns {
            speaker,
            speakers: 3,
            at_once: 1,
        };
        let sent = |speaker, ticks: u64| {
            let mut sounds = Sounds::new(7, 111, Some(1), turns(speaker));
            (0..ticks)
                .filter_map(|_| sounds.next_packet(Duration::from_secs(1)))
                .collect::<Vec<_>>()
        };
        let first = sent(0, TURN_TICKS);
        assert_eq!(first.len(), 150);
        assert!(first[0].header.marker && !first[1].header.marker);
        assert_eq!(sent(1, TURN_TICKS).len(), 8, "comfort noise");
        assert_eq!(sent(1, 2 * TURN_TICKS).len(), 158);
        let both = Turns { at_once: 2, ..turns(2) };
        assert!(!both.has_the_floor(0) && both.has_the_floor(TURN_TICKS) && both.has_the_floor(2 * TURN_TICKS));
    }
}
