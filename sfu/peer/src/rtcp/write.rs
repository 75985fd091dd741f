//! Writing compounds.

use super::read::{ReportBlock, SenderInfo};

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
        unimplemented!("{ssrc} {info:?} {reports:?} {:?}", self.buffer)
    }

    /// RR of `ssrc`, with at most 31 blocks.
    pub fn receiver_report(&mut self, ssrc: u32, reports: &[ReportBlock]) -> &mut Self {
        unimplemented!("{ssrc} {reports:?}")
    }

    /// SDES with the canonical name of `ssrc`.
    pub fn canonical_name(&mut self, ssrc: u32, name: &str) -> &mut Self {
        unimplemented!("{ssrc} {name}")
    }

    /// PLI.
    pub fn picture_loss(&mut self, sender_ssrc: u32, media_ssrc: u32) -> &mut Self {
        unimplemented!("{sender_ssrc} {media_ssrc}")
    }

    /// NACK of ascending (in serial arithmetic) sequence numbers.
    pub fn nack(&mut self, sender_ssrc: u32, media_ssrc: u32, sequences: &[u16]) -> &mut Self {
        unimplemented!("{sender_ssrc} {media_ssrc} {sequences:?}")
    }

    /// REMB for one SSRC.
    pub fn remb(&mut self, sender_ssrc: u32, bitrate_bps: u64, media_ssrc: u32) -> &mut Self {
        unimplemented!("{sender_ssrc} {bitrate_bps} {media_ssrc}")
    }

    /// BYE.
    pub fn goodbye(&mut self, ssrc: u32) -> &mut Self {
        unimplemented!("{ssrc}")
    }
}
