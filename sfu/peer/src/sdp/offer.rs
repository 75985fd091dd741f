//! Offers to a subscriber: one data section and a section for each track, used again when its track is gone.
//!
//! A section whose track is gone is offered with port zero, and once that is answered its place is taken by the next
//! track, under a new mid (RFC 8829 §5.2.2). Making it inactive and then active again would be shorter, but the client
//! would keep the `MediaStreamTrack` of the first track, id included, and LiveKit's clients find tracks by that id.

use rtc_sdp::description::media::MediaDescription;

use super::build::{Local, SectionBuilder, session};
use super::codec::{PayloadKind, offered};
use super::remote::{Description, Section, SectionKind};
use super::{OutboundTrack, Reception, TrackHandle, TrackSpec};
use crate::entropy::Entropy;
use crate::error::NegotiationError;
use crate::limits::SECTIONS_MAX;
use crate::media::{Extension, ExtensionIds, MediaKind, Mid};

/// Ids of the header extensions in our offers.
const EXTENSIONS: [(u8, Extension, Option<MediaKind>); 6] = [
    (1, Extension::Mid, None),
    (3, Extension::TransportSequence, None),
    (4, Extension::VideoOrientation, Some(MediaKind::Video)),
    (5, Extension::PlayoutDelay, Some(MediaKind::Video)),
    (6, Extension::CaptureTime, None),
    (8, Extension::DependencyDescriptor, Some(MediaKind::Video)),
];
const VIDEO_FEEDBACK: [&str; 4] = ["transport-cc", "ccm fir", "nack", "nack pli"];
/// Audio is not retransmitted: without RTX a second sealing of a sequence number would repeat a nonce.
const AUDIO_FEEDBACK: [&str; 1] = ["transport-cc"];
const DATA_MID: &str = "0";

/// What an answer has settled.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AcceptedAnswer {
    pub(crate) extensions: ExtensionIds,
}

/// The sections of a subscriber's session over its life.
#[derive(Debug)]
pub(crate) struct Offerer {
    sections: Vec<MediaSection>,
    /// The data section has mid 0.
    mids: u32,
    next_handle: u32,
    /// Something changed since the last offer.
    changed: bool,
    /// An offer is in the air.
    awaits_answer: bool,
}

/// A media section of ours: a place in the description, which tracks take one after the other.
#[derive(Debug)]
struct MediaSection {
    mid: Mid,
    kind: MediaKind,
    track: Option<Track>,
    /// The track that the last offer showed here.
    offered: Option<TrackHandle>,
    /// The client may still believe in a former track here: not to be used before it has answered.
    settled: bool,
}

#[derive(Debug)]
struct Track {
    handle: TrackHandle,
    spec: TrackSpec,
    wire: OutboundTrack,
}

impl Offerer {
    pub(crate) fn new() -> Self {
        // The first offer is due at once: data channels alone are reason enough to connect.
        Self {
            sections: Vec::new(),
            mids: 0,
            next_handle: 0,
            changed: true,
            awaits_answer: false,
        }
    }

    pub(crate) fn add_track(
        &mut self,
        spec: TrackSpec,
        entropy: &mut Entropy,
    ) -> Result<TrackHandle, NegotiationError> {
        let index = self.free_section(spec.codec.kind())?;
        let handle = TrackHandle(self.next_handle);
        self.next_handle += 1;
        let offered = offered(spec.codec);
        let ssrc = self.unused_ssrc(entropy);
        let wire = OutboundTrack {
            mid: self.sections[index].mid,
            codec: spec.codec,
            ssrc,
            payload_type: offered.payload_type,
            rtx_ssrc: offered.rtx_payload_type.map(|_| self.unused_ssrc(entropy)),
            rtx_payload_type: offered.rtx_payload_type,
            red_payload_type: None,
            reception: Reception::Pending,
        };
        self.sections[index].track = Some(Track { handle, spec, wire });
        self.changed = true;
        Ok(handle)
    }

