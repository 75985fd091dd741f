//! The numbers by which a receiver orders pictures: where they stand in a packet, and how they move when a subscriber's
//! stream continues with another layer.

/// How many bits carry a picture's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// VP8 and VP9, M = 0.
    Seven,
    /// VP8 and VP9, M = 1.
    Fifteen,
    /// The dependency descriptor's frame number.
    Sixteen,
}

impl Width {
    const fn mask(self) -> u16 {
        match self {
            Self::Seven => 0x7f,
            Self::Fifteen => 0x7fff,
            Self::Sixteen => 0xffff,
        }
    }
}

/// The picture's number: its place, width and value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Picture {
    /// Offset from the first byte of the payload or descriptor.
    pub at: u8,
    /// How wide it is.
    pub width: Width,
    /// The value read there.
    pub id: u16,
}

/// A field of one byte: its place and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Offset from the first byte.
    pub at: u8,
    /// The value read there (for KEYIDX the low five bits).
    pub value: u8,
}

/// The identifiers of one packet. Read from it, or moved and to be written over the old in a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Identifiers {
    /// Picture identifier or frame number.
    pub picture: Option<Picture>,
    /// TL0PICIDX.
    pub tl0: Option<Field>,
    /// KEYIDX, the low five bits of its byte.
    pub key_index: Option<Field>,
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

impl Identifiers {
    /// These identifiers moved.
    pub fn moved(self, by: Offsets) -> Self {
        Self {
            picture: self.picture.map(|picture| Picture {
                id: picture.id.wrapping_add(by.picture) & picture.width.mask(),
                ..picture
            }),
            tl0: self.tl0.map(|field| Field {
                value: field.value.wrapping_add(by.tl0),
                ..field
            }),
            key_index: self.key_index.map(|field| Field {
                value: field.value.wrapping_add(by.key_index) & 0x1f,
                ..field
            }),
        }
    }

    /// The offsets under which `next` becomes the picture after this one: each identifier one further (RFC 7741 §4.2,
    /// RFC 9628 §4.2).
    pub fn followed_by(&self, next: &Self) -> Offsets {
        let after = |last: Option<Field>, next: Option<Field>| {
            last.zip(next)
                .map_or(0, |(last, next)| last.value.wrapping_add(1).wrapping_sub(next.value))
        };
        Offsets {
            picture: self
                .picture
                .zip(next.picture)
                .map_or(0, |(last, next)| last.id.wrapping_add(1).wrapping_sub(next.id)),
            tl0: after(self.tl0, next.tl0),
            key_index: after(self.key_index, next.key_index),
        }
    }

    /// Bytes from the first up to the last identifier: all that [`Identifiers::write`] touches.
    pub fn bytes(&self) -> usize {
        let picture = self.picture.map(|picture| match picture.width {
            Width::Seven => picture.at + 1,
            Width::Fifteen | Width::Sixteen => picture.at + 2,
        });
        let fields = [self.tl0, self.key_index].map(|field| field.map(|field| field.at + 1));
        let ends = fields.into_iter().chain([picture]).flatten();
        usize::from(ends.max().unwrap_or_default())
    }

    /// Writes over the identifiers in `bytes`, a copy of what they were read from.
    pub fn write(&self, bytes: &mut [u8]) {
        if let Some(Picture { at, width, id }) = self.picture {
            let [high, low] = id.to_be_bytes();
            let at = usize::from(at);
            let flag = if width == Width::Fifteen { 0x80 } else { 0 };
            if width == Width::Seven {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = low & 0x7f;
                }
            } else if let Some(place) = bytes.get_mut(at..at + 2) {
                place.copy_from_slice(&[high | flag, low]);
            }
        }
        if let Some(Field { at, value }) = self.tl0
            && let Some(byte) = bytes.get_mut(usize::from(at))
        {
            *byte = value;
        }
        if let Some(Field { at, value }) = self.key_index
            && let Some(byte) = bytes.get_mut(usize::from(at))
        {
            *byte = (*byte & 0xe0) | value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn of(picture: u16, width: Width, tl0: u8, key_index: u8) -> Identifiers {
        Identifiers {
            picture: Some(Picture {
                at: 0,
                width,
                id: picture,
            }),
            tl0: Some(Field { at: 2, value: tl0 }),
            key_index: Some(Field {
                at: 3,
                value: key_index,
            }),
        }
    }

    #[test]
    fn each_identifier_wraps_in_its_own_width() {
        let by = Offsets {
            picture: 2,
            tl0: 215,
            key_index: 30,
        };
        assert_eq!(of(0x7fff, Width::Fifteen, 42, 5).moved(by), of(1, Width::Fifteen, 1, 3));
        assert_eq!(of(0x7f, Width::Seven, 42, 5).moved(by), of(1, Width::Seven, 1, 3));
        assert_eq!(of(0xffff, Width::Sixteen, 42, 5).moved(by), of(1, Width::Sixteen, 1, 3));
    }

    #[test]
    fn one_picture_follows_another() {
        let last = of(0x7fff, Width::Fifteen, 255, 31);
        let next = of(500, Width::Fifteen, 9, 3);
        let moved = next.moved(last.followed_by(&next));
        assert_eq!(moved, of(0, Width::Fifteen, 0, 0));
        assert_eq!(
            Identifiers::default().followed_by(&next),
            Offsets::default(),
            "nothing came before"
        );
    }

    #[test]
    fn writing_touches_the_identifiers_alone() {
        let mut bytes = [0xff; 5];
        of(0x1234, Width::Fifteen, 7, 1).write(&mut bytes);
        assert_eq!(bytes, [0x92, 0x34, 7, 0xe1, 0xff]);
        assert_eq!(of(0, Width::Fifteen, 0, 0).bytes(), 4);
    }
}
