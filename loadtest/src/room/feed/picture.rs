//! A stream shaped like VP8 video: real descriptors and keyframe headers, so that a forwarder finds what it looks for;
//! the rest is filler with the time of sending in it.

use std::time::Duration;

use bytes::Bytes;
use rtc::rtp::header::Header;
use rtc::rtp::packet::Packet;

use super::stamp;

/// Bytes of a whole RTP packet, as the figures of the project are told.
const PACKET_BYTES: usize = 1200;
const HEADER_BYTES: usize = 12;
/// X and I bits, 15-bit picture id.
const DESCRIPTOR_BYTES: usize = 4;
const PACKETS_A_FRAME: u32 = 6;
/// A keyframe so often, as the bots ask for none.
const KEYFRAME_INTERVAL: u64 = 26;
const CLOCK_RATE: u64 = 90_000;

/// Time between frames at a bitrate.
pub(crate) fn frame_interval(bits_per_second: u32) -> Duration {
    let frame_bits = u64::from(PACKETS_A_FRAME) * PACKET_BYTES as u64 * 8;
    Duration::from_nanos(frame_bits * 1_000_000_000 / u64::from(bits_per_second.max(1)))
}

/// Makes the frames of one track.
#[derive(Debug)]
pub(crate) struct Pictures {
    ssrc: u32,
    payload_type: u8,
    frame: u64,
    sequence: u16,
    interval: Duration,
}

impl Pictures {
    pub(crate) fn new(ssrc: u32, payload_type: u8, bits_per_second: u32) -> Self {
        Self {
            ssrc,
            payload_type,
            frame: 0,
            sequence: 0,
            interval: frame_interval(bits_per_second),
        }
    }

    /// Time between frames.
    pub(crate) fn interval(&self) -> Duration {
        self.interval
    }

    /// The packets of the next frame.
    pub(crate) fn next_frame(&mut self, now: Duration) -> Vec<Packet> {
        let is_key = self.frame.is_multiple_of(KEYFRAME_INTERVAL);
        let timestamp =
            self.frame * u64::try_from(self.interval.as_nanos()).unwrap_or_default() * CLOCK_RATE / 1_000_000_000;
        // Both wrap, as RTP's counters do.
        let (timestamp, picture) = ((timestamp & 0xffff_ffff) as u32, (self.frame & 0x7fff) as u16);
        let packets = (0..PACKETS_A_FRAME).map(|index| {
            let mut payload = vec![0x5a; PACKET_BYTES - HEADER_BYTES];
            // RFC 7741 §4.2: X, S on the first packet; I; picture id of 15 bits.
            payload[0] = 0x80 | if index == 0 { 0x10 } else { 0 };
            payload[1] = 0x80;
            payload[2..DESCRIPTOR_BYTES].copy_from_slice(&(0x8000 | picture).to_be_bytes());
            if index == 0 {
                // RFC 6386 §9.1: frame tag (bit 0: not a keyframe), then start code and 1280×720 for a keyframe.
                payload[DESCRIPTOR_BYTES] = if is_key { 0x10 } else { 0x11 };
                if is_key {
                    let dimensions = [0x9d, 0x01, 0x2a, 0x00, 0x05, 0xd0, 0x02];
                    payload[DESCRIPTOR_BYTES + 3..DESCRIPTOR_BYTES + 10].copy_from_slice(&dimensions);
                }
            }
            stamp(&mut payload, now);
            self.sequence = self.sequence.wrapping_add(1);
            let header = Header {
                version: 2,
                marker: index + 1 == PACKETS_A_FRAME,
                payload_type: self.payload_type,
                sequence_number: self.sequence,
                timestamp,
                ssrc: self.ssrc,
                ..Header::default()
            };
            Packet {
                header,
                payload: Bytes::from(payload),
            }
        });
        let packets = packets.collect();
        self.frame += 1;
        packets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_the_size_rate_and_marks_of_video() {
        let mut pictures = Pictures::new(7, 96, 1_500_000);
        assert_eq!(pictures.interval(), Duration::from_micros(38_400));
        let sent = Duration::from_millis(5);
        let first = pictures.next_frame(sent);
        assert!(
            first
                .iter()
                .all(|packet| packet.payload.len() + HEADER_BYTES == PACKET_BYTES)
        );
        let markers: Vec<bool> = first.iter().map(|packet| packet.header.marker).collect();
        assert_eq!(markers, [false, false, false, false, false, true]);
        assert_eq!(first[0].payload[DESCRIPTOR_BYTES] & 1, 0, "the first is a keyframe");
        let second = pictures.next_frame(sent);
        assert_eq!(second[0].payload[DESCRIPTOR_BYTES] & 1, 1);
        assert_eq!(second[0].header.sequence_number, 7);
        assert_eq!(second[0].header.timestamp, 3456);
        let late = sent + Duration::from_millis(3);
        assert_eq!(
            crate::room::feed::delay(&second[5].payload, late),
            Some(Duration::from_millis(3))
        );
    }
}
