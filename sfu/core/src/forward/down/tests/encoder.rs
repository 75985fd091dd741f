//! An encoder of spatial layers with three temporal layers each (pattern 0, 2, 1, 2), as packets of VP9 or AV1. Frames
//! say what they need, so that a test can tell what a decoder could do.

/// How the packets are described.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// VP9's payload descriptor, flexible mode off.
    Vp9,
    /// The dependency descriptor.
    Av1,
}

/// The dependencies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Coding {
    /// Spatial layers.
    pub(super) spatial: u8,
    /// A layer uses the one below in key pictures only (L3T3_KEY), not in all (L3T3).
    pub(super) key_only: bool,
}

/// One packet.
#[derive(Debug, Clone)]
pub(super) struct Packet {
    pub(super) sequence: u16,
    pub(super) timestamp: u32,
    pub(super) marker: bool,
    pub(super) payload: Vec<u8>,
    pub(super) dependency: Option<Vec<u8>>,
    /// Count of the frame, and those it needs.
    pub(super) frame: u32,
    pub(super) frame_number: u16,
    pub(super) references: Vec<u32>,
    pub(super) begins_frame: bool,
    pub(super) spatial: u8,
    pub(super) temporal: u8,
}

const PATTERN: [u8; 4] = [0, 2, 1, 2];
const TEMPORAL: u8 = 3;

/// The encoder.
pub(super) struct Encoder {
    pub(super) coding: Coding,
    wire: Wire,
    sequence: u16,
    picture: u16,
    since_key: usize,
    frames: u32,
    tl0: u8,
    /// The last frame of each spatial and temporal layer.
    last: [[Option<u32>; TEMPORAL as usize]; 3],
}

/// A frame about to be written.
struct Frame {
    count: u32,
    spatial: u8,
    temporal: u8,
    key: bool,
    uses_below: bool,
    references: Vec<u32>,
}

impl Encoder {
    pub(super) fn new(wire: Wire, coding: Coding) -> Self {
        Self {
            coding,
            wire,
            sequence: 0xff00,
            picture: 0x7ff0,
            since_key: 0,
            frames: 0xfff0,
            tl0: 250,
            last: [[None; TEMPORAL as usize]; 3],
        }
    }

    /// The next picture, two packets a frame.
    pub(super) fn picture(&mut self, key: bool) -> Vec<Packet> {
        if key {
            self.since_key = 0;
        }
        let temporal = PATTERN[self.since_key % PATTERN.len()];
        self.since_key += 1;
        self.picture = (self.picture + 1) & 0x7fff;
        self.tl0 = self.tl0.wrapping_add(u8::from(temporal == 0));
        let mut packets = Vec::new();
        for spatial in 0..self.coding.spatial {
            let frame = self.frame(spatial, temporal, key);
            for part in 0..2 {
                packets.push(self.packet(&frame, part));
            }
        }
        packets
    }

    fn frame(&mut self, spatial: u8, temporal: u8, key: bool) -> Frame {
        self.frames += 1;
        let count = self.frames;
        let uses_below = spatial > 0 && (key || !self.coding.key_only);
        let own = &mut self.last[usize::from(spatial)];
        // Each frame uses the last one of a lower temporal layer; those of the lowest the last of their own.
        let reach = usize::from(temporal.max(1));
        let before = own[..reach].iter().flatten().max().copied();
        let mut references: Vec<u32> = before.filter(|_| !key).into_iter().collect();
        if uses_below {
            references.push(count - 1);
        }
        if key {
            *own = [None; TEMPORAL as usize];
        }
        own[usize::from(temporal)] = Some(count);
        Frame {
            count,
            spatial,
            temporal,
            key,
            uses_below,
            references,
        }
    }

    fn packet(&mut self, frame: &Frame, part: u8) -> Packet {
        self.sequence = self.sequence.wrapping_add(1);
        let (payload, dependency) = match self.wire {
            Wire::Vp9 => (self.vp9(frame, part), None),
            Wire::Av1 => (vec![0x10, frame.spatial], Some(self.descriptor(frame, part))),
        };
        Packet {
            sequence: self.sequence,
            timestamp: u32::from(self.picture) * 3_000,
            marker: part == 1 && frame.spatial + 1 == self.coding.spatial,
            payload,
            dependency,
            frame: frame.count,
            frame_number: (frame.count & 0xffff) as u16,
            references: frame.references.clone(),
            begins_frame: part == 0,
            spatial: frame.spatial,
            temporal: frame.temporal,
        }
    }

