//! Requests about events.

use kit_core::{Line, PageRequest, PageSizes, Violations};
use kit_rpc::Mask;
use plenary_proto::events::v1 as pb;
use prost_types::FieldMask;
use time::OffsetDateTime;

use super::{Parsed, instant, picture};
use crate::commands::clone_event::CloneEvent;
use crate::commands::create_event::CreateEvent;
use crate::commands::reject_event::RejectEvent;
use crate::commands::update_event::UpdateEvent;
use crate::domain::{Description, EventChange, Visibility, limits};
use crate::queries::Subject;
use crate::store::list::{Place, Window};

/// Sizes of pages of events.
const PAGES: PageSizes = PageSizes { default: 20, max: 100 };

/// What somebody types into a search field.
type Query = Line<0, 200>;

const CHANGEABLE: &[&str] = &[
    "title",
    "summary",
    "description_markdown",
    "start_time",
    "end_time",
    "time_zone",
    "visibility",
    "cover",
    "cover.id",
    "cover_alt",
];

/// A new event: its organization, its title, and what else is known.
pub(in crate::rpc) fn create_event(request: &pb::CreateEventRequest) -> Parsed<CreateEvent> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let event = violations.required("event", request.event.as_ref());
    let input = event.and_then(|event| {
        violations.within("event", |violations| {
            let organization = violations.parse("organization_id", &event.organization_id);
            let title = violations.parse("title", &event.title);
            // The title was read: here it is not a change.
            let rest = pb::Event {
                title: String::new(),
                ..event.clone()
            };
            let change = change(violations, &rest, &Mask::read(&mut Violations::new(), None, CHANGEABLE));
            Some(CreateEvent {
                organization: organization?,
                title: title?,
                change,
            })
        })
    });
    violations.finish((id, input))
}

/// A change of an event's content.
pub(in crate::rpc) fn update_event(request: &pb::UpdateEventRequest) -> Parsed<UpdateEvent> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let mask = mask(&mut violations, request.update_mask.as_ref());
    let event = violations.required("event", request.event.as_ref());
    let input = event.and_then(|event| {
        violations.within("event", |violations| {
            let id = violations.parse("id", &event.id);
            let change = change(violations, event, &mask);
            Some(UpdateEvent {
                event: id?,
                change,
                etag: request.etag.clone(),
            })
        })
    });
    violations.finish((id, input))
}

/// What to copy.
pub(in crate::rpc) fn clone_event(request: &pb::CloneEventRequest) -> Parsed<CloneEvent> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let event = violations.parse("event_id", &request.event_id);
    let title = violations.optional("title", &request.title);
    let days = request.shift_days;
    let fits = days.abs_diff(0) <= limits::SHIFT_DAYS_MAX.unsigned_abs();
    violations.check("shift_days", fits, "OUT_OF_RANGE", "must be from -3660 to 3660");
    let (id, event, title) = violations.finish((id, event, title))?;
    Ok((
        id,
        CloneEvent {
            event,
            title,
            shift_days: days,
        },
    ))
}

/// What to send back, and why.
pub(in crate::rpc) fn reject_event(request: &pb::RejectEventRequest) -> Parsed<RejectEvent> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let event = violations.parse("event_id", &request.event_id);
    let reason = violations.parse("reason", &request.reason);
    let (id, event, reason) = violations.finish((id, event, reason))?;
    Ok((id, RejectEvent { event, reason }))
}

/// The event, or the session whose event is meant.
pub(in crate::rpc) fn event_access(request: &pb::GetEventAccessRequest) -> Result<Subject, Violations> {
    let mut violations = Violations::new();
    let session = violations.optional("session_id", &request.session_id);
    let event = violations.optional("event_id", &request.event_id);
    let named = !(request.session_id.is_empty() && request.event_id.is_empty());
    violations.check("event_id", named, "REQUIRED", "must be set, or session_id");
    match violations.finish((event, session))? {
        (event, Some(session)) => Ok(Subject::Session(session, event)),
        (Some(event), None) => Ok(Subject::Event(event)),
        (None, None) => unreachable!("one of them is named"),
    }
}

/// Whose events, part of their title, and which page.
pub(in crate::rpc) fn list_mine(
    request: &pb::ListMyEventsRequest,
) -> Result<(Option<kit_core::ids::OrganizationId>, Query, PageRequest<Place>), Violations> {
    let mut violations = Violations::new();
    let organization = violations.optional("organization_id", &request.organization_id);
    let query = violations.parse("query", &request.query);
    let filters = ["mine", &request.organization_id, &request.query];
    let page = PageRequest::read(&mut violations, request.page_size, &request.page_token, &filters, PAGES);
    violations.finish((organization, query, page))
}

