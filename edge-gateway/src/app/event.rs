//! The page of one event, as everybody may see it.

use std::net::IpAddr;

use http::StatusCode;
use kit_core::ids::EventId;
use plenary_proto::events::v1::{
    Event, EventState, EventVisibility, GetEventRequest, GetEventResponse, Session, Speaker,
};
use plenary_proto::ticketing::v1::{ListTicketTypesRequest, ListTicketTypesResponse};
use prost_types::Timestamp;
use serde_json::{Value, json};
use tonic::Code;

use super::Site;
use super::first_load::{self, Answer};
use super::markup::Html;
use super::page::Page;
use crate::limits::PAGE_DATA_DURATION_MAX;
use crate::lines::{Lines, request_for};

const GET_EVENT: &str = "plenary.events.v1.EventService/GetEvent";
const LIST_TICKET_TYPES: &str = "plenary.ticketing.v1.TicketTypeService/ListTicketTypes";

/// What search engines and previews show of a description.
const DESCRIPTION_CHARACTERS_MAX: usize = 200;

/// Asks for the event as nobody in particular: what is not for everybody is not there.
pub(super) async fn page(site: &Site, lines: &Lines, client: IpAddr, id: &str) -> Page {
    // In the form that the app asks with; what is no id is no event, without asking.
    let Ok(id) = id.parse::<EventId>() else {
        return Page::not_found(site);
    };
    let asked = Asked::about(&id.to_string());
    let mut event = request_for(client, asked.event.clone());
    event.set_timeout(PAGE_DATA_DURATION_MAX);
    let mut tickets = request_for(client, asked.tickets.clone());
    tickets.set_timeout(PAGE_DATA_DURATION_MAX);
    let (mut events, mut ticket_types) = (lines.events.clone(), lines.ticket_types.clone());
    let (event, tickets) = tokio::join!(events.get_event(event), ticket_types.list_ticket_types(tickets));
    match event {
        // What is on sale may be missing: the app asks again for what the page does not bring.
        Ok(event) => show(
            site,
            &asked,
            &event.into_inner(),
            tickets.ok().map(tonic::Response::into_inner),
        ),
        Err(status) if matches!(status.code(), Code::NotFound | Code::PermissionDenied) => Page::not_found(site),
        Err(status) => {
            tracing::warn!(%status, "an event's page is served without the event");
            Page::unavailable(site)
        }
    }
}

/// What the app would ask first on this page.
struct Asked {
    event: GetEventRequest,
    tickets: ListTicketTypesRequest,
}

impl Asked {
    fn about(id: &str) -> Self {
        let event = GetEventRequest {
            event_id: id.to_owned(),
        };
        let tickets = ListTicketTypesRequest {
            event_id: id.to_owned(),
        };
        Self { event, tickets }
    }
}

fn show(site: &Site, asked: &Asked, answer: &GetEventResponse, tickets: Option<ListTicketTypesResponse>) -> Page {
    let Some(event) = answer.event.as_ref().filter(|event| is_open(event)) else {
        return Page::not_found(site);
    };
    let mut answers = vec![Answer::new(GET_EVENT, &asked.event, answer)];
    answers.extend(tickets.map(|tickets| Answer::new(LIST_TICKET_TYPES, &asked.tickets, &tickets)));
    Page {
        status: StatusCode::OK,
        head: first_load::add(head(site, event), &answers),
        body: body(event),
    }
}

/// The service's decision, looked at once more: a mistake there must not put a draft into a search engine.
fn is_open(event: &Event) -> bool {
    let published = matches!(
        event.state(),
        EventState::Published | EventState::Live | EventState::Ended | EventState::Cancelled
    );
    published && matches!(event.visibility(), EventVisibility::Public | EventVisibility::Unlisted)
}

