//! The VP8 payload descriptor (RFC 7741 §4.2): what a forwarder must read, and rewrite in place.

use super::identifiers::{Field, Identifiers, Picture, Width};

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
    /// Picture identifier, TL0PICIDX, KEYIDX.
    pub identifiers: Identifiers,
    /// Bytes of the descriptor, at most [`DESCRIPTOR_BYTES_MAX`].
    pub len: u8,
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
            identifiers: Identifiers::default(),
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
                let width = if long { Width::Fifteen } else { Width::Seven };
                this.identifiers.picture = Some(Picture { at, width, id });
                at += if long { 2 } else { 1 };
            }
            if flags & 0x40 != 0 {
                this.identifiers.tl0 = Some(Field {
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
                    this.identifiers.key_index = Some(Field { at, value: byte & 0x1f });
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::identifiers::Offsets;

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
        let Identifiers {
            picture,
            tl0,
            key_index,
        } = descriptor.identifiers;
        assert_eq!(
            picture,
            Some(Picture {
                at: 2,
                width: Width::Fifteen,
                id: 0x1234
            })
        );
        assert_eq!(tl0, Some(Field { at: 4, value: 42 }));
        assert_eq!(key_index, Some(Field { at: 5, value: 5 }));
        assert!(!Descriptor::parse(&chromium(1, false)).expect("whole").key_frame);
    }

    #[test]
    fn rewrites_in_place_and_wraps_each_field_in_its_width() {
        let mut payload = chromium(0x7fff, false);
        let descriptor = Descriptor::parse(&payload).expect("whole");
        let by = Offsets {
            picture: 2,
            tl0: 215,
            key_index: 30,
        };
        let moved = descriptor.identifiers.moved(by);
        moved.write(&mut payload);
        let rewritten = Descriptor::parse(&payload).expect("whole");
        assert_eq!(rewritten.identifiers, moved);
        assert_eq!(moved.picture.map(|picture| picture.id), Some(1));
        assert_eq!(moved.tl0.map(|field| field.value), Some(1));
        assert_eq!(moved.key_index.map(|field| field.value), Some(3));
        assert_eq!((rewritten.temporal, rewritten.layer_sync), (1, true));
    }

    #[test]
    fn a_short_picture_id_keeps_its_width() {
        let mut payload = vec![0x90, 0x80, 0x7f, 0x01];
        let descriptor = Descriptor::parse(&payload).expect("whole");
        let by = Offsets {
            picture: 1,
            ..Offsets::default()
        };
        descriptor.identifiers.moved(by).write(&mut payload);
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
