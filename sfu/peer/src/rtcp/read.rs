//! Reading compounds.

use super::feedback::TransportFeedback;
use super::{
    FORMAT_FIR, FORMAT_NACK, FORMAT_PLI, FORMAT_REMB, FORMAT_TRANSPORT, KIND_BYE, KIND_PAYLOAD_FEEDBACK, KIND_RR,
    KIND_SR, KIND_TRANSPORT_FEEDBACK,
};

/// Iterates over the RTCP packets of one datagram; ends at the first malformed one.
#[derive(Clone, Copy, Debug)]
pub struct Compound<'d> {
    rest: &'d [u8],
}

/// One RTCP packet; kinds that nobody here reads are skipped.
#[derive(Clone, Copy, Debug)]
pub enum Packet<'d> {
    /// SR.
    SenderReport {
        /// Whose.
        ssrc: u32,
        /// Its clocks and counters.
        info: SenderInfo,
        /// What it receives itself.
        reports: Reports<'d>,
    },
    /// RR.
    ReceiverReport {
        /// Whose.
        ssrc: u32,
        /// What it receives.
        reports: Reports<'d>,
    },
    /// BYE of one source (the first of the list).
    Goodbye {
        /// Whose.
        ssrc: u32,
    },
    /// Generic NACK.
    Nack {
        /// The stream asked for.
        media_ssrc: u32,
        /// The sequence numbers asked for.
        sequences: Nacks<'d>,
    },
    /// Picture loss indication, or full intra request.
    KeyframeRequest {
        /// The stream asked for.
        media_ssrc: u32,
    },
    /// Receiver-estimated maximum bitrate.
    Remb {
        /// Bits a second, saturated.
        bitrate_bps: u64,
    },
    /// Transport-wide congestion control feedback.
    TransportFeedback(TransportFeedback<'d>),
}

/// The sender's part of an SR.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// 64-bit NTP time.
    pub ntp_time: u64,
    /// The same instant in the stream's RTP clock.
    pub rtp_time: u32,
    /// Packets sent so far.
    pub packets: u32,
    /// Payload bytes sent so far.
    pub octets: u32,
}

/// One reception report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream reported on.
    pub ssrc: u32,
    /// Share lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost in all, 24 bits; what lies above is not written.
    pub cumulative_lost: u32,
    /// Highest sequence number, extended by its cycles.
    pub highest_sequence: u32,
    /// Inter-arrival jitter in the stream's clock.
    pub jitter: u32,
    /// Middle 32 bits of the last SR's NTP time; 0 for none.
    pub last_sender_report: u32,
    /// Delay since that SR, in 1/65536 s.
    pub delay_since_last: u32,
}

/// The report blocks of an SR or RR.
#[derive(Clone, Copy, Debug)]
pub struct Reports<'d> {
    rest: &'d [u8],
}

/// The sequence numbers of a NACK, in its order.
#[derive(Clone, Copy, Debug)]
pub struct Nacks<'d> {
    rest: &'d [u8],
    base: u16,
    /// Bit `n`: the packet `n + 1` after `base` is asked for too, and has not been answered yet.
    mask: u16,
}

// === impl Compound ===

impl<'d> Compound<'d> {
    /// Reads a decrypted compound.
    pub fn new(bytes: &'d [u8]) -> Self {
        Self { rest: bytes }
    }
}

impl<'d> Iterator for Compound<'d> {
    type Item = Packet<'d>;

    fn next(&mut self) -> Option<Packet<'d>> {
        loop {
            let head: &[u8; 4] = self.rest.first_chunk()?;
            let bytes = 4 * (usize::from(u16::from_be_bytes([head[2], head[3]])) + 1);
            let Some((packet, rest)) = self.rest.split_at_checked(bytes).filter(|_| head[0] >> 6 == 2) else {
                self.rest = &[];
                return None;
            };
            self.rest = rest;
            if let Some(packet) = packet_of(head[1], head[0] & 0x1f, &packet[4..]) {
                return Some(packet);
            }
        }
    }
}