fn head(site: &Site, event: &Event) -> Html {
    let url = site.origin.url(&format!("/events/{}", event.id));
    let description = description(event);
    let title = format!("{} · {}", event.title, site.name);
    let mut head = Html::new()
        .element("title", &title)
        .meta("description", &description)
        .open("link", &[("rel", "canonical"), ("href", &url)])
        .property("og:type", "website")
        .property("og:site_name", &site.name)
        .property("og:title", &event.title)
        .property("og:description", &description)
        .property("og:url", &url);
    let mut card = "summary";
    if let Some(image) = cover_url(site, event) {
        card = "summary_large_image";
        head = head
            .property("og:image", &image)
            .property("og:image:alt", &event.cover_alt)
            .meta("twitter:image", &image)
            .meta("twitter:image:alt", &event.cover_alt);
    }
    head = head
        .meta("twitter:card", card)
        .meta("twitter:title", &event.title)
        .meta("twitter:description", &description);
    if event.visibility() == EventVisibility::Public {
        head.data(&[("type", "application/ld+json")], &linked_data(site, event, &url))
    } else {
        // Whoever has the address may show it around; no search engine may.
        head.meta("robots", "noindex")
    }
}

/// schema.org's Event.
fn linked_data(site: &Site, event: &Event, url: &str) -> Value {
    let status = match event.state() {
        EventState::Cancelled => "https://schema.org/EventCancelled",
        _ => "https://schema.org/EventScheduled",
    };
    let mut data = json!({
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "description": description(event),
        "url": url,
        "eventStatus": status,
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": url},
        "organizer": {"@type": "Organization", "name": event.organization_name},
        "performer": event.speakers.iter()
            .map(|speaker| json!({"@type": "Person", "name": speaker.name}))
            .collect::<Vec<_>>(),
    });
    let optional = [
        ("startDate", event.start_time.as_ref().and_then(instant)),
        ("endDate", event.end_time.as_ref().and_then(instant)),
        ("image", cover_url(site, event)),
    ];
    for (key, value) in optional {
        if let Some(value) = value {
            data[key] = value.into();
        }
    }
    data
}

/// What those read who run no JavaScript, and everybody until it runs.
fn body(event: &Event) -> Html {
    let mut body = Html::new()
        .raw("<main><article>")
        .element("h1", &event.title)
        .element("p", &event.organization_name);
    if event.state() == EventState::Cancelled {
        body = body.raw("<p>This event has been cancelled.</p>");
    }
    body = time(body, event.start_time.as_ref(), &event.time_zone)
        .element("p", &event.summary)
        .sanitized(&event.description_html);
    if !event.sessions.is_empty() {
        body = body.raw("<h2>Agenda</h2><ul>");
        for session in &event.sessions {
            body = agenda_line(body.raw("<li>"), event, session).raw("</li>");
        }
        body = body.raw("</ul>");
    }
    body.raw("</article></main>")
}

fn agenda_line(html: Html, event: &Event, session: &Session) -> Html {
    let speaks = |speaker: &&Speaker| session.speaker_ids.contains(&speaker.id);
    let speakers: Vec<_> = event
        .speakers
        .iter()
        .filter(speaks)
        .map(|speaker| speaker.name.as_str())
        .collect();
    time(html, session.start_time.as_ref(), &event.time_zone)
        .element("h3", &session.title)
        .element("p", &speakers.join(", "))
        .element("p", &session.summary)
}

/// A moment in the zone that the organizer thinks in.
pub(super) fn time(html: Html, time: Option<&Timestamp>, zone: &str) -> Html {
    let Some((instant, words)) = time.and_then(|time| Some((instant(time)?, words(time, zone)?))) else {
        return html;
    };
    html.raw("<p>")
        .open("time", &[("datetime", &instant)])
        .text(&words)
        .raw("</time></p>")
}

/// RFC 3339.
fn instant(time: &Timestamp) -> Option<String> {
    let time = jiff::Timestamp::new(time.seconds, time.nanos).ok()?;
    Some(time.to_string())
}

fn words(time: &Timestamp, zone: &str) -> Option<String> {
    let time = jiff::Timestamp::new(time.seconds, time.nanos).ok()?;
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    Some(time.to_zoned(zone).strftime("%A, %-d %B %Y, %H:%M %Z").to_string())
}

fn description(event: &Event) -> String {
    let text = if event.summary.is_empty() {
        &event.description_markdown
    } else {
        &event.summary
    };
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(DESCRIPTION_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words,
    }
}

fn cover_url(site: &Site, event: &Event) -> Option<String> {
    let cover = event.cover.as_ref()?;
    Some(site.origin.url(&format!("/images/event/{}", cover.id)))
}
