//! The shell's part of one viewer's path: transport-wide numbers, pacing, probes, and a record of it all.

use std::time::Duration;

use sfu_core::Time;
use sfu_core::bwe::Controller;
use sfu_core::forward::{Destination, Outgoing};
use sfu_core::pace::Pacer;

use crate::net::Link;
use crate::viewer::{Content, Delivered};
use sfu_core::MemberId;

/// What a packet weighs beyond its payload: IP, UDP, RTP with extensions, SRTP tag.
const OVERHEAD_BYTES: usize = 70;
/// The number of the outgoing stream that carries sound.
pub(crate) const SOUND: u32 = 1;

/// A link, and for whom what is on it is.
pub(crate) type SharedLink = Link<(MemberId, Delivered)>;

/// The state of a path at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Since the beginning.
    pub at: Duration,
    /// Bits a second sent to this viewer since the last sample.
    pub sent: u64,
    /// What the link carries; `None` without a limit.
    pub capacity: Option<u64>,
    /// What the SFU believes; `None` without transport-wide feedback.
    pub estimate: Option<u64>,
    /// Layer of the last frame decoded.
    pub layer: Option<u8>,
    /// The picture is paused for want of bandwidth.
    pub is_paused: bool,
    /// The picture stands still.
    pub is_frozen: bool,
}

/// How often samples are taken.
pub const SAMPLE_INTERVAL: Duration = Duration::from_millis(100);

/// The sending side of one viewer's path.
#[derive(Debug)]
pub(crate) struct Sending {
    /// `None` for a client without transport-wide feedback.
    pub(crate) controller: Option<Controller>,
    pub(crate) pacer: Pacer,
    pub(crate) sent_bytes: u64,
}

impl Sending {
    pub(crate) fn new(has_feedback: bool) -> Self {
        Self {
            controller: has_feedback.then(Controller::new),
            pacer: Pacer::default(),
            sent_bytes: 0,
        }
    }

    /// Sends a packet, or keeps it for later.
    pub(crate) fn send(&mut self, now: Time, to: Destination, packet: &Outgoing<'_>, link: &mut SharedLink) {
        let rate = self.controller.as_ref().and_then(Controller::pace);
        if let Some(rate) = rate.filter(|_| to.sender != SOUND && packet.padding == 0)
            && !self.pacer.admit(now, rate, to, packet)
        {
            return;
        }
        self.put(now, to, packet, link);
    }

    /// Sends what has waited long enough.
    pub(crate) fn release(&mut self, now: Time, link: &mut SharedLink) {
        let rate = self
            .controller
            .as_ref()
            .and_then(Controller::pace)
            .unwrap_or(u64::MAX / 1_000_000_000);
        while let Some(held) = self.pacer.release(now, rate) {
            self.put(now, held.to(), &held.packet(), link);
        }
    }

    fn put(&mut self, now: Time, to: Destination, packet: &Outgoing<'_>, link: &mut SharedLink) {
        let payload = [&packet.prefix[..], packet.rest].concat();
        let bytes = payload.len() + usize::from(packet.padding) + OVERHEAD_BYTES;
        self.sent_bytes += bytes as u64;
        let on_wire = u16::try_from(bytes).unwrap_or(u16::MAX);
        let content = match (packet.padding, to.sender) {
            (1.., _) => Content::Padding,
            (0, SOUND) => Content::Sound,
            (0, _) => Content::Picture,
        };
        let delivered = Delivered {
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            marker: packet.marker,
            payload,
            is_repair: packet.repair.is_some(),
            transport: self.controller.as_mut().map(|controller| controller.sent(now, on_wire)),
            content,
        };
        link.send(now, bytes, (to.member, delivered));
    }
}