    /// RFC 9628 §4.2: I, P, L, B, E, Z; a 15-bit identifier; TID, U, SID, D; TL0PICIDX; N_S with a key picture.
    fn vp9(&self, frame: &Frame, part: u8) -> Vec<u8> {
        let bit = |set: bool, place: u8| u8::from(set) << place;
        let begins_key = frame.key && frame.spatial == 0 && part == 0;
        let unused_above = frame.spatial + 1 == self.coding.spatial || (self.coding.key_only && !frame.key);
        let first = 0x80
            | bit(!frame.key, 6)
            | 0x20
            | bit(part == 0, 3)
            | bit(part == 1, 2)
            | bit(begins_key, 1)
            | bit(unused_above, 0);
        let [high, low] = self.picture.to_be_bytes();
        // Every picture of the pattern lets higher temporal layers begin after it.
        let layers = frame.temporal << 5 | 0x10 | frame.spatial << 1 | bit(frame.uses_below, 0);
        let mut payload = vec![first, high | 0x80, low, layers, self.tl0];
        if begins_key {
            payload.push((self.coding.spatial - 1) << 5);
        }
        payload.push(frame.spatial);
        payload
    }

    /// AV1 RTP specification §A.4: templates for all layers, first of key pictures, then of others; all frames with
    /// references of their own.
    fn descriptor(&self, frame: &Frame, part: u8) -> Vec<u8> {
        let mut bits = Bits::default();
        bits.put(u32::from(part == 0) << 1 | u32::from(part == 1), 2);
        let per_spatial = 1 + u32::from(TEMPORAL);
        let within = if frame.key { 0 } else { 1 + u32::from(frame.temporal) };
        bits.put(u32::from(frame.spatial) * per_spatial + within, 6);
        bits.put(frame.count & 0xffff, 16);
        let brings = frame.key && frame.spatial == 0 && part == 0;
        bits.put(u32::from(brings) << 4 | 0b00010, 5);
        if brings {
            self.structure(&mut bits);
        }
        for reference in &frame.references {
            let difference = frame.count - reference;
            bits.put(1, 2);
            bits.put(difference - 1, 4);
        }
        bits.put(0, 2);
        bits.bytes()
    }

    fn structure(&self, bits: &mut Bits) {
        let targets = u32::from(self.coding.spatial) * u32::from(TEMPORAL);
        bits.put(0, 6);
        bits.put(targets - 1, 5);
        let mut templates = Vec::new();
        for spatial in 0..self.coding.spatial {
            templates.push((spatial, 0, true));
            templates.extend((0..TEMPORAL).map(|temporal| (spatial, temporal, false)));
        }
        for pair in templates.windows(2) {
            let [(spatial, temporal, _), next] = [pair[0], pair[1]];
            let step = if next.0 != spatial {
                2
            } else {
                u32::from(next.1 != temporal)
            };
            bits.put(step, 2);
        }
        bits.put(3, 2);
        for (spatial, temporal, key) in &templates {
            for target in 0..targets {
                bits.put(self.indication(*spatial, *temporal, *key, target), 2);
            }
        }
        templates.iter().for_each(|_| bits.put(0, 1));
        // No chains: ns(targets + 1) of zero takes all bits but the last.
        bits.put(0, u32::BITS - (targets + 1).leading_zeros() - 1);
        bits.put(0, 1);
    }

    /// Table A.2. Decode target s × 3 + t is of spatial layer s and temporal layer t.
    fn indication(&self, spatial: u8, temporal: u8, key: bool, target: u32) -> u32 {
        let (top, limit) = (target / u32::from(TEMPORAL), target % u32::from(TEMPORAL));
        let (spatial, temporal) = (u32::from(spatial), u32::from(temporal));
        let within = if key || !self.coding.key_only {
            spatial <= top
        } else {
            spatial == top
        };
        if temporal > limit || !within {
            0
        } else if temporal == 2 {
            1
        } else if key || spatial == top {
            2
        } else {
            3
        }
    }

    /// The frame number of a descriptor.
    pub(super) fn frame_number(descriptor: &[u8]) -> u16 {
        u16::from_be_bytes([descriptor[1], descriptor[2]])
    }
}

#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn put(&mut self, value: u32, count: u32) {
        self.0.extend((0..count).rev().map(|place| value >> place & 1 == 1));
    }

    fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| {
            (0..8).fold(0, |byte, at| {
                byte << 1 | u8::from(bits.get(at).copied().unwrap_or_default())
            })
        };
        self.0.chunks(8).map(byte).collect()
    }
}
