//! Received media of one peer: which stream a packet belongs to, and the feedback that its sender needs.
//!
//! A packet says what it is by its SSRC, once that is known. An unknown SSRC is learned from the description
//! (`a=ssrc`) or from the header extensions mid and rid, or rrid for retransmissions of a simulcast layer (RFC 8852);
//! as a last resort from a payload type that only one section has.

mod nack;
mod statistics;
mod transport;

use std::time::{Duration, Instant};

use crate::limits::STREAMS_MAX;
use crate::media::{Codec, ExtensionIds, Mid, Rid, StreamId, StreamInfo};
use crate::rtcp::{Compound, Packet, ReportBlock, Writer};
use crate::rtp::{self, Extensions, Header, Layout, RtpPacket};
use crate::sdp::{Answered, Description, PayloadKind, Section, SectionKind};
use nack::{Missing, Seen};
use statistics::Statistics;
use transport::Recorder;

/// Between receiver reports; RFC 3550's five seconds are for multicast, libwebrtc's video has one.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
const PAYLOAD_TYPES: usize = 128;
/// Blocks in one receiver report.
const REPORTS_MAX: usize = 31;
/// Bytes of the original sequence number before an RTX payload (RFC 4588 §4).
const ORIGINAL_SEQUENCE_BYTES: usize = 2;

/// What an SSRC carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Media(StreamId),
    Rtx(StreamId),
}

/// A section the client may send in.
#[derive(Debug)]
struct ReceivingSection {
    mid: Mid,
    track_id: String,
    kind: crate::MediaKind,
    layers: Vec<Rid>,
    payload_types: Vec<u8>,
    /// The client answers NACK for it.
    nack: bool,
}

#[derive(Debug)]
struct Stream {
    info: StreamInfo,
    /// The track of the section has not been replaced by another.
    current: bool,
    nack: bool,
    statistics: Statistics,
    missing: Missing,
}

/// The receiving half of a publisher's media.
#[derive(Debug)]
pub(crate) struct Receiver {
    payloads: [Option<PayloadKind>; PAYLOAD_TYPES],
    extensions: ExtensionIds,
    sections: Vec<ReceivingSection>,
    streams: Vec<Stream>,
    /// Sorted by SSRC; few, and hit in runs.
    sources: Vec<(u32, Source)>,
    last: usize,
    recorder: Recorder,
    /// SSRC under which feedback is sent.
    ssrc: u32,
    next_report: Option<Instant>,
    next_nack: Option<Instant>,
    /// The greatest share lost that the last report named, in 1/256.
    reported_loss: Option<u8>,
}

impl Receiver {
    pub(crate) fn new(ssrc: u32, epoch: Instant) -> Self {
        Self {
            payloads: [None; PAYLOAD_TYPES],
            extensions: ExtensionIds::default(),
            sections: Vec::new(),
            streams: Vec::new(),
            sources: Vec::new(),
            last: 0,
            recorder: Recorder::new(epoch),
            ssrc,
            next_report: None,
            next_nack: None,
            reported_loss: None,
        }
    }

    pub(crate) fn ssrc(&self) -> u32 {
        self.ssrc
    }

    pub(crate) fn stream(&self, stream: StreamId) -> Option<&StreamInfo> {
        self.streams.get(usize::from(stream.0)).map(|stream| &stream.info)
    }

    /// Of all streams: packets that there should be, and those that came.
    pub(crate) fn sums(&self) -> (u64, u64) {
        let sums = self.streams.iter().map(|stream| stream.statistics.sums());
        sums.fold((0, 0), |(expected, received), (more, came)| {
            (expected + more, received + came)
        })
    }

    // === sections ===

    /// Takes over what an offer and its answer have agreed on.
    pub(crate) fn configure(&mut self, offer: &Description, answered: &Answered) {
        self.extensions = answered.extensions;
        let former = std::mem::take(&mut self.sections);
        for section in &offer.sections {
            let SectionKind::Media(kind) = section.kind else {
                continue;
            };
            let known = former.iter().find(|former| former.mid == section.mid);
            if known.is_some_and(|known| known.track_id != section.track_id) {
                self.retire(section.mid);
            }
            if !section.sends {
                continue;
            }
            for payload in &section.payloads {
                self.payloads[usize::from(payload.payload_type)] = Some(match payload.kind {
                    // To a receiver it is a codec like others.
                    PayloadKind::Red { .. } => PayloadKind::Media(Codec::Red),
                    kind => kind,
                });
            }
            let nack = section
                .payloads
                .iter()
                .any(|payload| payload.feedback.iter().any(|kind| kind == "nack"));
            self.sections.push(ReceivingSection {
                mid: section.mid,
                track_id: section.track_id.clone(),
                kind,
                layers: section.layers.clone(),
                payload_types: section.payloads.iter().map(|payload| payload.payload_type).collect(),
                nack,
            });
            self.learn_announced(section);
        }
    }

