//! The VP9 payload descriptor (RFC 9628 §4.2): layers and switching points to be read, identifiers to be rewritten.

use super::identifiers::{Field, Identifiers, Picture, Width};

/// Most references of a picture in flexible mode (RFC 9628 §4.2: P_DIFF, up to three times).
const REFERENCES_MAX: usize = 3;

/// What the descriptor of one packet says. A *picture* is all spatial layers of one instant, a *frame* one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are the flags of the descriptor, each its own bit"
)]
pub struct Descriptor {
    /// The packet begins a frame (B).
    pub frame_start: bool,
    /// The packet ends a frame (E).
    pub frame_end: bool,
    /// The frame uses earlier pictures (P).
    pub inter_predicted: bool,
    /// The frame uses the spatial layer below of the same picture (D).
    pub inter_layer: bool,
    /// Pictures of higher temporal layers that follow use none from before this one above its layer (U).
    pub switch_up: bool,
    /// No higher spatial layer uses this frame, now or later (Z).
    pub unused_above: bool,
    /// Spatial layer.
    pub spatial: u8,
    /// Temporal layer.
    pub temporal: u8,
    /// Spatial layers of the stream, where the packet tells (N_S + 1 of a scalability structure).
    pub spatial_layers: Option<u8>,
    /// Picture identifier and TL0PICIDX.
    pub identifiers: Identifiers,
}

impl Descriptor {
    /// Reads the descriptor of `payload`; `None` when it is cut short or nothing follows it.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let flag = |bit: u8| first & bit != 0;
        let mut this = Self {
            frame_start: flag(0x08),
            frame_end: flag(0x04),
            inter_predicted: flag(0x40),
            inter_layer: false,
            switch_up: false,
            unused_above: flag(0x01),
            spatial: 0,
            temporal: 0,
            spatial_layers: None,
            identifiers: Identifiers::default(),
        };
        let mut reader = Reader { payload, at: 1 };
        if flag(0x80) {
            this.identifiers.picture = Some(reader.picture()?);
        }
        let flexible = flag(0x10);
        if flag(0x20) {
            let layers = reader.byte()?;
            this.temporal = layers >> 5;
            this.switch_up = layers & 0x10 != 0;
            this.spatial = layers >> 1 & 0x07;
            this.inter_layer = layers & 0x01 != 0;
            if !flexible {
                let at = reader.at;
                let value = reader.byte()?;
                this.identifiers.tl0 = Some(Field { at, value });
            }
        }
        if flexible && this.inter_predicted {
            reader.references()?;
        }
        if flag(0x02) {
            this.spatial_layers = Some(reader.scalability_structure()?);
        }
        payload.get(usize::from(reader.at))?;
        Some(this)
    }

    /// A decoder that has seen nothing can begin with this packet: the lowest layer of a picture that uses no other.
    pub const fn key_frame_start(&self) -> bool {
        self.frame_start && !self.inter_predicted && self.spatial == 0
    }
}

struct Reader<'p> {
    payload: &'p [u8],
    /// At most 2 + 1 + 1 + 3 + 1 + 32 + 1 + 255 × 4 bytes are read, but no descriptor that long fits a packet with a
    /// payload: what goes beyond a byte's range is refused.
    at: u8,
}