/// Words to find, of which time, and which page. What is over is never found: a time that has passed counts as now.
pub(in crate::rpc) fn search(
    request: &pb::SearchEventsRequest,
    now: OffsetDateTime,
) -> Result<(Query, Window, PageRequest<Place>), Violations> {
    let mut violations = Violations::new();
    let query = violations.parse("query", &request.query);
    let from = instant(&mut violations, "from_time", request.from_time);
    let until = instant(&mut violations, "until_time", request.until_time);
    let in_order = from.zip(until).is_none_or(|(from, until)| from < until);
    violations.check("until_time", in_order, "END_BEFORE_START", "must be after from_time");
    let window = Window {
        from: from.map_or(now, |from| from.max(now)),
        until,
        live_only: request.live_only,
    };
    // As they were asked for: between two pages `now` moves, and the filters do not.
    let times = format!("{:?} {:?} {}", request.from_time, request.until_time, request.live_only);
    let filters = ["search", &request.query, &times];
    let page = PageRequest::read(&mut violations, request.page_size, &request.page_token, &filters, PAGES);
    let (query, page) = violations.finish((query, page))?;
    Ok((query, window, page))
}

/// Which page of the approval queue.
pub(in crate::rpc) fn submitted(request: &pb::ListSubmittedEventsRequest) -> Result<PageRequest<Place>, Violations> {
    PageRequest::parse(request.page_size, &request.page_token, &["submitted"], PAGES)
}

/// The Markdown to render.
pub(in crate::rpc) fn preview(request: &pb::PreviewDescriptionRequest) -> Result<Description, Violations> {
    let mut violations = Violations::new();
    let markdown = violations.parse("markdown", &request.markdown);
    violations.finish(markdown)
}

fn mask<'a>(violations: &mut Violations, mask: Option<&'a FieldMask>) -> Mask<'a> {
    Mask::read(violations, mask, CHANGEABLE)
}

/// What the event says about the fields that the mask covers.
fn change(violations: &mut Violations, event: &pb::Event, mask: &Mask<'_>) -> EventChange {
    let text = |path, value: &str| mask.covers(path, !value.is_empty());
    let cover_id = event.cover.as_ref().map(|cover| cover.id.as_str()).unwrap_or_default();
    let covers_cover = mask.covers("cover.id", !cover_id.is_empty()) || mask.covers("cover", false);
    let description = &event.description_markdown;
    EventChange {
        title: text("title", &event.title)
            .then(|| violations.parse("title", &event.title))
            .flatten(),
        summary: text("summary", &event.summary)
            .then(|| violations.parse("summary", &event.summary))
            .flatten(),
        description: text("description_markdown", description)
            .then(|| violations.parse("description_markdown", description))
            .flatten(),
        start: mask
            .covers("start_time", event.start_time.is_some())
            .then(|| instant(violations, "start_time", event.start_time)),
        end: mask
            .covers("end_time", event.end_time.is_some())
            .then(|| instant(violations, "end_time", event.end_time)),
        time_zone: text("time_zone", &event.time_zone)
            .then(|| violations.parse("time_zone", &event.time_zone))
            .flatten(),
        visibility: mask
            .covers("visibility", event.visibility != 0)
            .then(|| visibility(violations, event.visibility))
            .flatten(),
        cover: covers_cover
            .then(|| picture(violations, "cover.id", event.cover.as_ref()))
            .flatten(),
        cover_alt: text("cover_alt", &event.cover_alt)
            .then(|| violations.parse("cover_alt", &event.cover_alt))
            .flatten(),
    }
}

fn visibility(violations: &mut Violations, number: i32) -> Option<Visibility> {
    let read = match pb::EventVisibility::try_from(number) {
        Ok(pb::EventVisibility::Public) => Some(Visibility::Public),
        Ok(pb::EventVisibility::Unlisted) => Some(Visibility::Unlisted),
        Ok(pb::EventVisibility::Private) => Some(Visibility::Private),
        Ok(pb::EventVisibility::Unspecified) | Err(_) => None,
    };
    violations.check(
        "visibility",
        read.is_some(),
        "VISIBILITY_INVALID",
        "must be public, unlisted or private",
    );
    read
}
