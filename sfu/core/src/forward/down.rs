//! One subscriber's copy of a track.

use std::time::Duration;

use crate::codec::dependency::Structure;
use crate::codec::identifiers::{Identifiers, Offsets};
use crate::codec::{Codec, Descriptor};
use crate::forward::repeats::Repeats;
use crate::forward::{
    Choice, Dependency, Destination, Ladder, LossCap, Mapping, Munger, Outgoing, Prefix, Repair, Selector, Target,
};
use crate::limits::{LAYERS, REPAIR_PERCENT_MAX, REPAIR_RATE_MIN};
use crate::publish::{Carried, Inbound, Rate, SenderClock};
use crate::time::{Time, ticks};

/// What a subscriber's stream begins with, drawn at random by the shell (RFC 3550 §5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderStart {
    /// First sequence number.
    pub sequence: u16,
    /// First sequence number of the RTX stream; `None` when there is no such stream.
    pub repair_sequence: Option<u16>,
    /// The subscriber takes redundant audio too.
    pub redundancy: bool,
}

/// What a down-track is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DownState {
    /// The subscriber wants nothing at present.
    Paused,
    /// It waits for a key frame.
    Awaiting,
    /// It sends this layer.
    Forwarding {
        /// Rank of the layer: of simulcast, or spatial.
        layer: u8,
    },
}

/// What a subscriber's bandwidth allows of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grant {
    /// Nothing is known of the bandwidth: losses decide ([`LossCap`]).
    #[default]
    Free,
    /// Layers up to this rank.
    UpTo(u8),
    /// None at present.
    Nothing,
}

/// The last packet that went out in order.
#[derive(Debug, Clone, Copy)]
struct Last {
    timestamp: u32,
    at: Time,
    identifiers: Identifiers,
}

/// A down-track.
#[derive(Debug)]
pub struct Down {
    to: Destination,
    codec: Codec,
    redundancy: bool,
    paused: bool,
    target: Target,
    grant: Grant,
    /// Policy for losses; read by [`Down::aim`] while nothing better is known.
    pub loss: LossCap,
    selector: Selector,
    munger: Munger,
    last: Option<Last>,
    skipped_picture: Option<(u8, u16)>,
    packets: u32,
    octets: u32,
    repair_next: Option<u16>,
    sent: Rate,
    repaired: Rate,
    repeats: Repeats,
}

impl Down {
    /// A down-track that has sent nothing.
    pub fn new(to: Destination, codec: Codec, start: SenderStart) -> Self {
        Self {
            to,
            codec,
            redundancy: start.redundancy,
            paused: false,
            target: Target::default(),
            grant: Grant::Free,
            loss: LossCap::default(),
            selector: Selector::default(),
            munger: Munger::new(start.sequence),
            last: None,
            skipped_picture: None,
            packets: 0,
            octets: 0,
            repair_next: start.repair_sequence,
            sent: Rate::default(),
            repaired: Rate::default(),
            repeats: Repeats::default(),
        }
    }

    /// Where it goes.
    pub const fn to(&self) -> Destination {
        self.to
    }

    /// What the next packet is changed by, for who wants it fetched ahead.
    pub fn mapping(&self) -> Option<&Mapping> {
        self.munger.newest()
    }

    /// What it is doing.
    pub const fn state(&self) -> DownState {
        match (self.is_paused(), self.selector.layer()) {
            (true, _) => DownState::Paused,
            (false, None) => DownState::Awaiting,
            (false, Some(layer)) => DownState::Forwarding { layer },
        }
    }

    /// The layer that the subscriber wants, whatever it can have; `None` when it shows nothing.
    pub const fn wanted(&self) -> Option<u8> {
        if self.paused { None } else { Some(self.target.layer) }
    }

    /// What the subscriber's bandwidth allows.
    pub const fn grant(&self) -> Grant {
        self.grant
    }

    /// Payload bytes sent, modulo 2³² as in a sender report.
    pub const fn octets(&self) -> u32 {
        self.octets
    }

