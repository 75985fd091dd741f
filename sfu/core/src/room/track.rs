//! A published track: its layers in, its copies out.

mod arrivals;
mod key_frames;
mod rates;

use std::time::Duration;

use smallvec::SmallVec;

use crate::codec::{Codec, dependency};
use crate::forward::{APPROACH, Down, DownState, Egress, Grant, Ladder, Stacking};
use crate::ids::{MemberId, PartId};
use crate::limits::{LAYERS, REPORT_TURNS, SOUND_HISTORY, VIDEO_HISTORY};
use crate::publish::{Demand, Inbound, Layer, SenderClock, TrackInfo, Wanted};
use crate::room::TrackKey;
use crate::room::backup::Pairing;
use crate::room::media::Packet;
use crate::room::speakers::Loudness;
use crate::time::Time;

/// Packets handled at once without allocating; the shell's receive batch is not larger.
const BATCH: usize = 64;

/// A published track.
#[derive(Debug)]
pub struct Track {
    /// What everybody is told of it.
    pub info: TrackInfo,
    pub(super) cid: String,
    pub(super) publisher: MemberId,
    pub(super) codec: Codec,
    pub(super) pairing: Pairing,
    pub(super) loudness: Loudness,
    pub(super) demand: Demand,
    /// Its publisher knows that somebody subscribed.
    pub(super) had_subscriber: bool,
    /// What the part of its publisher calls it, if that is another.
    pub(super) origin: Option<TrackKey>,
    /// What the other parts want of it, those that want nothing left out.
    wanted_by_parts: SmallVec<[(PartId, Wanted); 4]>,
    /// Of another part's track: it is sent here.
    is_taken: bool,
    layers: [Option<Layer>; LAYERS],
    ladder: Ladder,
    /// Bits a second that each stream is expected to take, headers included.
    expected: [u64; LAYERS],
    /// Sorted by member.
    downs: Vec<Down>,
    /// Which of the copies were looked after last.
    turn: u32,
}

impl Track {
    pub(super) fn new(info: TrackInfo, cid: String, publisher: MemberId, codec: Codec) -> Self {
        Self {
            info,
            cid,
            publisher,
            codec,
            pairing: Pairing::default(),
            loudness: Loudness::new(),
            demand: Demand::default(),
            had_subscriber: false,
            origin: None,
            wanted_by_parts: SmallVec::new(),
            is_taken: false,
            layers: [const { None }; LAYERS],
            ladder: Ladder {
                active: [false; LAYERS],
                stacking: Stacking::Simulcast,
            },
            expected: [0; LAYERS],
            downs: Vec::new(),
            turn: 0,
        }
    }

    /// A track that is published in another part of the room, where it is called `origin`.
    pub(super) fn image(info: TrackInfo, publisher: MemberId, codec: Codec, origin: TrackKey) -> Self {
        Self {
            origin: Some(origin),
            demand: Demand::NOTHING,
            ..Self::new(info, String::new(), publisher, codec)
        }
    }