    /// A place for a track: one whose former track the client knows to be gone, or a new one.
    fn free_section(&mut self, kind: MediaKind) -> Result<usize, NegotiationError> {
        let free = self
            .sections
            .iter()
            .position(|section| section.track.is_none() && section.settled);
        // One section is the data section's.
        if free.is_none() && self.sections.len() + 1 >= SECTIONS_MAX {
            return Err(NegotiationError::Unsupported("too many sections"));
        }
        self.mids += 1;
        let mid = Mid::new(self.mids.to_string()).ok_or(NegotiationError::Unsupported("a mid too long"))?;
        let section = MediaSection {
            mid,
            kind,
            track: None,
            offered: None,
            settled: true,
        };
        let index = free.unwrap_or(self.sections.len());
        match self.sections.get_mut(index) {
            Some(place) => *place = section,
            None => self.sections.push(section),
        }
        Ok(index)
    }

    fn unused_ssrc(&self, entropy: &mut Entropy) -> u32 {
        loop {
            let ssrc = entropy.ssrc();
            if self.track_by_ssrc(ssrc).is_none() {
                return ssrc;
            }
        }
    }

    pub(crate) fn remove_track(&mut self, handle: TrackHandle) {
        let holds = |section: &&mut MediaSection| section.track.as_ref().is_some_and(|track| track.handle == handle);
        if let Some(section) = self.sections.iter_mut().find(holds) {
            section.track = None;
            // A track that no offer ever showed leaves no trace.
            section.settled = section.settled && section.offered.is_none();
            self.changed = true;
        }
    }

    pub(crate) fn track(&self, handle: TrackHandle) -> Option<&OutboundTrack> {
        self.tracks()
            .find(|track| track.handle == handle)
            .map(|track| &track.wire)
    }

    /// The track of an SSRC, and whether it is the track's RTX.
    pub(crate) fn track_by_ssrc(&self, ssrc: u32) -> Option<(TrackHandle, bool)> {
        self.tracks().find_map(|track| {
            let is_rtx = track.wire.rtx_ssrc == Some(ssrc);
            (is_rtx || track.wire.ssrc == ssrc).then_some((track.handle, is_rtx))
        })
    }

    fn tracks(&self) -> impl Iterator<Item = &Track> {
        self.sections.iter().filter_map(|section| section.track.as_ref())
    }

    pub(crate) fn needs_offer(&self) -> bool {
        self.changed && !self.awaits_answer
    }

    /// Something outside the sections (ICE) needs a new offer.
    pub(crate) fn require_offer(&mut self) {
        self.changed = true;
    }

    /// Writes the next offer.
    pub(crate) fn offer(&mut self, local: &Local<'_>) -> String {
        self.changed = false;
        self.awaits_answer = true;
        let mut written = vec![data_section(local)];
        for section in &mut self.sections {
            section.offered = section.track.as_ref().map(|track| track.handle);
            written.push(section.write(local));
        }
        let used = self.sections.iter().filter(|section| section.track.is_some());
        let bundle: Vec<&str> = std::iter::once(DATA_MID)
            .chain(used.map(|section| section.mid.as_str()))
            .collect();
        session(local, &bundle, written)
    }

    /// Reads the answer to the last offer.
    pub(crate) fn accept(&mut self, answer: &Description) -> Result<AcceptedAnswer, NegotiationError> {
        if !self.awaits_answer {
            return Err(NegotiationError::OutOfOrder("an answer without an offer"));
        }
        // Sections added since the offer are not in its answer; none can be removed.
        let [data, media @ ..] = answer.sections.as_slice() else {
            return Err(NegotiationError::Missing("media sections"));
        };
        let offered = &self.sections[..media.len().min(self.sections.len())];
        let fits = offered.len() == media.len()
            && offered.iter().zip(media).all(|(ours, theirs)| {
                theirs.rejected || ours.mid == theirs.mid && SectionKind::Media(ours.kind) == theirs.kind
            });
        if !fits || data.kind != SectionKind::Data || data.mid.as_str() != DATA_MID {
            return Err(NegotiationError::Unsupported("sections that differ from the offer's"));
        }
        let mut extensions = ExtensionIds::default();
        for (ours, theirs) in self.sections.iter_mut().zip(media) {
            ours.settle(theirs);
            if !theirs.rejected && theirs.receives {
                let agreed = theirs.extensions.iter().filter(|(id, extension)| {
                    EXTENSIONS
                        .iter()
                        .any(|(ours, offered, _)| ours == id && offered == extension)
                });
                agreed.for_each(|(id, extension)| extensions.set(*extension, *id));
            }
        }
        self.awaits_answer = false;
        Ok(AcceptedAnswer { extensions })
    }
}

