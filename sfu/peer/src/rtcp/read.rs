//! Reading compounds.

use super::feedback::TransportFeedback;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// Packets lost in all, 24 bits.
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
    mask: u16,
}

impl<'d> Iterator for Compound<'d> {
    type Item = Packet<'d>;

    fn next(&mut self) -> Option<Packet<'d>> {
        unimplemented!()
    }
}

impl Iterator for Reports<'_> {
    type Item = ReportBlock;

    fn next(&mut self) -> Option<ReportBlock> {
        unimplemented!()
    }
}

impl Iterator for Nacks<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        unimplemented!()
    }
}