    /// The parts that want it.
    pub(super) fn takers(&self) -> impl Iterator<Item = PartId> + '_ {
        self.wanted_by_parts.iter().map(|(part, _)| *part)
    }

    /// The highest quality that another part wants.
    pub(super) fn wanted_elsewhere(&self) -> Wanted {
        self.wanted_by_parts.iter().filter_map(|(_, wanted)| *wanted).max()
    }

    /// Notes what a part wants.
    pub(super) fn want_for_part(&mut self, part: PartId, wanted: Wanted) {
        self.wanted_by_parts.retain(|(of, _)| *of != part);
        if wanted.is_some() {
            self.wanted_by_parts.push((part, wanted));
        }
    }

    /// The shell's number for the stream of each layer.
    pub(super) fn streams(&self) -> [Option<u16>; LAYERS] {
        std::array::from_fn(|rank| self.layers[rank].as_ref().map(|layer| layer.stream))
    }

    /// The publisher's part sends it here from now on, or ceases to. What it left out in between is not a loss, and may be
    /// more than sequence numbers can count.
    pub(super) fn take(&mut self, taken: bool) {
        let was_taken = std::mem::replace(&mut self.is_taken, taken);
        if was_taken || !taken {
            return;
        }
        for (rank, stream) in self.streams().into_iter().enumerate() {
            if let Some(stream) = stream {
                self.layers[rank] = None;
                self.bind(rank, stream);
                let rank = u8::try_from(rank).unwrap_or_default();
                self.downs.iter_mut().for_each(|down| down.restart(rank));
            }
        }
    }

    /// The received layer of this rank.
    pub fn layer(&self, rank: u8) -> Option<&Layer> {
        self.layers.get(usize::from(rank))?.as_ref()
    }

    pub(super) fn layer_mut(&mut self, rank: u8) -> Option<&mut Layer> {
        self.layers.get_mut(usize::from(rank))?.as_mut()
    }

    /// The copies of it.
    pub fn downs(&self) -> &[Down] {
        &self.downs
    }

    pub(super) fn down_mut(&mut self, member: MemberId) -> Option<&mut Down> {
        let at = self.place(member).ok()?;
        self.downs.get_mut(at)
    }

    /// Where a member's copy is, or would be: reports come from every subscriber every second, so that a search through
    /// all of them for each would be the largest cost of a large room.
    fn place(&self, member: MemberId) -> Result<usize, usize> {
        self.downs.binary_search_by_key(&member, |down| down.to().member)
    }

    pub(super) fn add_down(&mut self, mut down: Down) {
        down.aim(self.ladder);
        let (Ok(at) | Err(at)) = self.place(down.to().member);
        self.downs.insert(at, down);
    }

    pub(super) fn remove_down(&mut self, member: MemberId) {
        self.downs.retain(|down| down.to().member != member);
    }

    /// Receives a layer under a new stream number: at first, or again after the client began anew.
    pub(super) fn bind(&mut self, rank: usize, stream: u16) {
        let depth = if self.codec.is_video() {
            VIDEO_HISTORY
        } else {
            SOUND_HISTORY
        };
        let Some(slot) = self.layers.get_mut(rank) else { return };
        if slot.as_ref().is_some_and(|layer| layer.stream == stream) {
            return;
        }
        if slot.replace(Layer::new(stream, depth)).is_some() {
            let rank = u8::try_from(rank).unwrap_or_default();
            self.downs.iter_mut().for_each(|down| down.restart(rank));
        }
    }

    /// The packets of one layer on their way to all subscribers. Subscribers are the outer loop: packets of one
    /// destination leave together (UDP GSO pays only within one).
    pub(super) fn forward<'a>(
        &mut self,
        now: Time,
        rank: u8,
        packets: impl Iterator<Item = Packet<'a>>,
        egress: &mut impl Egress,
    ) {
        let mut batch: SmallVec<[Inbound<'a>; BATCH]> = SmallVec::new();
        for packet in packets {
            // What came before a new structure is described by the one in force until then.
            if !batch.is_empty() && packet.dependency.is_some_and(dependency::brings_structure) {
                self.send(now, rank, &batch, egress);
                batch.clear();
            }
            self.receive(now, rank, packet, &mut batch);
        }
        if !batch.is_empty() {
            self.send(now, rank, &batch, egress);
        }
    }

    /// Sends packets that were taken in to all subscribers.
    fn send(&mut self, now: Time, rank: u8, batch: &[Inbound<'_>], egress: &mut impl Egress) {
        if self.info.muted {
            return;
        }
        if !self.ladder.active[usize::from(rank)] {
            self.refresh_activity(now);
        }
        let clocks = self.clocks();
        let layer = self.layers.get(usize::from(rank)).and_then(Option::as_ref);
        let structure = layer.and_then(Layer::structure);
        for at in 0..self.downs.len() {
            for others in 1..=APPROACH {
                if let Some(coming) = self.downs.get(at + others) {
                    egress.approach(coming, others);
                }
            }
            let Some(down) = self.downs.get_mut(at) else { return };
            let to = down.to();
            for packet in batch {
                if let Some(outgoing) = down.forward(now, rank, packet, &clocks, structure) {
                    egress.send(to, &outgoing);
                }
            }
        }
    }

    /// Repeats what a subscriber lost, but nothing twice within `gap`.
    pub(super) fn repeat(
        &mut self,
        now: Time,
        member: MemberId,
        gap: Duration,
        lost: impl Iterator<Item = u16>,
        egress: &mut impl Egress,
    ) {
        let Ok(at) = self.place(member) else { return };
        let Some(down) = self.downs.get_mut(at) else { return };
        let layers = &self.layers;
        let find = |rank: u8, sequence| layers.get(usize::from(rank))?.as_ref()?.history.get(sequence);
        let to = down.to();
        for sequence in lost {
            if let Some(outgoing) = down.repeat(now, sequence, gap, find) {
                egress.send(to, &outgoing);
            }
        }
    }

    /// Looks which layers are sent, and lets every copy choose anew when that changed.
    pub(super) fn refresh_activity(&mut self, now: Time) {
        let ladder = self.ladder_at(now);
        if ladder != self.ladder {
            self.ladder = ladder;
            self.downs.iter_mut().for_each(|down| down.aim(ladder));
        }
    }

    fn ladder_at(&self, now: Time) -> Ladder {
        if !self.codec.is_video() {
            // Sound pauses with every silence (DTX) and has nothing to choose from: it stays.
            return Ladder {
                active: [true, false, false],
                stacking: Stacking::Simulcast,
            };
        }
        if let [Some(layer), None, None] = &self.layers
            && let Some(active) = layer.spatial_layers(now)
        {
            return Ladder {
                active,
                stacking: Stacking::Spatial,
            };
        }
        Ladder {
            active: std::array::from_fn(|rank| self.layers[rank].as_ref().is_some_and(|layer| layer.is_active(now))),
            stacking: Stacking::Simulcast,
        }
    }

    /// Whether padding can be sent beside a subscriber's copy.
    pub(super) fn can_pad(&self, member: MemberId) -> bool {
        let copy = self.downs.iter().find(|down| down.to().member == member);
        copy.is_none_or(Down::can_pad)
    }

    /// Grants a copy's subscriber what its bandwidth allows; false while there is no copy.
    pub(super) fn grant(&mut self, member: MemberId, grant: Grant) -> bool {
        let ladder = self.ladder;
        let Some(down) = self.down_mut(member) else {
            return false;
        };
        down.set_grant(grant);
        down.aim(ladder);
        true
    }

    pub(super) fn aim(&mut self, member: MemberId) {
        let ladder = self.ladder;
        if let Some(down) = self.down_mut(member) {
            down.aim(ladder);
        }
    }

    /// The copies whose turn it is to be looked after: a tenth of them each tick, so that a large room's reports leave
    /// spread over the second. Gives back a lower layer's place when a copy's trial is due.
    pub(super) fn take_turn(&mut self, now: Time) -> impl Iterator<Item = &Down> {
        self.turn = (self.turn + 1) % REPORT_TURNS;
        let (turn, ladder) = (self.turn, self.ladder);
        let is_due = move |down: &Down| down.to().member.0 % REPORT_TURNS == turn;
        for down in self.downs.iter_mut().filter(|down| is_due(down)) {
            down.loss.tick(now);
            down.aim(ladder);
        }
        self.downs.iter().filter(move |down| is_due(down))
    }

    /// By how many layers each copy falls short of what its subscriber wants and the publisher sends.
    pub(super) fn shortfalls(&self) -> impl Iterator<Item = (MemberId, u8)> + '_ {
        let highest = self.highest_sent();
        let short = move |down: &Down| match (down.wanted(), down.state(), highest) {
            (Some(wanted), DownState::Forwarding { layer }, Some(highest)) => wanted.min(highest).saturating_sub(layer),
            _ => 0,
        };
        self.downs.iter().map(move |down| (down.to().member, short(down)))
    }

    pub(super) const fn is_video(&self) -> bool {
        self.codec.is_video()
    }

    /// The highest layer that is sent at present; `None` when nothing is.
    pub(super) fn highest_sent(&self) -> Option<u8> {
        let ranks = (0u8..).zip(self.ladder.active);
        ranks.filter(|(_, active)| *active).map(|(rank, _)| rank).last()
    }

    /// Stops or lets go all copies.
    pub(super) fn set_muted(&mut self, muted: bool) {
        self.info.muted = muted;
        if muted {
            self.downs.iter_mut().for_each(Down::interrupt);
        }
    }

    pub(super) fn clocks(&self) -> [Option<SenderClock>; LAYERS] {
        std::array::from_fn(|rank| self.layers[rank].as_ref().and_then(|layer| layer.clock))
    }
}