impl MediaSection {
    /// The client has answered what was offered here.
    fn settle(&mut self, theirs: &Section) {
        match (&mut self.track, self.offered) {
            (Some(track), Some(offered)) if track.handle == offered => track.settle(theirs),
            // Offered with port zero: the place is free.
            (None, None) => self.settled = true,
            _ => {}
        }
    }

    fn write(&self, local: &Local<'_>) -> MediaDescription {
        let media = match self.kind {
            MediaKind::Audio => "audio",
            MediaKind::Video => "video",
        };
        let protocol = ["UDP", "TLS", "RTP", "SAVPF"].map(str::to_owned);
        let Some(track) = &self.track else {
            let mut builder = SectionBuilder::new(media, 0, &protocol, vec!["0".to_owned()]);
            builder.mid(self.mid.as_str());
            builder.flag("inactive");
            return builder.finish();
        };
        let offered = offered(track.spec.codec);
        let red = offered.red_payload_type;
        let formats = red
            .into_iter()
            .chain([offered.payload_type])
            .chain(offered.rtx_payload_type);
        let mut builder = SectionBuilder::new(media, 9, &protocol, formats.map(|number| number.to_string()).collect());
        builder.mid(self.mid.as_str());
        builder.transport(local, false);
        builder.flag("sendonly");
        builder.rtcp();
        for (id, extension, _) in EXTENSIONS
            .iter()
            .filter(|(_, _, kind)| kind.is_none_or(|kind| kind == self.kind))
        {
            builder.attribute("extmap", format!("{id} {}", extension.uri()));
        }
        let number = offered.payload_type;
        builder.attribute("rtpmap", format!("{number} {}", offered.rtpmap));
        if !offered.fmtp.is_empty() {
            builder.attribute("fmtp", format!("{number} {}", offered.fmtp));
        }
        let feedback: &[&str] = if self.kind == MediaKind::Video {
            &VIDEO_FEEDBACK
        } else {
            &AUDIO_FEEDBACK
        };
        for kind in feedback {
            builder.attribute("rtcp-fb", format!("{number} {kind}"));
        }
        if let Some(red) = red {
            builder.attribute("rtpmap", format!("{red} red/48000/2"));
            builder.attribute("fmtp", format!("{red} {number}/{number}"));
        }
        if let Some(rtx) = offered.rtx_payload_type {
            builder.attribute("rtpmap", format!("{rtx} rtx/90000"));
            builder.attribute("fmtp", format!("{rtx} apt={number}"));
        }
        track.write(&mut builder);
        builder.finish()
    }
}

impl Track {
    /// What an answer says to it. A section of another codec than the offered one takes nothing of ours.
    fn settle(&mut self, theirs: &Section) {
        let number = self.wire.payload_type;
        let has = |kind: PayloadKind| theirs.payloads.iter().find(|payload| payload.kind == kind);
        let media = theirs.payloads.iter().any(|payload| payload.payload_type == number);
        self.wire.reception = match (theirs.rejected || !media, theirs.receives) {
            (true, _) => Reception::Refused,
            (false, true) => Reception::Accepted,
            (false, false) => Reception::Pending,
        };
        self.wire.red_payload_type = has(PayloadKind::Red { primary: number }).map(|payload| payload.payload_type);
    }

    fn write(&self, builder: &mut SectionBuilder) {
        let TrackSpec {
            stream_id, track_id, ..
        } = &self.spec;
        builder.attribute("msid", format!("{stream_id} {track_id}"));
        let OutboundTrack { ssrc, rtx_ssrc, .. } = self.wire;
        if let Some(rtx) = rtx_ssrc {
            builder.attribute("ssrc-group", format!("FID {ssrc} {rtx}"));
        }
        for ssrc in std::iter::once(ssrc).chain(rtx_ssrc) {
            builder.attribute("ssrc", format!("{ssrc} cname:{stream_id}"));
            builder.attribute("ssrc", format!("{ssrc} msid:{stream_id} {track_id}"));
        }
    }
}

fn data_section(local: &Local<'_>) -> MediaDescription {
    let protocol = ["UDP", "DTLS", "SCTP"].map(str::to_owned);
    let mut builder = SectionBuilder::new("application", 9, &protocol, vec!["webrtc-datachannel".to_owned()]);
    builder.mid(DATA_MID);
    builder.transport(local, true);
    builder.sctp();
    builder.finish()
}
