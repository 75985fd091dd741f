//! A client's session description, reduced to what matters.

use std::io::Cursor;

use rtc_sdp::description::media::MediaDescription;
use rtc_sdp::description::session::SessionDescription;

use super::codec::{PayloadKind, payload_kind};
use crate::error::NegotiationError;
use crate::identity::Fingerprint;
use crate::limits::{DESCRIPTION_BYTES_MAX, LAYERS_MAX, SECTIONS_MAX};
use crate::media::{Extension, MediaKind, Mid, Rid};

/// There are no more payload types.
const PAYLOAD_TYPES_MAX: usize = 128;

/// A whole description.
#[derive(Debug)]
pub(crate) struct Description {
    pub(crate) ufrag: String,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) setup: Setup,
    pub(crate) sections: Vec<Section>,
}

/// `a=setup` (RFC 8842).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setup {
    Active,
    Passive,
    ActPass,
}

/// One m-section.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) kind: SectionKind,
    pub(crate) mid: Mid,
    /// Its port is zero: rejected, or no longer used.
    pub(crate) rejected: bool,
    /// The words of the m-line, to be repeated in an answer.
    pub(crate) media: String,
    pub(crate) protocol: Vec<String>,
    pub(crate) formats: Vec<String>,
    /// The client sends.
    pub(crate) sends: bool,
    /// The client receives.
    pub(crate) receives: bool,
    pub(crate) stream_id: String,
    pub(crate) track_id: String,
    pub(crate) payloads: Vec<Payload>,
    pub(crate) extensions: Vec<(u8, Extension)>,
    /// Simulcast layers the client sends, in its order.
    pub(crate) layers: Vec<Rid>,
    /// SSRCs of media, each with that of its RTX if announced.
    pub(crate) sources: Vec<(u32, Option<u32>)>,
}

/// What an m-section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SectionKind {
    Media(MediaKind),
    Data,
    Other,
}

/// One payload type we understand.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) payload_type: u8,
    pub(crate) kind: PayloadKind,
    pub(crate) rtpmap: String,
    pub(crate) fmtp: String,
    pub(crate) feedback: Vec<String>,
}

impl Description {
    /// Reads SDP text.
    pub(crate) fn parse(text: &str) -> Result<Self, NegotiationError> {
        if text.len() > DESCRIPTION_BYTES_MAX {
            return Err(NegotiationError::Unsupported("more text than a session has use for"));
        }
        let session = SessionDescription::unmarshal(&mut Cursor::new(text)).map_err(|_| NegotiationError::Malformed)?;
        if session.media_descriptions.is_empty() {
            return Err(NegotiationError::Missing("media sections"));
        }
        if session.media_descriptions.len() > SECTIONS_MAX {
            return Err(NegotiationError::Unsupported("too many sections"));
        }
        let find = |key: &str| {
            let at_session = session.attribute(key).map(String::as_str);
            let mut media = session.media_descriptions.iter();
            at_session.or_else(|| media.find_map(|media| value(media, key)))
        };
        let fingerprint = session
            .attributes
            .iter()
            .chain(session.media_descriptions.iter().flat_map(|media| &media.attributes))
            .filter(|attribute| attribute.key == "fingerprint")
            .filter_map(|attribute| attribute.value.as_deref()?.split_once(' '))
            .find(|(hash, _)| hash.eq_ignore_ascii_case("sha-256"))
            .and_then(|(_, digest)| Fingerprint::parse(digest.trim()))
            .ok_or(NegotiationError::Missing("a SHA-256 fingerprint"))?;
        let setup = match find("setup") {
            Some("active") => Setup::Active,
            Some("passive") => Setup::Passive,
            Some("actpass") => Setup::ActPass,
            _ => return Err(NegotiationError::Missing("a=setup")),
        };
        let ufrag = find("ice-ufrag")
            .ok_or(NegotiationError::Missing("a=ice-ufrag"))?
            .to_owned();
        let sections = session
            .media_descriptions
            .iter()
            .map(Section::read)
            .collect::<Result<Vec<_>, _>>()?;
        let used = sections.iter().filter(|section| !section.rejected);
        let used_sections = used.clone().count();
        let mut mids: Vec<Mid> = used.map(|section| section.mid).collect();
        mids.sort_unstable();
        mids.dedup();
        if mids.len() != used_sections {
            return Err(NegotiationError::Unsupported("one mid in two sections"));
        }
        Ok(Self {
            ufrag,
            fingerprint,
            setup,
            sections,
        })
    }
}

impl Section {
    fn read(media: &MediaDescription) -> Result<Self, NegotiationError> {
        let rejected = media.media_name.port.value == 0 && !media.has_attribute("bundle-only");
        // A rejected section needs no mid (RFC 8829 §5.3.1).
        let nameless = || rejected.then(|| Mid::new("-")).flatten();
        let mid = value(media, "mid")
            .and_then(Mid::new)
            .or_else(nameless)
            .ok_or(NegotiationError::Missing("a=mid"))?;
        let kind = match media.media_name.media.as_str() {
            "audio" => SectionKind::Media(MediaKind::Audio),
            "video" => SectionKind::Media(MediaKind::Video),
            "application"
                if media
                    .media_name
                    .formats
                    .iter()
                    .any(|format| format == "webrtc-datachannel") =>
            {
                SectionKind::Data
            }
            _ => SectionKind::Other,
        };
        let inactive = media.has_attribute("inactive");
        let (stream_id, track_id) = msid(media);
        Ok(Self {
            kind,
            mid,
            rejected,
            media: media.media_name.media.clone(),
            protocol: media.media_name.protos.clone(),
            formats: media.media_name.formats.clone(),
            sends: !rejected && !inactive && !media.has_attribute("recvonly"),
            receives: !rejected && !inactive && !media.has_attribute("sendonly"),
            stream_id,
            track_id,
            payloads: payloads(media, kind),
            extensions: values(media, "extmap").filter_map(extension).collect(),
            layers: layers(media),
            sources: sources(media),
        })
    }
}

