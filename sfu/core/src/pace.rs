//! Bursts for narrow paths: a key frame is several times a usual frame, and sent at once it fills the queue of a narrow
//! link, where sound then waits behind it. Here it waits instead, and sound overtakes it. Wide paths have no pacer
//! ([`crate::bwe::Controller::pace`] answers `None`), and cost nothing.

use std::collections::VecDeque;
use std::time::Duration;

use crate::forward::{Destination, Outgoing};
use crate::limits::{PACE_DELAY_MAX, PACE_PACKETS_MAX, WIRE_OVERHEAD_BYTES};
use crate::time::{Time, micros};

/// So much of the rate may leave at once: a usual picture of a stream at 30 a second, even one that takes all of the
/// path, so that only what is larger is spread. Packets of one picture that leave together are one send to the kernel
/// (UDP GSO), and each that does not costs about as much as all of them.
const BURST_MS: u64 = 40;

/// A packet that waits.
#[derive(Debug)]
pub struct Held {
    to: Destination,
    packet: Outgoing<'static>,
    rest: Box<[u8]>,
    /// Bytes that the packet's dependency descriptor speaks of.
    dependency: Box<[u8]>,
}

/// What waits for one subscriber's path.
#[derive(Debug, Default)]
pub struct Pacer {
    /// Bits that have left and are not paid for yet.
    debt: u64,
    settled: Time,
    queue: VecDeque<Held>,
    queued_bytes: u64,
}

impl Pacer {
    /// Whether a packet may leave now, on a path that bursts leave at `rate` bits a second for; if not, it is kept.
    pub fn admit(&mut self, now: Time, rate: u64, to: Destination, packet: &Outgoing<'_>) -> bool {
        let bytes = packet.prefix.len() + packet.rest.len() + WIRE_OVERHEAD_BYTES;
        self.settle(now, rate);
        if self.queue.is_empty() && self.may_leave(rate) {
            self.debt += bytes as u64 * 8;
            return true;
        }
        if self.queue.len() < PACE_PACKETS_MAX {
            self.queued_bytes += bytes as u64;
            self.queue.push_back(Held::new(to, packet));
        }
        false
    }

    /// The next packet whose turn has come.
    pub fn release(&mut self, now: Time, rate: u64) -> Option<Held> {
        self.settle(now, rate);
        if !self.may_leave(rate) {
            return None;
        }
        let held = self.queue.pop_front()?;
        let bytes = held.bytes();
        self.queued_bytes -= bytes;
        self.debt += bytes * 8;
        Some(held)
    }

    /// Forgets what waits for an outgoing stream that is paused now.
    pub fn forget(&mut self, sender: u32) {
        self.queue.retain(|held| held.to.sender != sender);
        self.queued_bytes = self.queue.iter().map(Held::bytes).sum();
    }

    /// How many packets wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// When the next packet's turn comes; `None` while none waits.
    pub fn poll_timeout(&self, rate: u64) -> Option<Time> {
        let over = self.debt.saturating_sub(burst(rate));
        let wait = Duration::from_micros((over * 1_000_000).div_ceil(self.speed(rate).max(1)));
        (!self.queue.is_empty()).then(|| self.settled + wait)
    }

    fn settle(&mut self, now: Time, rate: u64) {
        let passed = micros(now.since(self.settled)).min(1_000_000);
        self.debt = self.debt.saturating_sub(passed * self.speed(rate) / 1_000_000);
        self.settled = self.settled.max(now);
    }

    const fn may_leave(&self, rate: u64) -> bool {
        self.debt <= burst(rate)
    }

    /// The rate, or more: two thirds of what waits leave within the longest delay.
    fn speed(&self, rate: u64) -> u64 {
        rate.max(self.queued_bytes * 8_000_000 / micros(PACE_DELAY_MAX))
    }
}

const fn burst(rate: u64) -> u64 {
    rate / 1_000 * BURST_MS
}

impl Held {
    fn new(to: Destination, packet: &Outgoing<'_>) -> Self {
        let packet_without = Outgoing {
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            marker: packet.marker,
            redundant: packet.redundant,
            carried: packet.carried,
            dependency: packet.dependency.map(|dependency| dependency.of(&[])),
            prefix: packet.prefix,
            rest: &[],
            padding: packet.padding,
            repair: packet.repair,
        };
        let dependency = packet.dependency.map(|dependency| dependency.received().into());
        Self {
            to,
            packet: packet_without,
            rest: packet.rest.into(),
            dependency: dependency.unwrap_or_default(),
        }
    }

    /// Where it goes.
    pub const fn to(&self) -> Destination {
        self.to
    }

    /// The packet.
    pub fn packet(&self) -> Outgoing<'_> {
        Outgoing {
            rest: &self.rest,
            dependency: self.packet.dependency.map(|dependency| dependency.of(&self.dependency)),
            ..self.packet
        }
    }

    fn bytes(&self) -> u64 {
        (self.packet.prefix.len() + self.rest.len() + WIRE_OVERHEAD_BYTES) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::forward::Prefix;
    use crate::ids::MemberId;

    const START: Time = Time::from_micros(1_000_000);
    const TO: Destination = Destination {
        member: MemberId(1),
        sender: 0,
    };

    fn packet(sequence: u16, rest: &[u8]) -> Outgoing<'_> {
        Outgoing {
            sequence,
            timestamp: 0,
            marker: false,
            redundant: false,
            carried: crate::publish::Carried::default(),
            dependency: None,
            prefix: Prefix::default(),
            rest,
            padding: 0,
            repair: None,
        }
    }

    /// Gives `count` packets of 1000 bytes at once; when each leaves, in ms.
    fn departures(rate: u64, count: u16) -> Vec<(u16, u128)> {
        let mut pacer = Pacer::default();
        let payload = [0; 930];
        let mut left: Vec<_> = (0..count)
            .filter(|number| pacer.admit(START, rate, TO, &packet(*number, &payload)))
            .map(|number| (number, 0))
            .collect();
        while let Some(now) = pacer.poll_timeout(rate) {
            while let Some(held) = pacer.release(now, rate) {
                assert_eq!(held.packet().rest, payload);
                left.push((held.packet().sequence, now.since(START).as_millis()));
            }
        }
        left
    }

    #[test]
    fn a_burst_is_spread_in_order() {
        let left = departures(800_000, 8);
        let numbers: Vec<_> = left.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, (0..8).collect::<Vec<_>>());
        assert_eq!(left[7].1, 30, "10 ms a packet, five of them ahead: {left:?}");
    }

    #[test]
    fn usual_pictures_leave_whole_on_a_path_that_just_carries_them() {
        let mut pacer = Pacer::default();
        let (payload, packets, frame) = ([0; 1_130], 6, Duration::from_millis(33));
        let media = u64::from(packets) * 1_200 * 8 * 1_000 / 33;
        for picture in 0..100 {
            let now = START + frame * picture;
            assert!((0..packets).all(|number| pacer.admit(now, media, TO, &packet(number, &payload))));
        }
    }

    #[test]
    fn much_leaves_faster() {
        let left = departures(100_000, 200);
        assert_eq!(left.len(), 200);
        let last = left[199].1;
        assert!((500..1_500).contains(&last), "16 s at the rate alone: {last}");
    }

    #[test]
    fn what_is_too_much_is_dropped() {
        assert_eq!(departures(100_000, 2_000).len(), PACE_PACKETS_MAX + 1);
    }
}
