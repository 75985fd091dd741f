//! From the domain to messages.

use kit_core::Page;
use kit_core::ids::EventId;
use kit_rpc::timestamp;
use plenary_proto::common::v1 as common;
use plenary_proto::events::v1 as pb;

use crate::domain::{Access, Event, Image, Session, Speaker, Step, User, Visibility, render};
use crate::queries::Answer;
use crate::store::list::Entry;

/// The event, for somebody who may change it or has just reviewed it.
pub(super) fn event_for(user: &User, event: &Event) -> pb::Event {
    let manages = user.organizations.contains(&event.organization.id);
    event_with(event, if manages { Access::Manage } else { Access::View })
}

/// The event, for somebody with this access.
pub(super) fn event_with(event: &Event, access: Access) -> pb::Event {
    let content = &event.content;
    let period = content.period;
    pb::Event {
        id: event.id.to_string(),
        organization_id: event.organization.id.to_string(),
        organization_name: event.organization.name.clone(),
        title: content.title.to_string(),
        summary: content.summary.to_string(),
        description_markdown: content.description.to_string(),
        description_html: render(&content.description),
        start_time: period.map(|period| timestamp(period.start())),
        end_time: period.map(|period| timestamp(period.end())),
        time_zone: content.time_zone.to_string(),
        visibility: visibility(content.visibility).into(),
        state: state(event.state.step()).into(),
        rejection_reason: event
            .state
            .rejection_reason()
            .map(ToString::to_string)
            .unwrap_or_default(),
        cover: content.cover.and_then(|cover| event.image(cover)).map(image),
        cover_alt: content.cover_alt.to_string(),
        sessions: event
            .agenda
            .sessions
            .iter()
            .map(|found| session(found, event.id))
            .collect(),
        speakers: event
            .agenda
            .speakers
            .iter()
            .map(|found| speaker(found, event))
            .collect(),
        access: Some(pb::EventAccess {
            event_id: event.id.to_string(),
            start_time: period.map(|period| timestamp(period.start())),
            end_time: period.map(|period| timestamp(period.end())),
            organization_id: event.organization.id.to_string(),
            title: content.title.to_string(),
            time_zone: content.time_zone.to_string(),
            ..rights(access, event.state.step())
        }),
        etag: event.etag(),
        create_time: Some(timestamp(event.create_time)),
        update_time: Some(timestamp(event.update_time)),
        publish_time: event.state.publish_time().map(timestamp),
    }
}

/// What the caller may do.
pub(super) fn access(answer: &Answer) -> pb::GetEventAccessResponse {
    let entry = &answer.entry;
    let access = pb::EventAccess {
        event_id: entry.id.to_string(),
        start_time: entry.period.map(|period| timestamp(period.start())),
        end_time: entry.period.map(|period| timestamp(period.end())),
        organization_id: entry.organization.id.to_string(),
        title: entry.title.to_string(),
        time_zone: entry.time_zone.to_string(),
        ..rights(answer.access, entry.state.step())
    };
    let session = answer.session.as_ref().map(|found| session(found, entry.id));
    pb::GetEventAccessResponse {
        access: Some(access),
        session,
    }
}

/// Events of a list, and where it goes on.
pub(super) fn page(page: Page<Entry>) -> (Vec<pb::EventSummary>, String) {
    (page.items.iter().map(summary).collect(), page.next_token)
}

/// A session of an event.
pub(super) fn session(session: &Session, event: EventId) -> pb::Session {
    pb::Session {
        id: session.id.to_string(),
        event_id: event.to_string(),
        title: session.title.to_string(),
        summary: session.summary.to_string(),
        start_time: Some(timestamp(session.period.start())),
        end_time: Some(timestamp(session.period.end())),
        has_live_room: session.has_live_room,
        speaker_ids: session.speakers.iter().map(ToString::to_string).collect(),
    }
}

/// A speaker of an event.
pub(super) fn speaker(speaker: &Speaker, event: &Event) -> pb::Speaker {
    pb::Speaker {
        id: speaker.id.to_string(),
        event_id: event.id.to_string(),
        name: speaker.name.to_string(),
        tagline: speaker.tagline.to_string(),
        biography: speaker.biography.to_string(),
        picture: speaker.picture.and_then(|picture| event.image(picture)).map(image),
    }
}

/// A picture.
pub(super) fn image(image: Image) -> common::Image {
    common::Image {
        id: image.id.to_string(),
        width: image.width.cast_signed(),
        height: image.height.cast_signed(),
    }
}

fn summary(entry: &Entry) -> pb::EventSummary {
    pb::EventSummary {
        id: entry.id.to_string(),
        organization_id: entry.organization.id.to_string(),
        organization_name: entry.organization.name.clone(),
        title: entry.title.to_string(),
        summary: entry.summary.to_string(),
        start_time: entry.period.map(|period| timestamp(period.start())),
        end_time: entry.period.map(|period| timestamp(period.end())),
        time_zone: entry.time_zone.to_string(),
        visibility: visibility(entry.visibility).into(),
        state: state(entry.state.step()).into(),
        cover: entry.cover.map(image),
        cover_alt: entry.cover_alt.to_string(),
        submit_time: entry.state.submit_time().map(timestamp),
        rejection_reason: entry
            .state
            .rejection_reason()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

/// The part of an answer about access that does not describe the event.
fn rights(access: Access, step: Step) -> pb::EventAccess {
    let manages = access == Access::Manage;
    pb::EventAccess {
        can_view: true,
        can_manage: manages,
        can_check_in: manages,
        state: state(step).into(),
        ..pb::EventAccess::default()
    }
}

fn state(step: Step) -> pb::EventState {
    match step {
        Step::Draft => pb::EventState::Draft,
        Step::Submitted => pb::EventState::Submitted,
        Step::Approved => pb::EventState::Approved,
        Step::Rejected => pb::EventState::Rejected,
        Step::Published => pb::EventState::Published,
        Step::Live => pb::EventState::Live,
        Step::Ended => pb::EventState::Ended,
        Step::Cancelled => pb::EventState::Cancelled,
    }
}

fn visibility(visibility: Visibility) -> pb::EventVisibility {
    match visibility {
        Visibility::Public => pb::EventVisibility::Public,
        Visibility::Unlisted => pb::EventVisibility::Unlisted,
        Visibility::Private => pb::EventVisibility::Private,
    }
}
