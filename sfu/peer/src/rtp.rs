//! RTP packets as views over plain bytes, and the writer of outbound headers (RFC 3550 §5.1, RFC 8285).

use crate::media::{Codec, ExtensionIds, Mid, Rid, StreamId};

/// The fixed fields of an RTP header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Last packet of a picture (video) or first of a talk spurt (audio).
    pub marker: bool,
    /// Payload type, 0–127.
    pub payload_type: u8,
    /// Sequence number.
    pub sequence_number: u16,
    /// Timestamp in the codec's clock.
    pub timestamp: u32,
    /// Synchronization source.
    pub ssrc: u32,
}

/// RFC 6464: loudness of a packet's audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioLevel {
    /// The sender's voice activity flag.
    pub voice: bool,
    /// −dBov: 0 is the loudest, 127 silence.
    pub level: u8,
}

/// The header extensions of a packet that were negotiated and understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extensions<'d> {
    /// Section the packet belongs to.
    pub mid: Option<Mid>,
    /// Simulcast layer.
    pub rid: Option<Rid>,
    /// Simulcast layer that this RTX packet repairs.
    pub repaired_rid: Option<Rid>,
    /// Transport-wide sequence number.
    pub transport_sequence: Option<u16>,
    /// 6.18 fixed-point seconds, 24 bits.
    pub absolute_send_time: Option<u32>,
    /// Loudness.
    pub audio_level: Option<AudioLevel>,
    /// Rotation and flip, one byte as on the wire.
    pub video_orientation: Option<u8>,
    /// Dependency descriptor, as on the wire.
    pub dependency_descriptor: Option<&'d [u8]>,
    /// Least and most playout delay, three bytes as on the wire.
    pub playout_delay: Option<[u8; 3]>,
    /// When the frame was taken.
    pub capture_time: Option<CaptureTime>,
}

/// The absolute capture time of a frame (webrtc.org, abs-capture-time).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureTime {
    /// NTP time of the capturing clock, 32.32.
    pub ntp: u64,
    /// The capturing clock minus the sender's, 32.32 with a sign; left out where they are one.
    pub offset: Option<i64>,
}

impl CaptureTime {
    /// Eight bytes, or sixteen with the offset.
    fn read(value: &[u8]) -> Option<Self> {
        let (ntp, rest) = value.split_first_chunk()?;
        Some(Self {
            ntp: u64::from_be_bytes(*ntp),
            offset: rest.first_chunk().map(|offset| i64::from_be_bytes(*offset)),
        })
    }

    fn write<'b>(&self, buffer: &'b mut [u8; 16]) -> &'b [u8] {
        buffer[..8].copy_from_slice(&self.ntp.to_be_bytes());
        match self.offset {
            Some(offset) => {
                buffer[8..].copy_from_slice(&offset.to_be_bytes());
                buffer
            }
            None => &buffer[..8],
        }
    }
}

/// A received, decrypted packet. Borrowed from the datagram it came in.
#[derive(Clone, Copy, Debug)]
pub struct RtpPacket<'d> {
    /// Which of the peer's received streams.
    pub stream: StreamId,
    /// Its codec, from the payload type.
    pub codec: Codec,
    /// Fixed header; of a repaired packet, the original's sequence number, SSRC and payload type.
    pub header: Header,
    /// Negotiated header extensions.
    pub extensions: Extensions<'d>,
    /// Payload without padding; empty when there was nothing else.
    pub payload: &'d [u8],
    /// The packet came by retransmission (RFC 4588).
    pub repaired: bool,
}

/// Where the parts of a packet lie in its bytes; header checked, extensions not yet read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Fixed header.
    pub header: Header,
    /// Whether the padding bit is set; the padding's length is inside the encrypted part.
    pub padding: bool,
    /// RFC 8285 profile (0xBEDE or 0x100x) of the extension block, 0 without one.
    pub profile: u16,
    /// Offset and length of the extension block's elements.
    pub extension: (usize, usize),
    /// Bytes before the payload.
    pub header_bytes: usize,
}

const FIXED_BYTES: usize = 12;
/// In the first byte: the payload ends in padding, whose last byte says how much.
pub(crate) const PADDING_BIT: u8 = 0x20;
const PROFILE_ONE_BYTE: u16 = 0xbede;
const PROFILE_TWO_BYTE: u16 = 0x1000;