fn values<'m>(media: &'m MediaDescription, key: &str) -> impl Iterator<Item = &'m str> {
    let matching = media.attributes.iter().filter(move |attribute| attribute.key == key);
    matching.filter_map(|attribute| attribute.value.as_deref())
}

fn value<'m>(media: &'m MediaDescription, key: &str) -> Option<&'m str> {
    media.attribute(key).flatten()
}

/// Stream and track of `a=msid`, or of Plan B's `a=ssrc:… msid:`, which some clients still write alone.
fn msid(media: &MediaDescription) -> (String, String) {
    let legacy = || values(media, "ssrc").find_map(|value| value.split_once(" msid:").map(|(_, msid)| msid));
    let mut words = value(media, "msid")
        .or_else(legacy)
        .unwrap_or_default()
        .split_whitespace();
    let mut word = || words.next().unwrap_or_default().to_owned();
    (word(), word())
}

/// The payload types of the m-line that we understand, in its order. RTX and RED of an unknown codec are left out.
fn payloads(media: &MediaDescription, kind: SectionKind) -> Vec<Payload> {
    let of = |key: &'static str, payload_type: &str| {
        let payload_type = payload_type.to_owned();
        values(media, key).filter_map(move |value| {
            let (format, rest) = value.split_once(' ')?;
            (format == payload_type).then_some(rest)
        })
    };
    let mut found: Vec<Payload> = Vec::new();
    for format in media.media_name.formats.iter().take(PAYLOAD_TYPES_MAX) {
        let Some(payload_type) = format.parse().ok().filter(|number| *number < 128u8) else {
            continue;
        };
        let Some(rtpmap) = of("rtpmap", format).next() else {
            continue;
        };
        let fmtp = of("fmtp", format).next().unwrap_or_default();
        let Some(payload) = payload_kind(rtpmap, fmtp) else {
            continue;
        };
        let of_kind = match payload {
            PayloadKind::Media(codec) => SectionKind::Media(codec.kind()) == kind,
            PayloadKind::Red { .. } => kind == SectionKind::Media(MediaKind::Audio),
            PayloadKind::Rtx { .. } => true,
        };
        if !of_kind {
            continue;
        }
        let feedback = of("rtcp-fb", format)
            .chain(of("rtcp-fb", "*"))
            .map(str::to_owned)
            .collect();
        let (rtpmap, fmtp) = (rtpmap.to_owned(), fmtp.to_owned());
        found.push(Payload {
            payload_type,
            kind: payload,
            rtpmap,
            fmtp,
            feedback,
        });
    }
    let media_types: Vec<u8> = found
        .iter()
        .filter(|payload| matches!(payload.kind, PayloadKind::Media(_)))
        .map(|payload| payload.payload_type)
        .collect();
    found.retain(|payload| match payload.kind {
        PayloadKind::Rtx { apt: of } | PayloadKind::Red { primary: of } => media_types.contains(&of),
        PayloadKind::Media(_) => true,
    });
    found
}

/// `a=extmap:3/sendonly uri attributes`.
fn extension(value: &str) -> Option<(u8, Extension)> {
    let mut words = value.split_whitespace();
    let id = words
        .next()?
        .split('/')
        .next()?
        .parse()
        .ok()
        .filter(|id| *id != 0 && *id != 15)?;
    Some((id, Extension::of_uri(words.next()?)?))
}

/// `a=simulcast:send q;h;f` (RFC 8853); of alternatives the first, paused ones included.
fn layers(media: &MediaDescription) -> Vec<Rid> {
    let mut words = value(media, "simulcast").unwrap_or_default().split_whitespace();
    let Some(list) = words.find(|word| *word == "send").and_then(|_| words.next()) else {
        return Vec::new();
    };
    let first = |alternatives: &str| Rid::new(alternatives.split(',').next()?.trim_start_matches('~'));
    list.split(';').filter_map(first).take(LAYERS_MAX).collect()
}

/// SSRCs announced, paired with their RTX by `a=ssrc-group:FID` (RFC 5576).
fn sources(media: &MediaDescription) -> Vec<(u32, Option<u32>)> {
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    for group in values(media, "ssrc-group").take(LAYERS_MAX * 4) {
        let mut words = group.split_whitespace();
        if words.next() == Some("FID")
            && let (Some(Ok(primary)), Some(Ok(rtx))) = (words.next().map(str::parse), words.next().map(str::parse))
        {
            pairs.push((primary, rtx));
        }
    }
    let mut found: Vec<(u32, Option<u32>)> = Vec::new();
    for ssrc in values(media, "ssrc").filter_map(|value| value.split_whitespace().next()?.parse().ok()) {
        let is_rtx = pairs.iter().any(|(_, rtx)| *rtx == ssrc);
        if !is_rtx && !found.iter().any(|(known, _)| *known == ssrc) && found.len() < LAYERS_MAX {
            let rtx = pairs.iter().find(|(primary, _)| *primary == ssrc).map(|(_, rtx)| *rtx);
            found.push((ssrc, rtx));
        }
    }
    found
}
