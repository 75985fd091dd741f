//! The VP8 payload descriptor (RFC 7741 §4.2): what a forwarder must read, and rewrite in place.

/// Bytes of the longest descriptor: X, I/L/T/K, a 15-bit picture identifier, TL0PICIDX, TID and KEYIDX.
pub const DESCRIPTOR_BYTES_MAX: usize = 6;

/// What the descriptor of one packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// The packet begins a frame: S set and partition index 0.
    pub frame_start: bool,
    /// The frame is a key frame; known only on the packet that begins it (RFC 7741 §4.3, inverse of P).
    pub key_frame: bool,
    /// Temporal layer, 0 when the stream has none.
    pub temporal: u8,
    /// A frame that does not use this layer's earlier frames, so that a receiver may switch up to it (the Y bit).
    pub layer_sync: bool,
    /// Picture identifier, 7 or 15 bits.
    pub picture: Option<Picture>,
    /// Where TL0PICIDX is, and its value.
    pub tl0: Option<Field>,
    /// Where the TID, Y and KEYIDX byte is, and its value, when KEYIDX is present.
    pub key_index: Option<Field>,
    /// Bytes of the descriptor, at most [`DESCRIPTOR_BYTES_MAX`].
    pub len: u8,
}

/// One byte of the descriptor: its place in the payload and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Offset from the payload's first byte.
    pub at: u8,
    /// The value read there (for KEYIDX the low five bits).
    pub value: u8,
}

/// The picture identifier: its place, width and value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// Offset from the payload's first byte.
    pub at: u8,
    /// Whether 15 bits carry it (the M bit), 7 otherwise.
    pub long: bool,
    /// The value read there.
    pub id: u16,
}

impl Descriptor {
    /// Reads the descriptor of `payload`; `None` when it is cut short.
    pub fn parse(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let mut this = Self {
            frame_start: first & 0x10 != 0 && first & 0x07 == 0,
            key_frame: false,
            temporal: 0,
            layer_sync: false,
            picture: None,
            tl0: None,
            key_index: None,
            len: 1,
        };
        let mut at: u8 = 1;
        if first & 0x80 != 0 {
            let flags = *payload.get(1)?;
            at = 2;
            if flags & 0x80 != 0 {
                let high = *payload.get(usize::from(at))?;
                let long = high & 0x80 != 0;
                let id = if long {
                    u16::from(high & 0x7f) << 8 | u16::from(*payload.get(usize::from(at) + 1)?)
                } else {
                    u16::from(high)
                };
                this.picture = Some(Picture { at, long, id });
                at += if long { 2 } else { 1 };
            }
            if flags & 0x40 != 0 {
                this.tl0 = Some(Field {
                    at,
                    value: *payload.get(usize::from(at))?,
                });
                at += 1;
            }
            if flags & 0x30 != 0 {
                let byte = *payload.get(usize::from(at))?;
                if flags & 0x20 != 0 {
                    this.temporal = byte >> 6;
                    this.layer_sync = byte & 0x20 != 0;
                }
                if flags & 0x10 != 0 {
                    this.key_index = Some(Field { at, value: byte & 0x1f });
                }
                at += 1;
            }
        }
        this.len = at;
        let frame_header = *payload.get(usize::from(at))?;
        this.key_frame = this.frame_start && frame_header & 0x01 == 0;
        Some(this)
    }
}

/// New values for the identifiers of one descriptor, to be written over the old in a copied payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rewrite {
    picture: Option<Picture>,
    tl0: Option<Field>,
    key_index: Option<Field>,
}

/// What is added to each identifier, modulo its own width, so that a receiver of switched layers sees one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offsets {
    /// Added to the picture identifier.
    pub picture: u16,
    /// Added to TL0PICIDX.
    pub tl0: u8,
    /// Added to KEYIDX.
    pub key_index: u8,
}

impl Offsets {
    /// The descriptor's identifiers moved by these offsets.
    pub fn apply(self, descriptor: &Descriptor) -> Rewrite {
        Rewrite {
            picture: descriptor.picture.map(|picture| {
                let mask = if picture.long { 0x7fff } else { 0x7f };
                Picture {
                    id: picture.id.wrapping_add(self.picture) & mask,
                    ..picture
                }
            }),
            tl0: descriptor.tl0.map(|field| Field {
                value: field.value.wrapping_add(self.tl0),
                ..field
            }),
            key_index: descriptor.key_index.map(|field| Field {
                value: field.value.wrapping_add(self.key_index) & 0x1f,
                ..field
            }),
        }
    }
}

