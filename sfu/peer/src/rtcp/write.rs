//! Writing compounds.

use super::read::{ReportBlock, SenderInfo};
use super::{
    FORMAT_NACK, FORMAT_PLI, FORMAT_REMB, KIND_BYE, KIND_PAYLOAD_FEEDBACK, KIND_RR, KIND_SDES, KIND_SR,
    KIND_TRANSPORT_FEEDBACK, feedback, finish,
};

/// The count field of reports has five bits.
const REPORTS_MAX: usize = 31;
const ITEM_CNAME: u8 = 1;

/// Appends RTCP packets to a caller's buffer, which then goes to [`crate::Peer::send_rtcp`].
#[derive(Debug)]
pub struct Writer<'b> {
    buffer: &'b mut Vec<u8>,
}

impl<'b> Writer<'b> {
    /// Clears `buffer` and writes into it.
    pub fn new(buffer: &'b mut Vec<u8>) -> Self {
        buffer.clear();
        Self { buffer }
    }

    /// SR of `ssrc`, with at most 31 blocks.
    pub fn sender_report(&mut self, ssrc: u32, info: &SenderInfo, reports: &[ReportBlock]) -> &mut Self {
        self.packet(KIND_SR, report_count(reports), |buffer| {
            put(buffer, ssrc);
            buffer.extend_from_slice(&info.ntp_time.to_be_bytes());
            for word in [info.rtp_time, info.packets, info.octets] {
                put(buffer, word);
            }
            put_reports(buffer, reports);
        })
    }

    /// RR of `ssrc`, with at most 31 blocks.
    pub fn receiver_report(&mut self, ssrc: u32, reports: &[ReportBlock]) -> &mut Self {
        self.packet(KIND_RR, report_count(reports), |buffer| {
            put(buffer, ssrc);
            put_reports(buffer, reports);
        })
    }

    /// SDES with the canonical name of `ssrc`, cut at 255 bytes.
    pub fn canonical_name(&mut self, ssrc: u32, name: &str) -> &mut Self {
        self.packet(KIND_SDES, 1, |buffer| {
            put(buffer, ssrc);
            let name = &name.as_bytes()[..name.len().min(255)];
            buffer.extend_from_slice(&[ITEM_CNAME, u8::try_from(name.len()).unwrap_or(u8::MAX)]);
            buffer.extend_from_slice(name);
            // The list of items ends with at least one zero byte; `finish` pads to the word.
            buffer.push(0);
        })
    }

    /// PLI.
    pub fn picture_loss(&mut self, sender_ssrc: u32, media_ssrc: u32) -> &mut Self {
        self.packet(KIND_PAYLOAD_FEEDBACK, FORMAT_PLI, |buffer| {
            put(buffer, sender_ssrc);
            put(buffer, media_ssrc);
        })
    }

    /// NACK of ascending (in serial arithmetic) sequence numbers.
    pub fn nack(&mut self, sender_ssrc: u32, media_ssrc: u32, sequences: &[u16]) -> &mut Self {
        self.packet(KIND_TRANSPORT_FEEDBACK, FORMAT_NACK, |buffer| {
            put(buffer, sender_ssrc);
            put(buffer, media_ssrc);
            let mut rest = sequences;
            while let Some((&base, mut tail)) = rest.split_first() {
                let mut mask = 0u16;
                while let Some((&next, after)) = tail.split_first() {
                    let ahead = next.wrapping_sub(base);
                    if !(1..=16).contains(&ahead) {
                        break;
                    }
                    mask |= 1 << (ahead - 1);
                    tail = after;
                }
                buffer.extend_from_slice(&base.to_be_bytes());
                buffer.extend_from_slice(&mask.to_be_bytes());
                rest = tail;
            }
        })
    }

    /// REMB for one SSRC.
    pub fn remb(&mut self, sender_ssrc: u32, bitrate_bps: u64, media_ssrc: u32) -> &mut Self {
        self.packet(KIND_PAYLOAD_FEEDBACK, FORMAT_REMB, |buffer| {
            put(buffer, sender_ssrc);
            put(buffer, 0);
            buffer.extend_from_slice(b"REMB");
            let exponent = (u64::BITS - bitrate_bps.leading_zeros()).saturating_sub(18);
            // 18 bits of mantissa and 6 of exponent; one SSRC.
            let mantissa = u32::try_from(bitrate_bps >> exponent).unwrap_or(u32::MAX);
            put(buffer, 1 << 24 | exponent << 18 | mantissa);
            put(buffer, media_ssrc);
        })
    }

    /// BYE.
    pub fn goodbye(&mut self, ssrc: u32) -> &mut Self {
        self.packet(KIND_BYE, 1, |buffer| put(buffer, ssrc))
    }

    /// Transport-wide feedback; answers how many of `arrivals` (µs) it covers. See [`crate::Peer`], which sends these.
    pub(crate) fn transport_feedback(
        &mut self,
        ssrcs: [u32; 2],
        feedback_count: u8,
        base_sequence: u16,
        arrivals: &[Option<i64>],
    ) -> usize {
        feedback::write(self.buffer, ssrcs, feedback_count, base_sequence, arrivals)
    }

    fn packet(&mut self, kind: u8, format: u8, body: impl FnOnce(&mut Vec<u8>)) -> &mut Self {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&[0x80 | format, kind, 0, 0]);
        body(self.buffer);
        finish(self.buffer, start);
        self
    }
}

fn put(buffer: &mut Vec<u8>, word: u32) {
    buffer.extend_from_slice(&word.to_be_bytes());
}

fn report_count(reports: &[ReportBlock]) -> u8 {
    u8::try_from(reports.len().min(REPORTS_MAX)).unwrap_or_default()
}

fn put_reports(buffer: &mut Vec<u8>, reports: &[ReportBlock]) {
    for report in reports.iter().take(REPORTS_MAX) {
        put(buffer, report.ssrc);
        put(
            buffer,
            u32::from(report.fraction_lost) << 24 | report.cumulative_lost & 0xff_ffff,
        );
        put(buffer, report.highest_sequence);
        put(buffer, report.jitter);
        put(buffer, report.last_sender_report);
        put(buffer, report.delay_since_last);
    }
}
