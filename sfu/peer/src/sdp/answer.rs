//! Answers to a publisher's offers.

use rtc_sdp::description::media::MediaDescription;

use super::ReceiveSection;
use super::build::{Local, SectionBuilder, session};
use super::codec::PayloadKind;
use super::remote::{Description, Payload, Section, SectionKind};
use crate::media::{Codec, ExtensionIds, MediaKind};

/// RTCP feedback that this server makes use of or sends.
const FEEDBACK: [&str; 4] = ["transport-cc", "nack", "nack pli", "ccm fir"];

/// An answer, and what it has agreed to.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) text: String,
    pub(crate) sections: Vec<ReceiveSection>,
    pub(crate) extensions: ExtensionIds,
}

/// Answers `offer`: receives all audio and video we have a codec for, sends nothing, takes data channels.
pub(crate) fn answer(offer: &Description, local: &Local<'_>) -> Answered {
    let mut written = Vec::with_capacity(offer.sections.len());
    let mut bundle = Vec::new();
    let mut extensions = ExtensionIds::default();
    for section in &offer.sections {
        let accepted = is_accepted(section);
        let with_candidates = accepted && bundle.is_empty();
        if accepted {
            bundle.push(section.mid.as_str());
            for (id, extension) in &section.extensions {
                extensions.set(*extension, *id);
            }
        }
        written.push(if accepted {
            accept(section, local, with_candidates)
        } else {
            reject(section)
        });
    }
    let sections = offer.sections.iter().filter_map(receive_section).collect();
    Answered {
        text: session(local, &bundle, written),
        sections,
        extensions,
    }
}

fn is_accepted(section: &Section) -> bool {
    let usable = match section.kind {
        SectionKind::Media(_) => !section.payloads.is_empty(),
        SectionKind::Data => true,
        SectionKind::Other => false,
    };
    usable && !section.rejected
}

fn reject(section: &Section) -> MediaDescription {
    let mut builder = SectionBuilder::new(&section.media, 0, &section.protocol, section.formats.clone());
    builder.mid(section.mid.as_str());
    builder.flag("inactive");
    builder.finish()
}

fn accept(section: &Section, local: &Local<'_>, with_candidates: bool) -> MediaDescription {
    let formats = match section.kind {
        SectionKind::Media(_) => section
            .payloads
            .iter()
            .map(|payload| payload.payload_type.to_string())
            .collect(),
        _ => section.formats.clone(),
    };
    let mut builder = SectionBuilder::new(&section.media, 9, &section.protocol, formats);
    builder.mid(section.mid.as_str());
    builder.transport(local, with_candidates);
    if section.kind == SectionKind::Data {
        builder.sctp();
        return builder.finish();
    }
    builder.flag(if section.sends { "recvonly" } else { "inactive" });
    builder.rtcp();
    for (id, extension) in &section.extensions {
        builder.attribute("extmap", format!("{id} {}", extension.uri()));
    }
    for payload in &section.payloads {
        write_payload(&mut builder, payload);
    }
    if !section.layers.is_empty() {
        for layer in &section.layers {
            builder.attribute("rid", format!("{layer} recv"));
        }
        let list: Vec<&str> = section.layers.iter().map(|layer| layer.as_str()).collect();
        builder.attribute("simulcast", format!("recv {}", list.join(";")));
    }
    builder.finish()
}

fn write_payload(builder: &mut SectionBuilder, payload: &Payload) {
    let number = payload.payload_type;
    builder.attribute("rtpmap", format!("{number} {}", payload.rtpmap));
    if !payload.fmtp.is_empty() {
        // The client's own parameters: we forward, so the capabilities are those of the other clients.
        builder.attribute("fmtp", format!("{number} {}", payload.fmtp));
    }
    for feedback in payload
        .feedback
        .iter()
        .filter(|feedback| FEEDBACK.contains(&feedback.as_str()))
    {
        builder.attribute("rtcp-fb", format!("{number} {feedback}"));
    }
}

fn receive_section(section: &Section) -> Option<ReceiveSection> {
    let SectionKind::Media(kind) = section.kind else {
        return None;
    };
    let codecs = section.payloads.iter().filter_map(|payload| match payload.kind {
        PayloadKind::Media(codec) => Some(codec),
        PayloadKind::Red { .. } => Some(Codec::Red),
        PayloadKind::Rtx { .. } => None,
    });
    Some(ReceiveSection {
        mid: section.mid,
        kind,
        stream_id: section.stream_id.clone(),
        track_id: section.track_id.clone(),
        layers: if kind == MediaKind::Video {
            section.layers.clone()
        } else {
            Vec::new()
        },
        codecs: codecs.collect(),
        active: section.sends && is_accepted(section),
    })
}
