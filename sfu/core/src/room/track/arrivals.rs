//! Packets of a track as they come: numbered, described, and kept to be repeated.

use smallvec::SmallVec;

use super::{BATCH, Track};
use crate::codec::red::Layout;
use crate::codec::{Codec, Descriptor, Payload};
use crate::publish::{Inbound, Layer};
use crate::room::media::Packet;
use crate::time::Time;

impl Track {
    /// Takes a packet in, and with it what it says of lost ones.
    pub(super) fn receive<'a>(
        &mut self,
        now: Time,
        rank: u8,
        packet: Packet<'a>,
        batch: &mut SmallVec<[Inbound<'a>; BATCH]>,
    ) {
        let Some(layer) = self.layers.get_mut(usize::from(rank)).and_then(Option::as_mut) else {
            return;
        };
        if !self.codec.admits(packet.codec) {
            return;
        }
        let Some(sequence) = layer.accept(now, packet.sequence, packet.payload.len()) else {
            return;
        };
        if packet.payload.is_empty() {
            return batch.push(packet.numbered(sequence, Payload::PADDING));
        }
        if let Some(level) = packet.audio_level {
            self.loudness.heard(level);
        }
        let Some(about) = layer.describe(now, packet.codec, packet.payload, packet.dependency) else {
            return;
        };
        if about.key_frame_start {
            layer.key_frames.arrived();
        }
        let inbound = packet.numbered(sequence, about);
        if let Descriptor::Red(layout) = about.descriptor {
            recover(now, layer, &inbound, layout, batch);
        }
        layer.history.store(&inbound);
        batch.push(inbound);
    }
}

/// Makes lost packets of the copies in a packet of redundant audio: for subscribers who take plain Opus; the others find
/// the copies themselves.
fn recover<'a>(
    now: Time,
    layer: &mut Layer,
    packet: &Inbound<'a>,
    layout: Layout,
    batch: &mut SmallVec<[Inbound<'a>; BATCH]>,
) {
    let first = batch.len();
    let distances = 1u64..;
    for (distance, copy) in distances.zip(layout.copies(packet.payload)) {
        let sequence = packet.sequence - distance;
        let Some(about) = Payload::parse(Codec::Opus, copy.frame) else {
            continue;
        };
        if layer.accept(now, (sequence & 0xffff) as u16, 0).is_some() {
            batch.push(Inbound {
                sequence,
                timestamp: packet.timestamp.wrapping_sub(copy.before),
                marker: false,
                recovered: true,
                about,
                payload: copy.frame,
                ..*packet
            });
        }
    }
    // Copies come newest first, and are to be sent oldest first.
    batch[first..].reverse();
}
