//! Requests about sessions, speakers and guests.

use kit_core::ids::{EventId, SessionId, SpeakerId};
use kit_core::{Email, PageRequest, PageSizes, Violations};
use kit_rpc::Mask;
use plenary_proto::events::v1 as pb;

use super::{Parsed, picture, required_instant};
use crate::commands::add_guests::AddGuests;
use crate::commands::create_session::CreateSession;
use crate::commands::create_speaker::CreateSpeaker;
use crate::commands::remove_guest::RemoveGuest;
use crate::commands::update_session::UpdateSession;
use crate::commands::update_speaker::UpdateSpeaker;
use crate::domain::{Period, SessionChange, SpeakerChange, limits};

/// Sizes of pages of guests.
const PAGES: PageSizes = PageSizes { default: 50, max: 500 };

/// A new session.
pub(in crate::rpc) fn create_session(request: &pb::CreateSessionRequest) -> Parsed<CreateSession> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let session = violations.required("session", request.session.as_ref());
    let input = session.and_then(|session| {
        violations.within("session", |violations| {
            let event = violations.parse("event_id", &session.event_id);
            let title = violations.parse("title", &session.title);
            let summary = violations.parse("summary", &session.summary);
            let start = required_instant(violations, "start_time", session.start_time);
            let end = required_instant(violations, "end_time", session.end_time);
            let period = start
                .zip(end)
                .and_then(|(start, end)| violations.take("end_time", Period::new(start, end)));
            let speakers = speakers(violations, &session.speaker_ids);
            Some(CreateSession {
                event: event?,
                title: title?,
                summary: summary?,
                period: period?,
                has_live_room: session.has_live_room,
                speakers: speakers?,
            })
        })
    });
    violations.finish((id, input))
}

/// A change of a session.
pub(in crate::rpc) fn update_session(request: &pb::UpdateSessionRequest) -> Parsed<UpdateSession> {
    const CHANGEABLE: &[&str] = &[
        "title",
        "summary",
        "start_time",
        "end_time",
        "has_live_room",
        "speaker_ids",
    ];
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let mask = Mask::read(&mut violations, request.update_mask.as_ref(), CHANGEABLE);
    let session = violations.required("session", request.session.as_ref());
    let input = session.and_then(|session| {
        violations.within("session", |violations| {
            let id = violations.parse("id", &session.id);
            let change = session_change(violations, session, &mask);
            Some(UpdateSession { session: id?, change })
        })
    });
    violations.finish((id, input))
}

fn session_change(violations: &mut Violations, session: &pb::Session, mask: &Mask<'_>) -> SessionChange {
    let text = |path, value: &str| mask.covers(path, !value.is_empty());
    SessionChange {
        title: text("title", &session.title)
            .then(|| violations.parse("title", &session.title))
            .flatten(),
        summary: text("summary", &session.summary)
            .then(|| violations.parse("summary", &session.summary))
            .flatten(),
        start: mask
            .covers("start_time", session.start_time.is_some())
            .then(|| required_instant(violations, "start_time", session.start_time))
            .flatten(),
        end: mask
            .covers("end_time", session.end_time.is_some())
            .then(|| required_instant(violations, "end_time", session.end_time))
            .flatten(),
        has_live_room: mask
            .covers("has_live_room", session.has_live_room)
            .then_some(session.has_live_room),
        speakers: mask
            .covers("speaker_ids", !session.speaker_ids.is_empty())
            .then(|| speakers(violations, &session.speaker_ids))
            .flatten(),
    }
}

/// A session to remove.
pub(in crate::rpc) fn delete_session(request: &pb::DeleteSessionRequest) -> Parsed<SessionId> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let session = violations.parse("session_id", &request.session_id);
    violations.finish((id, session))
}

/// A new speaker.
pub(in crate::rpc) fn create_speaker(request: &pb::CreateSpeakerRequest) -> Parsed<CreateSpeaker> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let speaker = violations.required("speaker", request.speaker.as_ref());
    let input = speaker.and_then(|speaker| {
        violations.within("speaker", |violations| {
            let event = violations.parse("event_id", &speaker.event_id);
            let name = violations.parse("name", &speaker.name);
            let tagline = violations.parse("tagline", &speaker.tagline);
            let biography = violations.parse("biography", &speaker.biography);
            let picture = picture(violations, "picture.id", speaker.picture.as_ref());
            Some(CreateSpeaker {
                event: event?,
                name: name?,
                tagline: tagline?,
                biography: biography?,
                picture: picture?,
            })
        })
    });
    violations.finish((id, input))
}

