//! VP8 packets as Chromium writes their descriptors, with a payload that says where they come from.

/// What a test packet says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Picture {
    /// Layer that it was sent as.
    pub(crate) layer: u8,
    /// Whether a decoder can begin here.
    pub(crate) key: bool,
    /// Picture identifier, 15 bits.
    pub(crate) id: u16,
    /// TL0PICIDX.
    pub(crate) tl0: u8,
}

impl Picture {
    /// A whole frame in one packet: X, S; I, L, T, K; 15-bit identifier; then a frame header and the layer's number.
    pub(crate) fn payload(&self) -> Vec<u8> {
        let [high, low] = self.id.to_be_bytes();
        vec![
            0x90,
            0xf0,
            high | 0x80,
            low,
            self.tl0,
            0,
            u8::from(!self.key),
            self.layer,
            0,
        ]
    }

    /// Reads what [`Picture::payload`] wrote, whatever identifiers it has now.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        match payload {
            [0x90, 0xf0, high, low, tl0, _, first, layer, 0] => Some(Self {
                layer: *layer,
                key: first & 1 == 0,
                id: u16::from_be_bytes([high & 0x7f, *low]),
                tl0: *tl0,
            }),
            _ => None,
        }
    }
}
