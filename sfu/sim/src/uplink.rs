//! The publisher's way to the SFU, and what its transport does about losses: what is missing is asked for, and sent again.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use sfu_core::Time;

use crate::camera::CameraPacket;
use crate::net::{Conditions, Link};

/// Packets of a layer that can be sent again: three seconds of the highest.
const KEPT: usize = 1_024;
/// Asks for one packet.
const ASKS_MAX: u32 = 10;
/// Beyond the round trip, before a packet is asked for once more.
const PATIENCE: Duration = Duration::from_millis(20);

/// The link, with the publisher at one end and the SFU's receiver at the other.
#[derive(Debug)]
pub(crate) struct Uplink {
    link: Link<CameraPacket>,
    kept: [VecDeque<CameraPacket>; 3],
    highest: [Option<u16>; 3],
    /// By layer and number.
    missing: BTreeMap<(u8, u16), Missing>,
    expected: u64,
    received: u64,
    /// What was expected and received at the last report.
    reported: (u64, u64),
}

#[derive(Debug)]
struct Missing {
    asks: u32,
    /// When the publisher hears of it.
    heard: Time,
}

impl Uplink {
    pub(crate) fn new(conditions: Conditions, seed: u64) -> Self {
        Self {
            link: Link::new(conditions, seed),
            kept: Default::default(),
            highest: [None; 3],
            missing: BTreeMap::new(),
            expected: 0,
            received: 0,
            reported: (0, 0),
        }
    }

    pub(crate) const fn set_conditions(&mut self, conditions: Conditions) {
        self.link.set_conditions(conditions);
    }

    /// Packets that there should be, by their numbers, and those that came at the first try: what the receiver knows.
    pub(crate) const fn reception(&self) -> (u64, u64) {
        (self.expected, self.received)
    }

    pub(crate) fn send(&mut self, now: Time, packet: CameraPacket) {
        let kept = &mut self.kept[usize::from(packet.layer)];
        kept.push_back(packet.clone());
        if kept.len() > KEPT {
            kept.pop_front();
        }
        self.link.send(now, packet.payload.len(), packet);
    }

    /// The share lost since the last report, in 1/256.
    pub(crate) fn report(&mut self) -> u8 {
        let (expected, received) = self.reported;
        self.reported = self.reception();
        let (expected, received) = (self.expected - expected, self.received - received);
        let lost = expected.saturating_sub(received) * 256;
        u8::try_from(lost / expected.max(1)).unwrap_or(u8::MAX)
    }

    /// Sends again what the publisher has been asked for.
    pub(crate) fn repeat(&mut self, now: Time) {
        let again = self.link.conditions().delay * 2 + PATIENCE;
        let (kept, link) = (&self.kept, &mut self.link);
        self.missing.retain(|(layer, sequence), missing| {
            if missing.heard > now {
                return true;
            }
            missing.heard = now + again;
            missing.asks += 1;
            let packet = kept[usize::from(*layer)]
                .iter()
                .find(|packet| packet.sequence == *sequence);
            if let Some(packet) = packet {
                link.send(now, packet.payload.len(), packet.clone());
            }
            packet.is_some() && missing.asks < ASKS_MAX
        });
    }

    /// The next packet that has arrived.
    pub(crate) fn receive(&mut self, now: Time) -> Option<CameraPacket> {
        let packet = self.link.receive(now)?;
        let CameraPacket { layer, sequence, .. } = packet;
        self.received += u64::from(self.missing.remove(&(layer, sequence)).is_none());
        let highest = self.highest[usize::from(layer)].get_or_insert(sequence);
        let ahead = sequence.wrapping_sub(*highest);
        if (1..0x8000).contains(&ahead) {
            let heard = now + self.link.conditions().delay;
            for lost in 1..ahead {
                let lost = (layer, highest.wrapping_add(lost));
                self.missing.insert(lost, Missing { asks: 0, heard });
            }
            *highest = sequence;
            self.expected += u64::from(ahead);
        }
        Some(packet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Loss;

    #[test]
    fn what_is_lost_is_sent_again_until_it_arrives() {
        let lossy = Conditions::clean(Duration::from_millis(10)).losing(Loss::Random(0.3));
        let (mut uplink, start) = (Uplink::new(lossy, 3), Time::from_micros(1));
        let mut arrived = std::collections::BTreeSet::new();
        for step in 0..1_000u32 {
            let now = start + Duration::from_millis(1) * step;
            // The last 136 numbers there are.
            if let Some(sequence) = u16::try_from(step / 2 + 65_400).ok().filter(|_| step.is_multiple_of(2)) {
                let packet = CameraPacket {
                    layer: 1,
                    sequence,
                    timestamp: 0,
                    marker: true,
                    payload: vec![0; 100],
                };
                uplink.send(now, packet);
            }
            uplink.repeat(now);
            while let Some(packet) = uplink.receive(now) {
                arrived.insert(packet.sequence);
            }
        }
        let (expected, received) = uplink.reception();
        assert!(
            received * 10 < expected * 8 && received * 10 > expected * 6,
            "{received} of {expected}"
        );
        // Nothing tells of what was lost at the very end.
        assert!(arrived.len() >= 130, "{}", arrived.len());
        assert!(uplink.missing.is_empty());
    }
}