/// A change of a speaker.
pub(in crate::rpc) fn update_speaker(request: &pb::UpdateSpeakerRequest) -> Parsed<UpdateSpeaker> {
    const CHANGEABLE: &[&str] = &["name", "tagline", "biography", "picture", "picture.id"];
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let mask = Mask::read(&mut violations, request.update_mask.as_ref(), CHANGEABLE);
    let speaker = violations.required("speaker", request.speaker.as_ref());
    let input = speaker.and_then(|speaker| {
        violations.within("speaker", |violations| {
            let id = violations.parse("id", &speaker.id);
            let change = speaker_change(violations, speaker, &mask);
            Some(UpdateSpeaker { speaker: id?, change })
        })
    });
    violations.finish((id, input))
}

fn speaker_change(violations: &mut Violations, speaker: &pb::Speaker, mask: &Mask<'_>) -> SpeakerChange {
    let text = |path, value: &str| mask.covers(path, !value.is_empty());
    let picture_id = speaker
        .picture
        .as_ref()
        .map(|picture| picture.id.as_str())
        .unwrap_or_default();
    let covers_picture = mask.covers("picture.id", !picture_id.is_empty()) || mask.covers("picture", false);
    SpeakerChange {
        name: text("name", &speaker.name)
            .then(|| violations.parse("name", &speaker.name))
            .flatten(),
        tagline: text("tagline", &speaker.tagline)
            .then(|| violations.parse("tagline", &speaker.tagline))
            .flatten(),
        biography: text("biography", &speaker.biography)
            .then(|| violations.parse("biography", &speaker.biography))
            .flatten(),
        picture: covers_picture
            .then(|| picture(violations, "picture.id", speaker.picture.as_ref()))
            .flatten(),
    }
}

/// A speaker to remove.
pub(in crate::rpc) fn delete_speaker(request: &pb::DeleteSpeakerRequest) -> Parsed<SpeakerId> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let speaker = violations.parse("speaker_id", &request.speaker_id);
    violations.finish((id, speaker))
}

/// People to let in.
pub(in crate::rpc) fn add_guests(request: &pb::AddGuestsRequest) -> Parsed<AddGuests> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let event = violations.parse("event_id", &request.event_id);
    let emails = match request.emails.len() {
        0 => violations.required("emails", None),
        1..=limits::GUESTS_ADDED_MAX => {
            let read = |(index, email): (usize, &String)| violations.parse(&format!("emails[{index}]"), email);
            // Read all of them before any fault ends it.
            let read: Vec<Option<Email>> = request.emails.iter().enumerate().map(read).collect();
            read.into_iter().collect::<Option<Vec<Email>>>()
        }
        _ => {
            violations.add("emails", "TOO_MANY", "must be at most 500 addresses");
            None
        }
    };
    let (id, event, emails) = violations.finish((id, event, emails))?;
    Ok((id, AddGuests { event, emails }))
}

/// A guest to take away.
pub(in crate::rpc) fn remove_guest(request: &pb::RemoveGuestRequest) -> Parsed<RemoveGuest> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let event = violations.parse("event_id", &request.event_id);
    let email = violations.parse("email", &request.email);
    let (id, event, email) = violations.finish((id, event, email))?;
    Ok((id, RemoveGuest { event, email }))
}

/// Whose guests, and which page.
pub(in crate::rpc) fn list_guests(
    request: &pb::ListGuestsRequest,
) -> Result<(EventId, PageRequest<String>), Violations> {
    let mut violations = Violations::new();
    let event = violations.parse("event_id", &request.event_id);
    let filters = ["guests", &request.event_id];
    let page = PageRequest::read(&mut violations, request.page_size, &request.page_token, &filters, PAGES);
    violations.finish((event, page))
}

/// Speakers of a session, each once.
fn speakers(violations: &mut Violations, ids: &[String]) -> Option<Vec<SpeakerId>> {
    if ids.len() > limits::SESSION_SPEAKERS_MAX {
        violations.add("speaker_ids", "TOO_MANY", "must be at most 20 speakers");
        return None;
    }
    let mut speakers = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        let field = format!("speaker_ids[{index}]");
        let Some(speaker) = violations.parse(&field, id) else {
            continue;
        };
        violations.check(
            &field,
            !speakers.contains(&speaker),
            "DUPLICATE",
            "must not be named twice",
        );
        speakers.push(speaker);
    }
    Some(speakers)
}