impl Reader<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.payload.get(usize::from(self.at))?;
        self.at = self.at.checked_add(1)?;
        Some(byte)
    }

    fn skip(&mut self, bytes: u8) -> Option<()> {
        self.at = self.at.checked_add(bytes)?;
        Some(())
    }

    fn picture(&mut self) -> Option<Picture> {
        let at = self.at;
        let high = self.byte()?;
        if high & 0x80 == 0 {
            let (width, id) = (Width::Seven, u16::from(high));
            return Some(Picture { at, width, id });
        }
        let (width, id) = (Width::Fifteen, u16::from_be_bytes([high & 0x7f, self.byte()?]));
        Some(Picture { at, width, id })
    }

    /// P_DIFF and N, until N is 0.
    fn references(&mut self) -> Option<()> {
        for _ in 0..REFERENCES_MAX {
            if self.byte()? & 0x01 == 0 {
                return Some(());
            }
        }
        None
    }

    /// The number of spatial layers; what else the structure says is for decoders.
    fn scalability_structure(&mut self) -> Option<u8> {
        let head = self.byte()?;
        let layers = (head >> 5) + 1;
        if head & 0x10 != 0 {
            self.skip(4 * layers)?;
        }
        if head & 0x08 != 0 {
            let pictures = self.byte()?;
            for _ in 0..pictures {
                let references = self.byte()? >> 2 & 0x03;
                self.skip(references)?;
            }
        }
        Some(layers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::identifiers::Offsets;

    /// Non-flexible: I, P, L, B, E; picture 0x1234; TID 1, U, SID 2, D; TL0PICIDX.
    const INTER: [u8; 6] = [0xec, 0x92, 0x34, 0x35, 42, 0xff];
    /// I, L, B, V: picture 5; base layer; TL0PICIDX 0; structure of 3 layers with sizes and a group of 2 pictures.
    const KEY: [u8; 24] = [
        0xaa, 0x05, 0x00, 0x00, 0x58, 0, 80, 0, 45, 0, 160, 0, 90, 1, 64, 0, 180, 2, 0x10, 0x34, 1, 0, 0x77, 0x77,
    ];

    #[test]
    fn reads_a_frame_between() {
        let read = Descriptor::parse(&INTER).expect("whole");
        assert!(read.frame_start && read.frame_end && read.inter_predicted && read.inter_layer && read.switch_up);
        assert_eq!((read.spatial, read.temporal, read.spatial_layers), (2, 1, None));
        assert_eq!(
            read.identifiers.picture,
            Some(Picture {
                at: 1,
                width: Width::Fifteen,
                id: 0x1234
            })
        );
        assert_eq!(read.identifiers.tl0, Some(Field { at: 4, value: 42 }));
        assert!(!read.key_frame_start());
    }

    #[test]
    fn reads_a_key_picture_with_its_structure() {
        let read = Descriptor::parse(&KEY).expect("whole");
        assert!(read.key_frame_start());
        assert_eq!(read.spatial_layers, Some(3));
        for len in 0..=21 {
            assert!(Descriptor::parse(&KEY[..len]).is_none(), "{len} bytes");
        }
    }

    #[test]
    fn flexible_mode_has_references_in_place_of_tl0picidx() {
        // I, P, L, F, B: picture 9; base layer; references 1 (more) and 3.
        let payload = [0xf8, 0x09, 0x00, 0x03, 0x06, 0x55];
        let read = Descriptor::parse(&payload).expect("whole");
        assert_eq!(read.identifiers.tl0, None);
        assert!(
            Descriptor::parse(&[0xf8, 0x09, 0x00, 3, 3, 3, 0x55]).is_none(),
            "a fourth reference"
        );
    }

    /// The beginnings of the first packets of a stream from Chromium.
    #[test]
    fn what_chromium_sends_is_read() {
        let captured: [&[u8]; 4] = [
            include_bytes!("../../../fuzz/corpus/vp9/chromium-L3T3_KEY-1"),
            include_bytes!("../../../fuzz/corpus/vp9/chromium-L3T3_KEY-2"),
            include_bytes!("../../../fuzz/corpus/vp9/chromium-L3T3_KEY-3"),
            include_bytes!("../../../fuzz/corpus/vp9/chromium-L3T3_KEY-4"),
        ];
        let read = captured.map(|payload| Descriptor::parse(payload).expect("well formed"));
        assert!(read[0].key_frame_start());
        assert_eq!(
            read[0].spatial_layers,
            Some(2),
            "as many as it has bandwidth for, at first"
        );
        assert!(read[1..].iter().all(|packet| !packet.key_frame_start()));
        assert!(read.iter().all(|packet| packet.identifiers.bytes() <= 5));
    }

    #[test]
    fn identifiers_are_rewritten_in_place() {
        let mut payload = INTER;
        let read = Descriptor::parse(&payload).expect("whole");
        let by = Offsets {
            picture: 0x7fff,
            tl0: 1,
            key_index: 0,
        };
        read.identifiers.moved(by).write(&mut payload);
        assert_eq!(payload, [0xec, 0x92, 0x33, 0x35, 43, 0xff]);
    }
}