    /// Takes the subscriber's wishes.
    pub const fn set_target(&mut self, target: Option<Target>) {
        match target {
            Some(target) => {
                self.target = target;
                self.paused = false;
            }
            None => {
                self.paused = true;
                self.selector.reset();
            }
        }
    }

    /// Takes what the subscriber's bandwidth allows.
    pub const fn set_grant(&mut self, grant: Grant) {
        self.grant = grant;
        if matches!(grant, Grant::Nothing) {
            self.selector.reset();
        }
    }

    /// Chooses among the layers that are active now.
    pub fn aim(&mut self, ladder: Ladder) {
        let allowed = match self.grant {
            Grant::Free => self.loss.cap(),
            Grant::UpTo(layer) => layer,
            Grant::Nothing => 0,
        };
        self.selector.aim(ladder, self.target.layer.min(allowed));
    }

    const fn is_paused(&self) -> bool {
        self.paused || matches!(self.grant, Grant::Nothing)
    }

    /// The highest temporal layer to send now. A layer too high for the bandwidth is thinned at once, since its place
    /// can only be taken by the next key frame of a lower one.
    fn temporal_limit(&self) -> u8 {
        match (self.grant, self.selector.layer()) {
            (Grant::UpTo(allowed), Some(current)) if current > allowed => 0,
            _ => self.target.temporal,
        }
    }

    /// The stream whose key frame it waits for.
    pub fn awaited(&self) -> Option<u8> {
        if self.is_paused() {
            None
        } else {
            self.selector.awaited()
        }
    }

    /// The stream a key frame would help: the one being sent, or the one waited for.
    pub fn key_frame_layer(&self) -> Option<u8> {
        self.selector.current().or_else(|| self.awaited())
    }

    /// Stops until the next key frame: the publisher muted or began anew.
    pub const fn interrupt(&mut self) {
        self.selector.reset();
    }

    /// The publisher's stream of this layer began anew: its numbers and clocks are others now.
    pub fn restart(&mut self, layer: u8) {
        if self.selector.current() == Some(layer) {
            self.selector.reset();
        }
        self.munger.forget(layer);
    }