impl Rewrite {
    /// The offsets under which `next` becomes the frame after this one: each identifier one further (RFC 7741 §4.2).
    pub fn followed_by(&self, next: &Descriptor) -> Offsets {
        let after = |last: Option<u8>, next: Option<Field>| {
            last.zip(next)
                .map_or(0, |(last, next)| last.wrapping_add(1).wrapping_sub(next.value))
        };
        Offsets {
            picture: self
                .picture
                .zip(next.picture)
                .map_or(0, |(last, next)| last.id.wrapping_add(1).wrapping_sub(next.id)),
            tl0: after(self.tl0(), next.tl0),
            key_index: after(self.key_index(), next.key_index),
        }
    }

    /// The picture identifier that will be written.
    pub fn picture_id(&self) -> Option<u16> {
        self.picture.map(|picture| picture.id)
    }

    /// The TL0PICIDX that will be written.
    pub fn tl0(&self) -> Option<u8> {
        self.tl0.map(|field| field.value)
    }

    /// The KEYIDX that will be written.
    pub fn key_index(&self) -> Option<u8> {
        self.key_index.map(|field| field.value)
    }

    /// Writes over the identifiers in `payload`, a copy of the one the descriptor was read from.
    pub fn write(&self, payload: &mut [u8]) {
        if let Some(Picture { at, long, id }) = self.picture {
            let [high, low] = id.to_be_bytes();
            let at = usize::from(at);
            if long {
                if let Some(bytes) = payload.get_mut(at..at + 2) {
                    bytes.copy_from_slice(&[high | 0x80, low]);
                }
            } else if let Some(byte) = payload.get_mut(at) {
                *byte = low & 0x7f;
            }
        }
        if let Some(byte) = self.tl0.and_then(|field| payload.get_mut(usize::from(field.at))) {
            *byte = self.tl0().unwrap_or_default();
        }
        if let Some(byte) = self.key_index.and_then(|field| payload.get_mut(usize::from(field.at))) {
            *byte = (*byte & 0xe0) | self.key_index().unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Chromium sends: X, S; I, L, T, K; a 15-bit picture id, TL0PICIDX, TID 1 with Y, KEYIDX; a frame header.
    fn chromium(picture: u16, key: bool) -> Vec<u8> {
        let [high, low] = picture.to_be_bytes();
        vec![0x90, 0xf0, high | 0x80, low, 42, 0x60 | 5, u8::from(!key), 0, 0]
    }

    #[test]
    fn reads_every_field() {
        let descriptor = Descriptor::parse(&chromium(0x1234, true)).expect("whole");
        assert!(descriptor.frame_start && descriptor.key_frame && descriptor.layer_sync);
        assert_eq!(descriptor.temporal, 1);
        assert_eq!(
            descriptor.picture,
            Some(Picture {
                at: 2,
                long: true,
                id: 0x1234
            })
        );
        assert_eq!(descriptor.tl0, Some(Field { at: 4, value: 42 }));
        assert_eq!(descriptor.key_index, Some(Field { at: 5, value: 5 }));
        assert!(!Descriptor::parse(&chromium(1, false)).expect("whole").key_frame);
    }

    #[test]
    fn rewrites_in_place_and_wraps_each_field_in_its_width() {
        let mut payload = chromium(0x7fff, false);
        let descriptor = Descriptor::parse(&payload).expect("whole");
        Offsets {
            picture: 2,
            tl0: 215,
            key_index: 30,
        }
        .apply(&descriptor)
        .write(&mut payload);
        let rewritten = Descriptor::parse(&payload).expect("whole");
        assert_eq!(
            rewritten.picture,
            Some(Picture {
                at: 2,
                long: true,
                id: 1
            })
        );
        assert_eq!(rewritten.tl0.map(|field| field.value), Some(1));
        assert_eq!(rewritten.key_index.map(|field| field.value), Some(3));
        assert_eq!((rewritten.temporal, rewritten.layer_sync), (1, true));
    }

    #[test]
    fn a_short_picture_id_keeps_its_width() {
        let mut payload = vec![0x90, 0x80, 0x7f, 0x01];
        let descriptor = Descriptor::parse(&payload).expect("whole");
        Offsets {
            picture: 1,
            ..Offsets::default()
        }
        .apply(&descriptor)
        .write(&mut payload);
        assert_eq!(payload, [0x90, 0x80, 0x00, 0x01]);
    }

    #[test]
    fn every_prefix_of_a_descriptor_is_refused_or_read() {
        let payload = chromium(7, true);
        for len in 0..7 {
            assert!(Descriptor::parse(&payload[..len]).is_none(), "{len} bytes");
        }
    }
}