    /// Another track has taken over a section: its packets form new streams.
    fn retire(&mut self, mid: Mid) {
        for stream in self.streams.iter_mut().filter(|stream| stream.info.mid == mid) {
            stream.current = false;
        }
        let streams = &self.streams;
        self.sources.retain(|(_, source)| {
            let (Source::Media(stream) | Source::Rtx(stream)) = source;
            streams.get(usize::from(stream.0)).is_some_and(|stream| stream.current)
        });
        self.last = 0;
    }

    /// SSRCs announced in the description, which name the stream where there is no simulcast.
    fn learn_announced(&mut self, section: &Section) {
        let [(ssrc, rtx), ..] = section.sources.as_slice() else {
            return;
        };
        if !section.layers.is_empty() || self.source(*ssrc).is_some() {
            return;
        }
        if let Some(stream) = self.stream_of(section.mid, None, *ssrc)
            && let Some(rtx) = rtx
        {
            self.remember(*rtx, Source::Rtx(stream));
        }
    }

    // === packets ===

    /// Reads a plain packet. `None`: nothing for the caller, or nothing to make sense of.
    pub(crate) fn receive<'d>(&mut self, now: Instant, packet: &'d [u8], layout: &Layout) -> Option<RtpPacket<'d>> {
        let extensions = rtp::extensions(packet, layout, &self.extensions);
        if let Some(sequence) = extensions.transport_sequence {
            self.recorder.record(now, sequence, layout.header.ssrc);
        }
        let header = layout.header;
        let kind = self.payloads[usize::from(header.payload_type)]?;
        let source = self
            .source(header.ssrc)
            .or_else(|| self.learn(&header, &extensions, kind))?;
        let payload = without_padding(packet.get(layout.header_bytes..)?, layout.padding)?;
        match (source, kind) {
            (Source::Media(stream), PayloadKind::Media(codec)) => {
                let fresh = self.count(now, stream, &header, codec);
                let received = RtpPacket {
                    stream,
                    codec,
                    header,
                    extensions,
                    payload,
                    repaired: false,
                };
                // Padding goes on too: it has a number, which must not look like a loss to those whom it is not sent to.
                fresh.then_some(received)
            }
            (Source::Rtx(stream), PayloadKind::Rtx { apt }) => {
                let (sequence, payload) = payload.split_first_chunk::<ORIGINAL_SEQUENCE_BYTES>()?;
                let Some(PayloadKind::Media(codec)) = self.payloads[usize::from(apt)] else {
                    return None;
                };
                let info = self.stream(stream)?;
                let header = Header {
                    payload_type: apt,
                    sequence_number: u16::from_be_bytes(*sequence),
                    ssrc: info.ssrc,
                    ..header
                };
                let asked = self
                    .streams
                    .get_mut(usize::from(stream.0))?
                    .repair(header.sequence_number);
                // A probe repeats packets that were received; the second copy is not for the caller.
                let received = RtpPacket {
                    stream,
                    codec,
                    header,
                    extensions,
                    payload,
                    repaired: true,
                };
                (asked && !payload.is_empty()).then_some(received)
            }
            _ => None,
        }
    }

    /// Counts a packet. `false`: it was repaired before it came, or given up.
    fn count(&mut self, now: Instant, stream: StreamId, header: &Header, codec: Codec) -> bool {
        let Some(stream) = self.streams.get_mut(usize::from(stream.0)) else {
            return false;
        };
        let place = stream.statistics.receive(now, header, codec.clock_rate());
        self.next_report.get_or_insert(now + REPORT_INTERVAL);
        if !stream.nack {
            return true;
        }
        match stream.missing.receive(now, place) {
            Seen::New => true,
            Seen::Gap { ask } => {
                self.next_nack = Some(self.next_nack.map_or(ask, |next| next.min(ask)));
                true
            }
            Seen::Late { missed } => missed,
        }
    }

    #[inline]
    fn source(&mut self, ssrc: u32) -> Option<Source> {
        if self.sources.get(self.last).is_none_or(|(known, _)| *known != ssrc) {
            self.last = self.sources.binary_search_by_key(&ssrc, |(known, _)| *known).ok()?;
        }
        self.sources.get(self.last).map(|(_, source)| *source)
    }

    fn remember(&mut self, ssrc: u32, source: Source) {
        let at = self.sources.partition_point(|(known, _)| *known < ssrc);
        if self.sources.get(at).is_some_and(|(known, _)| *known == ssrc) {
            self.sources[at].1 = source;
        } else if self.sources.len() < 2 * STREAMS_MAX {
            self.sources.insert(at, (ssrc, source));
        }
    }

    /// Finds out what an unknown SSRC is.
    fn learn(&mut self, header: &Header, extensions: &Extensions<'_>, kind: PayloadKind) -> Option<Source> {
        let section = match extensions.mid {
            Some(mid) => self.sections.iter().find(|section| section.mid == mid)?,
            None => {
                let fits = |section: &&ReceivingSection| section.payload_types.contains(&header.payload_type);
                let mut candidates = self.sections.iter().filter(fits);
                candidates.next().filter(|_| candidates.next().is_none())?
            }
        };
        let mid = section.mid;
        let layer = match kind {
            PayloadKind::Media(_) | PayloadKind::Red { .. } => extensions.rid,
            PayloadKind::Rtx { .. } => extensions.repaired_rid.or(extensions.rid),
        };
        // A simulcast section's packet without rid cannot be told apart; a rid that was not announced is not believed.
        let layer = match (layer, section.layers.as_slice()) {
            (_, []) => None,
            (Some(layer), layers) if layers.contains(&layer) => Some(layer),
            _ => return None,
        };
        match kind {
            PayloadKind::Media(_) | PayloadKind::Red { .. } => {
                self.stream_of(mid, layer, header.ssrc).map(Source::Media)
            }
            PayloadKind::Rtx { .. } => {
                let known = |stream: &Stream| stream.current && stream.info.mid == mid && stream.info.rid == layer;
                let index = self.streams.iter().position(known)?;
                let source = Source::Rtx(StreamId(u16::try_from(index).ok()?));
                self.remember(header.ssrc, source);
                Some(source)
            }
        }
    }

    /// The stream of a (section, layer), made if need be, from now on known by `ssrc`.
    fn stream_of(&mut self, mid: Mid, rid: Option<Rid>, ssrc: u32) -> Option<StreamId> {
        let known = |stream: &Stream| stream.current && stream.info.mid == mid && stream.info.rid == rid;
        let index = match self.streams.iter().position(known) {
            Some(index) => {
                // The client began anew with another SSRC.
                let stream = &mut self.streams[index];
                stream.info.ssrc = ssrc;
                stream.statistics = Statistics::default();
                stream.missing = Missing::default();
                index
            }
            None if self.streams.len() >= STREAMS_MAX => return None,
            None => {
                let section = self.sections.iter().find(|section| section.mid == mid)?;
                let info = StreamInfo {
                    mid,
                    rid,
                    ssrc,
                    kind: section.kind,
                };
                let (statistics, missing) = (Statistics::default(), Missing::default());
                self.streams.push(Stream {
                    info,
                    current: true,
                    nack: section.nack,
                    statistics,
                    missing,
                });
                self.streams.len() - 1
            }
        };
        let stream = StreamId(u16::try_from(index).ok()?);
        self.remember(ssrc, Source::Media(stream));
        Some(stream)
    }

    // === feedback ===

    /// Notes the sender reports of a compound, to be answered in ours.
    pub(crate) fn note_reports(&mut self, now: Instant, compound: Compound<'_>) {
        for packet in compound {
            if let Packet::SenderReport { ssrc, info, .. } = packet
                && let Some(Source::Media(stream)) = self.source(ssrc)
                && let Some(stream) = self.streams.get_mut(usize::from(stream.0))
            {
                stream.statistics.note_sender_report(now, info.ntp_time);
            }
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        [self.recorder.deadline(), self.next_report, self.next_nack]
            .into_iter()
            .flatten()
            .min()
    }

    /// Writes the feedback due at `now` as one compound; leaves `buffer` empty if there is none.
    pub(crate) fn handle_timeout(&mut self, now: Instant, buffer: &mut Vec<u8>) {
        let is_due = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        let mut writer = Writer::new(buffer);
        if is_due(self.next_report) {
            self.next_report = Some(now + REPORT_INTERVAL);
            self.write_report(now, &mut writer);
        }
        if is_due(self.next_nack) {
            self.write_nacks(now, &mut writer);
        }
        if is_due(self.recorder.deadline()) {
            self.recorder.write(self.ssrc, &mut writer);
        }
    }

    /// What the report written last says of losses, once.
    pub(crate) fn take_reported_loss(&mut self) -> Option<u8> {
        self.reported_loss.take()
    }

    fn write_report(&mut self, now: Instant, writer: &mut Writer<'_>) {
        let active = self.streams.iter_mut().filter(|stream| stream.current);
        let reports: Vec<ReportBlock> = active
            .filter_map(|stream| stream.statistics.report(now, stream.info.ssrc))
            .take(REPORTS_MAX)
            .collect();
        self.reported_loss = reports.iter().map(|report| report.fraction_lost).max();
        writer.receiver_report(self.ssrc, &reports);
    }

    fn write_nacks(&mut self, now: Instant, writer: &mut Writer<'_>) {
        self.next_nack = None;
        for stream in self.streams.iter_mut().filter(|stream| stream.current && stream.nack) {
            let asked = stream.missing.due(now);
            if !asked.is_empty() {
                writer.nack(self.ssrc, stream.info.ssrc, &asked);
            }
            self.next_nack = self.next_nack.into_iter().chain(stream.missing.deadline()).min();
        }
    }
}

impl Stream {
    /// A packet came by retransmission. `true` if it had been missing.
    fn repair(&mut self, sequence: u16) -> bool {
        match self.statistics.extend(sequence) {
            Some(index) => self.missing.repair(index),
            None => false,
        }
    }
}

/// RFC 3550 §5.1: the last byte counts the padding, itself included.
#[inline]
fn without_padding(payload: &[u8], padding: bool) -> Option<&[u8]> {
    if !padding {
        return Some(payload);
    }
    let length = usize::from(*payload.last()?);
    payload.get(..payload.len().checked_sub(length.max(1))?)
}

#[cfg(test)]
mod tests;