fn packet_of(kind: u8, format: u8, body: &[u8]) -> Option<Packet<'_>> {
    let ssrc = word(body, 0)?;
    match (kind, format) {
        (KIND_SR, count) => Some(Packet::SenderReport {
            ssrc,
            info: SenderInfo {
                ntp_time: u64::from(word(body, 4)?) << 32 | u64::from(word(body, 8)?),
                rtp_time: word(body, 12)?,
                packets: word(body, 16)?,
                octets: word(body, 20)?,
            },
            reports: Reports::new(&body[24..], count),
        }),
        (KIND_RR, count) => Some(Packet::ReceiverReport {
            ssrc,
            reports: Reports::new(&body[4..], count),
        }),
        (KIND_BYE, 1..) => Some(Packet::Goodbye { ssrc }),
        (KIND_TRANSPORT_FEEDBACK, FORMAT_NACK) => {
            let media_ssrc = word(body, 4)?;
            Some(Packet::Nack {
                media_ssrc,
                sequences: Nacks::new(&body[8..])?,
            })
        }
        (KIND_TRANSPORT_FEEDBACK, FORMAT_TRANSPORT) => {
            TransportFeedback::parse(body.get(8..)?).map(Packet::TransportFeedback)
        }
        (KIND_PAYLOAD_FEEDBACK, FORMAT_PLI) => Some(Packet::KeyframeRequest {
            media_ssrc: word(body, 4)?,
        }),
        // RFC 5104 §4.3.1.1: the SSRC is in the entry, the header's is zero.
        (KIND_PAYLOAD_FEEDBACK, FORMAT_FIR) => Some(Packet::KeyframeRequest {
            media_ssrc: word(body, 8)?,
        }),
        (KIND_PAYLOAD_FEEDBACK, FORMAT_REMB) if body.get(8..12)? == b"REMB" => {
            let value = word(body, 12)?;
            let exponent = value >> 18 & 0x3f;
            let mantissa = u128::from(value & 0x3_ffff);
            let bitrate_bps = u64::try_from(mantissa << exponent).unwrap_or(u64::MAX);
            Some(Packet::Remb { bitrate_bps })
        }
        _ => None,
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|word| u32::from_be_bytes(*word))
}

// === impl Reports ===

const REPORT_BYTES: usize = 24;

impl<'d> Reports<'d> {
    fn new(bytes: &'d [u8], count: u8) -> Self {
        let length = bytes.len().min(REPORT_BYTES * usize::from(count));
        Self { rest: &bytes[..length] }
    }
}

impl Iterator for Reports<'_> {
    type Item = ReportBlock;

    fn next(&mut self) -> Option<ReportBlock> {
        let (block, rest) = self.rest.split_first_chunk::<REPORT_BYTES>()?;
        self.rest = rest;
        let lost = word(block, 4)?;
        Some(ReportBlock {
            ssrc: word(block, 0)?,
            fraction_lost: block[4],
            cumulative_lost: lost & 0xff_ffff,
            highest_sequence: word(block, 8)?,
            jitter: word(block, 12)?,
            last_sender_report: word(block, 16)?,
            delay_since_last: word(block, 20)?,
        })
    }
}

// === impl Nacks ===

impl<'d> Nacks<'d> {
    /// `None` if there is not one entry.
    fn new(bytes: &'d [u8]) -> Option<Self> {
        bytes.first_chunk::<4>()?;
        Some(Self {
            rest: bytes,
            base: 0,
            mask: 0,
        })
    }
}

impl Iterator for Nacks<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if self.mask != 0 {
            let offset = self.mask.trailing_zeros();
            self.mask &= self.mask - 1;
            // At most 16, so the conversion cannot fail.
            return Some(self.base.wrapping_add(u16::try_from(offset + 1).unwrap_or_default()));
        }
        let (entry, rest) = self.rest.split_first_chunk::<4>()?;
        self.rest = rest;
        self.base = u16::from_be_bytes([entry[0], entry[1]]);
        self.mask = u16::from_be_bytes([entry[2], entry[3]]);
        Some(self.base)
    }
}