    /// What becomes of a packet of `layer`.
    pub fn forward<'a>(
        &mut self,
        now: Time,
        layer: u8,
        packet: &Inbound<'a>,
        clocks: &[Option<SenderClock>; LAYERS],
        structure: Option<&Structure>,
    ) -> Option<Outgoing<'a>> {
        if self.is_paused() || (packet.recovered && self.redundancy) {
            return None;
        }
        if packet.payload.is_empty() {
            // The probing of the publisher's network is no business of the subscriber's: its number falls out.
            return (self.selector.current() == Some(layer)).then(|| self.skip(layer, packet))?;
        }
        let limit = self.temporal_limit();
        let choice = self.selector.choose(layer, &packet.about, limit, structure);
        if choice == Choice::Forward {
            self.munger.extend_to(packet.sequence, self.selector.extent());
        }
        let mapped = match choice {
            // A late packet may still have its place in what was sent of another layer, or before an interruption.
            Choice::Ignore => self.munger.place(layer, packet.sequence)?,
            Choice::Skip => return self.skip(layer, packet),
            Choice::Forward => self.munger.map(layer, packet.sequence)?,
            Choice::Switch => {
                let timestamp = self.timestamp_offset(now, layer, packet, clocks);
                self.munger
                    .switch(layer, packet.sequence, timestamp, self.offsets(layer, packet));
                self.munger.extend_to(packet.sequence, self.selector.extent());
                self.munger.map(layer, packet.sequence)?
            }
        };
        let (outgoing, identifiers) = self.rewritten(packet, mapped.sequence, &mapped.mapping);
        if mapped.newest {
            self.last = Some(Last {
                timestamp: outgoing.timestamp,
                at: now,
                identifiers,
            });
        }
        self.count(now, outgoing.prefix.len() + outgoing.rest.len());
        Some(outgoing)
    }

    /// The packet that went out under `sequence`, as it is to be repeated; `None` when nothing may be repeated now.
    /// `find` looks in the history of a layer.
    pub fn repeat<'a>(
        &mut self,
        now: Time,
        sequence: u16,
        gap: Duration,
        find: impl FnOnce(u8, u64) -> Option<Inbound<'a>>,
    ) -> Option<Outgoing<'a>> {
        let number = self.repair_next?;
        let (original, mapping) = self.munger.unmap(sequence)?;
        if self.is_paused() {
            return None;
        }
        // What a narrow path lost of a layer too high for it only keeps it full: what counts is the layer sent now.
        if self.selector.current().is_some_and(|current| current < mapping.layer) {
            return None;
        }
        let packet = find(mapping.layer, original)?;
        let allowed = self.sent.bits_per_second(now) * REPAIR_PERCENT_MAX / 100 + REPAIR_RATE_MIN;
        if self.repaired.bits_per_second(now) >= allowed || !self.repeats.admit(now, sequence, gap) {
            return None;
        }
        self.repaired.add(now, packet.payload.len());
        self.repair_next = Some(number.wrapping_add(1));
        let (outgoing, _) = self.rewritten(&packet, u64::from(sequence), &mapping);
        Some(Outgoing {
            repair: Some(Repair { sequence: number }),
            ..outgoing
        })
    }

    /// Whether there is a stream for padding.
    pub const fn can_pad(&self) -> bool {
        self.repair_next.is_some()
    }

    /// A packet of nothing but padding, in the stream of repairs, whose numbers nobody misses; `None` without one.
    pub fn pad(&mut self, padding: u8) -> Option<Outgoing<'static>> {
        let number = self.repair_next?;
        self.repair_next = Some(number.wrapping_add(1));
        Some(Outgoing {
            sequence: 0,
            timestamp: self.last.map_or(0, |last| last.timestamp),
            marker: false,
            redundant: false,
            carried: Carried::default(),
            dependency: None,
            prefix: Prefix::default(),
            rest: &[],
            padding,
            repair: Some(Repair { sequence: number }),
        })
    }

    /// What a sender report says now: both clocks, and how much was sent; `None` before the publisher has reported.
    pub fn report(&self, now: Time, clocks: &[Option<SenderClock>; LAYERS]) -> Option<SenderNumbers> {
        let layer = self.selector.current().filter(|_| !self.is_paused())?;
        let clock = clocks.get(usize::from(layer)).copied().flatten()?;
        let (ntp, rtp) = clock.at(now, self.codec.clock_rate());
        let offset = self.munger.current()?.timestamp;
        Some(SenderNumbers {
            ntp,
            rtp: rtp.wrapping_add(offset),
            packets: self.packets,
            octets: self.octets,
        })
    }

    fn skip<'a>(&mut self, layer: u8, packet: &Inbound<'a>) -> Option<Outgoing<'a>> {
        let picture = packet
            .about
            .identifiers()
            .picture
            .filter(|_| packet.about.counts_pictures())
            .map(|picture| (layer, picture.id));
        let is_new_picture = picture.is_some() && picture != self.skipped_picture;
        let filler = self.munger.skip(layer, packet.sequence, u16::from(is_new_picture));
        if filler.is_none() {
            self.skipped_picture = picture;
        }
        // Receivers take a packet without payload as padding: its number is accounted for and nothing is decoded.
        let mapping = self.munger.current().copied()?;
        filler.map(|sequence| Outgoing {
            marker: false,
            carried: Carried::default(),
            dependency: None,
            prefix: Prefix::default(),
            rest: &[],
            ..self.rewritten(packet, sequence, &mapping).0
        })
    }

    /// What to add to the timestamps of `layer` so that the stream goes on where it was.
    fn timestamp_offset(
        &self,
        now: Time,
        layer: u8,
        packet: &Inbound<'_>,
        clocks: &[Option<SenderClock>; LAYERS],
    ) -> u32 {
        let Some(last) = self.last else { return 0 };
        let earlier = self.munger.current();
        if let Some(mapping) = earlier.filter(|mapping| mapping.layer == layer) {
            return mapping.timestamp;
        }
        let rate = self.codec.clock_rate();
        let passed = ticks(now.since(last.at), rate);
        // Both layers' reports, when there are, tell exactly what instant of the old layer this frame is of.
        let clock_of = |layer: u8| clocks.get(usize::from(layer)).copied().flatten();
        let exact = earlier.and_then(|mapping| {
            let (new, old) = (clock_of(layer)?, clock_of(mapping.layer)?);
            let ntp = new.ntp_at(packet.timestamp, rate);
            Some(old.rtp_at(ntp, rate).wrapping_add(mapping.timestamp))
        });
        let plausible = |timestamp: &u32| {
            let ahead = timestamp.wrapping_sub(last.timestamp);
            ahead > 0 && ahead < passed.saturating_add(rate)
        };
        let timestamp = exact
            .filter(plausible)
            .unwrap_or_else(|| last.timestamp.wrapping_add(passed.max(1)));
        timestamp.wrapping_sub(packet.timestamp)
    }

    /// What to add to the identifiers of `layer` so that this packet's picture follows the last one sent.
    fn offsets(&self, layer: u8, packet: &Inbound<'_>) -> Offsets {
        let next = packet.about.identifiers();
        let Some(last) = self.last else {
            return Offsets::default();
        };
        match self.munger.current() {
            // The same stream goes on after a pause: where gaps mean nothing, it keeps its own numbers.
            Some(mapping) if mapping.layer == layer && !packet.about.counts_pictures() => mapping.offsets,
            _ => last.identifiers.followed_by(&next),
        }
    }

    /// `packet` under the number `sequence` and changed as `mapping` says; and the identifiers that it has then.
    fn rewritten<'a>(&self, packet: &Inbound<'a>, sequence: u64, mapping: &Mapping) -> (Outgoing<'a>, Identifiers) {
        let identifiers = packet.about.identifiers().moved(mapping.offsets);
        let mut prefix = Prefix::default();
        let mut rest = packet.payload;
        let mut dependency = None;
        let mut redundant = false;
        match packet.about.descriptor {
            Descriptor::None => {}
            Descriptor::Vp8(_) | Descriptor::Vp9(_) => (prefix, rest) = Prefix::of(rest, identifiers),
            Descriptor::Dependency(frame) => {
                dependency = packet.dependency.map(|received| Dependency {
                    received,
                    frame,
                    number: identifiers.picture.map_or(frame.number, |picture| picture.id),
                    targets: mapping.extent.targets,
                });
            }
            Descriptor::Red(_) if self.redundancy => redundant = true,
            Descriptor::Red(layout) => rest = layout.primary(rest),
        }
        let ends_picture = mapping.extent.top.is_some_and(|top| packet.about.ends_spatial(top));
        let outgoing = Outgoing {
            sequence: (sequence & 0xffff) as u16,
            timestamp: packet.timestamp.wrapping_add(mapping.timestamp),
            marker: packet.marker || ends_picture,
            redundant,
            carried: packet.carried,
            dependency,
            prefix,
            rest,
            padding: 0,
            repair: None,
        };
        (outgoing, identifiers)
    }

    fn count(&mut self, now: Time, payload_bytes: usize) {
        self.sent.add(now, payload_bytes);
        self.packets = self.packets.wrapping_add(1);
        self.octets = self
            .octets
            .wrapping_add(u32::try_from(payload_bytes).unwrap_or_default());
    }
}

/// The numbers of a sender report (RFC 3550 §6.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SenderNumbers {
    /// NTP time of the publisher's clock, 32.32.
    pub ntp: u64,
    /// The outgoing stream's RTP timestamp at that time.
    pub rtp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload bytes sent.
    pub octets: u32,
}

#[cfg(test)]
mod tests;