/// Reads the layout of an RTP packet, plain or sealed: the header is never encrypted. `None` if it is malformed.
#[inline]
pub fn layout(packet: &[u8]) -> Option<Layout> {
    let fixed: &[u8; FIXED_BYTES] = packet.first_chunk()?;
    if fixed[0] >> 6 != 2 {
        return None;
    }
    let mut header_bytes = FIXED_BYTES + 4 * usize::from(fixed[0] & 0x0f);
    let mut profile = 0;
    let mut extension = (header_bytes, 0);
    if fixed[0] & 0x10 != 0 {
        let head: &[u8; 4] = packet.get(header_bytes..)?.first_chunk()?;
        profile = u16::from_be_bytes([head[0], head[1]]);
        let length = 4 * usize::from(u16::from_be_bytes([head[2], head[3]]));
        extension = (header_bytes + 4, length);
        header_bytes += 4 + length;
    }
    if packet.len() < header_bytes {
        return None;
    }
    Some(Layout {
        header: Header {
            marker: fixed[1] & 0x80 != 0,
            payload_type: fixed[1] & 0x7f,
            sequence_number: u16::from_be_bytes([fixed[2], fixed[3]]),
            timestamp: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
            ssrc: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
        },
        padding: fixed[0] & PADDING_BIT != 0,
        profile,
        extension,
        header_bytes,
    })
}

/// Reads the negotiated extensions of a packet. Unknown and malformed elements are skipped, as RFC 8285 §4.1 demands.
#[inline]
pub fn extensions<'d>(packet: &'d [u8], layout: &Layout, ids: &ExtensionIds) -> Extensions<'d> {
    let mut found = Extensions::default();
    let (start, length) = layout.extension;
    let Some(mut rest) = packet.get(start..start + length) else {
        return found;
    };
    let one_byte = layout.profile == PROFILE_ONE_BYTE;
    if !one_byte && layout.profile & 0xfff0 != PROFILE_TWO_BYTE {
        return found;
    }
    while let Some((&first, tail)) = rest.split_first() {
        // Zero is a byte of padding in both forms.
        if first == 0 {
            rest = tail;
            continue;
        }
        let (id, length, tail) = if one_byte {
            if first >> 4 == 15 {
                break;
            }
            (first >> 4, usize::from(first & 15) + 1, tail)
        } else {
            let Some((&length, tail)) = tail.split_first() else {
                break;
            };
            (first, usize::from(length), tail)
        };
        let Some((value, tail)) = tail.split_at_checked(length) else {
            break;
        };
        found.take(id, value, ids);
        rest = tail;
    }
    found
}

impl<'d> Extensions<'d> {
    #[inline]
    fn take(&mut self, id: u8, value: &'d [u8], ids: &ExtensionIds) {
        let id = Some(id);
        if id == ids.transport_sequence {
            self.transport_sequence = value.first_chunk().map(|bytes| u16::from_be_bytes(*bytes));
        } else if id == ids.audio_level {
            self.audio_level = value.first().map(|byte| AudioLevel {
                voice: byte & 0x80 != 0,
                level: byte & 0x7f,
            });
        } else if id == ids.absolute_send_time {
            self.absolute_send_time = value
                .first_chunk()
                .map(|[high, middle, low]| u32::from_be_bytes([0, *high, *middle, *low]));
        } else if id == ids.mid {
            self.mid = Mid::new(value);
        } else if id == ids.rid {
            self.rid = Rid::new(value);
        } else if id == ids.repaired_rid {
            self.repaired_rid = Rid::new(value);
        } else if id == ids.video_orientation {
            self.video_orientation = value.first().copied();
        } else if id == ids.dependency_descriptor {
            self.dependency_descriptor = Some(value);
        } else if id == ids.playout_delay {
            self.playout_delay = value.first_chunk().copied();
        } else if id == ids.capture_time {
            self.capture_time = CaptureTime::read(value);
        }
    }
}

/// Writes an RTP header with the extensions whose id is in `ids`, and answers its length in bytes; `None` if `buffer`
/// is too short. [`Extensions`]' mid, rid and repaired rid are not written: a receiver of ours knows streams by SSRC.
#[inline]
pub fn write_header(
    buffer: &mut [u8],
    header: &Header,
    extensions: &Extensions<'_>,
    ids: &ExtensionIds,
) -> Option<usize> {
    let fixed: &mut [u8; FIXED_BYTES] = buffer.first_chunk_mut()?;
    fixed[0] = 0x80;
    fixed[1] = u8::from(header.marker) << 7 | header.payload_type & 0x7f;
    fixed[2..4].copy_from_slice(&header.sequence_number.to_be_bytes());
    fixed[4..8].copy_from_slice(&header.timestamp.to_be_bytes());
    fixed[8..12].copy_from_slice(&header.ssrc.to_be_bytes());

    // The one-byte form holds values of 1 to 16 bytes; a long dependency descriptor needs the two-byte form.
    let long = extensions.dependency_descriptor.is_some_and(|value| value.len() > 16);
    let mut elements = Elements {
        buffer,
        at: FIXED_BYTES + 4,
        two_byte: long && ids.dependency_descriptor.is_some(),
    };
    if let Some(value) = extensions.transport_sequence {
        elements.put(ids.transport_sequence, &value.to_be_bytes())?;
    }
    if let Some(value) = extensions.absolute_send_time {
        elements.put(ids.absolute_send_time, &value.to_be_bytes()[1..])?;
    }
    if let Some(AudioLevel { voice, level }) = extensions.audio_level {
        elements.put(ids.audio_level, &[u8::from(voice) << 7 | level & 0x7f])?;
    }
    if let Some(value) = extensions.video_orientation {
        elements.put(ids.video_orientation, &[value])?;
    }
    if let Some(value) = extensions.playout_delay {
        elements.put(ids.playout_delay, &value)?;
    }
    if let Some(value) = extensions.capture_time {
        elements.put(ids.capture_time, value.write(&mut [0; 16]))?;
    }
    if let Some(value) = extensions.dependency_descriptor {
        elements.put(ids.dependency_descriptor, value)?;
    }
    elements.finish()
}

