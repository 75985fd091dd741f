//! A simulcast camera's encoder: every layer has three temporal layers (L1T3), and sends a key frame when asked.

use std::time::Duration;

use sfu_core::codec::Codec;
use sfu_core::publish::Carried;
use sfu_core::{Packet, Time};

/// Frames a second.
pub const FRAME_RATE: u32 = 30;
/// Bits a second of each layer: what livekit-client asks of a 720p camera.
pub const BITRATES: [u64; 3] = [150_000, 500_000, 1_700_000];
/// Bytes of a payload.
const PAYLOAD_BYTES: usize = 1_100;
/// A key frame is so many times a usual one.
const KEY_FRAME_FACTOR: usize = 6;
/// Temporal layers of four frames in a row (RFC 7741 §4.2): 0, 2, 1, 2.
const TEMPORAL: [u8; 4] = [0, 2, 1, 2];

/// One packet of one layer.
#[derive(Debug, Clone)]
pub struct CameraPacket {
    /// Rank of the layer.
    pub layer: u8,
    /// Sequence number.
    pub sequence: u16,
    /// Timestamp.
    pub timestamp: u32,
    /// Last of its frame.
    pub marker: bool,
    /// VP8 descriptor, frame header, then [`Mark`].
    pub payload: Vec<u8>,
}

/// What the payload says, beyond VP8, for viewers to check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Layer it was sent as.
    pub layer: u8,
    /// Begins a key frame.
    pub key: bool,
    /// Temporal layer.
    pub temporal: u8,
    /// Picture identifier as it is now.
    pub picture: u16,
}

impl Mark {
    /// Reads a payload; `None` for padding.
    pub fn read(payload: &[u8]) -> Option<Self> {
        let descriptor = sfu_core::codec::vp8::Descriptor::parse(payload)?;
        let layer = *payload.get(usize::from(descriptor.len) + 1)?;
        Some(Self {
            layer,
            key: descriptor.key_frame,
            temporal: descriptor.temporal,
            picture: descriptor.identifiers.picture?.id,
        })
    }
}

impl CameraPacket {
    /// As the transport gives it to the room.
    pub fn as_packet(&self) -> Packet<'_> {
        Packet {
            codec: Codec::Vp8,
            sequence: self.sequence,
            timestamp: self.timestamp,
            marker: self.marker,
            audio_level: None,
            carried: Carried::default(),
            dependency: None,
            payload: &self.payload,
        }
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct LayerState {
    sequence: u16,
    picture: u16,
    tl0: u8,
    key_index: u8,
    wants_key: bool,
}

/// The encoder.
#[derive(Debug)]
pub struct Camera {
    layers: [LayerState; 3],
    frame: u32,
    next: Time,
    /// Layers being sent.
    pub active: [bool; 3],
    /// Key frames it was asked for.
    pub key_frames_asked: u32,
}

impl Camera {
    /// A camera that begins at `start`. Its layers count from different numbers, as encoders' do.
    pub fn new(start: Time) -> Self {
        let layer = |offset: u16| LayerState {
            sequence: offset.wrapping_mul(21_013),
            picture: offset.wrapping_mul(3_001) & 0x7fff,
            wants_key: true,
            ..LayerState::default()
        };
        let layers = [layer(1), layer(2), layer(3)];
        Self {
            layers,
            frame: 0,
            next: start,
            active: [true; 3],
            key_frames_asked: 0,
        }
    }

    /// The next frame of a layer will be a key frame.
    pub fn ask_key_frame(&mut self, layer: u8) {
        self.key_frames_asked += 1;
        self.layers[usize::from(layer)].wants_key = true;
    }

    /// Both clocks at `now`, for sender reports: NTP time and RTP timestamp of a layer.
    pub fn clocks(&self, now: Time, layer: u8) -> (u64, u32) {
        (now.to_ntp(), timestamp(now, layer))
    }

    /// The frames that are due, as packets.
    pub fn poll(&mut self, now: Time) -> Vec<CameraPacket> {
        let mut packets = Vec::new();
        while self.next <= now {
            for layer in 0..3u8 {
                if self.active[usize::from(layer)] {
                    self.encode(layer, &mut packets);
                }
            }
            self.frame += 1;
            self.next = self.next + Duration::from_secs(1) / FRAME_RATE;
        }
        packets
    }

    fn encode(&mut self, rank: u8, packets: &mut Vec<CameraPacket>) {
        let temporal = TEMPORAL[(self.frame % 4) as usize];
        let at = self.next;
        let state = &mut self.layers[usize::from(rank)];
        let key = std::mem::take(&mut state.wants_key);
        let temporal = if key { 0 } else { temporal };
        state.picture = (state.picture + 1) & 0x7fff;
        state.key_index = (state.key_index + u8::from(key)) & 0x1f;
        state.tl0 = state.tl0.wrapping_add(u8::from(temporal == 0));
        let usual = usize::try_from(BITRATES[usize::from(rank)] / 8 / u64::from(FRAME_RATE)).unwrap_or(PAYLOAD_BYTES);
        let bytes = if key { usual * KEY_FRAME_FACTOR } else { usual };
        let count = bytes.div_ceil(PAYLOAD_BYTES);
        for index in 0..count {
            let start = index == 0;
            let [high, low] = state.picture.to_be_bytes();
            // The first frame of each higher layer after one of the lowest refers to nothing else: Y is set.
            let [s, sync] = [u8::from(start) << 4, u8::from(matches!(self.frame % 4, 1 | 2)) << 5];
            let mut payload = vec![
                0x80 | s,
                0xf0,
                high | 0x80,
                low,
                state.tl0,
                temporal << 6 | sync | state.key_index,
            ];
            payload.extend([u8::from(!(key && start)), rank]);
            payload.resize((bytes / count).max(16), 0);
            state.sequence = state.sequence.wrapping_add(1);
            packets.push(CameraPacket {
                layer: rank,
                sequence: state.sequence,
                timestamp: timestamp(at, rank),
                marker: index + 1 == count,
                payload,
            });
        }
    }
}

/// Each layer's clock has a beginning of its own.
fn timestamp(at: Time, layer: u8) -> u32 {
    let since = sfu_core::time::ticks(at.since(Time::default()), Codec::Vp8.clock_rate());
    since.wrapping_add(u32::from(layer) * 1_234_567_890)
}