/// Writes extension elements after an RTP header.
struct Elements<'b> {
    buffer: &'b mut [u8],
    at: usize,
    two_byte: bool,
}

impl Elements<'_> {
    #[inline]
    fn put(&mut self, id: Option<u8>, value: &[u8]) -> Option<()> {
        let Some(id) = id else { return Some(()) };
        let length = u8::try_from(value.len()).ok().filter(|length| *length > 0)?;
        if self.two_byte {
            self.buffer
                .get_mut(self.at..self.at + 2)?
                .copy_from_slice(&[id, length]);
            self.at += 2;
        } else {
            *self.buffer.get_mut(self.at)? = id << 4 | (length - 1);
            self.at += 1;
        }
        self.buffer
            .get_mut(self.at..self.at + value.len())?
            .copy_from_slice(value);
        self.at += value.len();
        Some(())
    }

    #[inline]
    fn finish(self) -> Option<usize> {
        let start = FIXED_BYTES + 4;
        if self.at == start {
            return Some(FIXED_BYTES);
        }
        let end = self.at.next_multiple_of(4);
        self.buffer.get_mut(self.at..end)?.fill(0);
        let profile = if self.two_byte {
            PROFILE_TWO_BYTE
        } else {
            PROFILE_ONE_BYTE
        };
        let words = u16::try_from((end - start) / 4).ok()?;
        self.buffer[0] |= 0x10;
        self.buffer[FIXED_BYTES..FIXED_BYTES + 2].copy_from_slice(&profile.to_be_bytes());
        self.buffer[FIXED_BYTES + 2..start].copy_from_slice(&words.to_be_bytes());
        Some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const IDS: ExtensionIds = ExtensionIds {
        mid: Some(1),
        rid: Some(2),
        repaired_rid: Some(6),
        transport_sequence: Some(3),
        absolute_send_time: Some(7),
        audio_level: Some(9),
        video_orientation: Some(4),
        dependency_descriptor: Some(8),
        playout_delay: Some(5),
        capture_time: Some(12),
    };

    proptest! {
        #[test]
        fn a_header_is_read_as_it_was_written(
            (marker, payload_type, sequence_number, timestamp, ssrc) in
                (any::<bool>(), 0u8..128, any::<u16>(), any::<u32>(), any::<u32>()),
            transport_sequence: Option<u16>,
            absolute_send_time in prop::option::of(0u32..1 << 24),
            level in prop::option::of((any::<bool>(), 0u8..128)),
            video_orientation: Option<u8>,
            playout_delay: Option<[u8; 3]>,
            capture_time in prop::option::of((any::<u64>(), any::<Option<i64>>())),
            descriptor in prop::option::of(prop::collection::vec(any::<u8>(), 1..60)),
        ) {
            let header = Header { marker, payload_type, sequence_number, timestamp, ssrc };
            let extensions = Extensions {
                transport_sequence,
                absolute_send_time,
                audio_level: level.map(|(voice, level)| AudioLevel { voice, level }),
                video_orientation,
                playout_delay,
                capture_time: capture_time.map(|(ntp, offset)| CaptureTime { ntp, offset }),
                dependency_descriptor: descriptor.as_deref(),
                ..Extensions::default()
            };
            let mut buffer = [0xff; 200];
            let length = write_header(&mut buffer, &header, &extensions, &IDS).expect("room");
            prop_assert_eq!(length % 4, 0);
            let layout = layout(&buffer[..length]).expect("RTP");
            prop_assert_eq!(layout.header, header);
            prop_assert_eq!(layout.header_bytes, length);
            prop_assert_eq!(super::extensions(&buffer, &layout, &IDS), extensions);
            let mut short = vec![0; length - 1];
            prop_assert_eq!(write_header(&mut short, &header, &extensions, &IDS), None);
        }

        #[test]
        fn arbitrary_bytes_never_panic(mut bytes: Vec<u8>, profile in prop::sample::select(vec![0xbedeu16, 0x1000, 7])) {
            if let Some(first) = bytes.first_mut() {
                *first = 0x90 | *first & 0x2f;
            }
            if bytes.len() > 14 {
                bytes[12..14].copy_from_slice(&profile.to_be_bytes());
            }
            if let Some(layout) = layout(&bytes) {
                extensions(&bytes, &layout, &IDS);
            }
        }
    }
}
