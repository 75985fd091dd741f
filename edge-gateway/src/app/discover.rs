//! The page that lists what is on.

use std::net::IpAddr;

use http::StatusCode;
use plenary_proto::events::v1::{SearchEventsRequest, SearchEventsResponse};

use super::Site;
use super::event::time;
use super::first_load::{self, Answer};
use super::markup::Html;
use super::page::Page;
use crate::limits::PAGE_DATA_DURATION_MAX;
use crate::lines::{Lines, request_for};

const METHOD: &str = "plenary.events.v1.EventService/SearchEvents";
const DESCRIPTION: &str = "Live events, workshops and talks to join from your browser.";

/// The first page of what everybody finds. Without it the app asks by itself, so a failure is no failure of the page.
pub(super) async fn page(site: &Site, lines: &Lines, client: IpAddr) -> Page {
    let asked = SearchEventsRequest::default();
    let mut request = request_for(client, asked.clone());
    request.set_timeout(PAGE_DATA_DURATION_MAX);
    let found = lines.events.clone().search_events(request).await;
    let found = found
        .inspect_err(|status| tracing::warn!(%status, "the start page is served without events"))
        .ok();
    let url = site.origin.url("/");
    let mut head = Html::new()
        .element("title", &site.name)
        .meta("description", DESCRIPTION)
        .open("link", &[("rel", "canonical"), ("href", &url)])
        .property("og:type", "website")
        .property("og:site_name", &site.name)
        .property("og:title", &site.name)
        .property("og:description", DESCRIPTION)
        .property("og:url", &url)
        .meta("twitter:card", "summary");
    let mut body = Html::new().raw("<main>").element("h1", &site.name);
    if let Some(found) = found {
        let found = found.into_inner();
        head = first_load::add(head, &[Answer::new(METHOD, &asked, &found)]);
        body = list(body, &found);
    }
    Page {
        status: StatusCode::OK,
        head,
        body: body.raw("</main>"),
    }
}

fn list(mut html: Html, found: &SearchEventsResponse) -> Html {
    html = html.raw("<ul>");
    for event in &found.events {
        let path = format!("/events/{}", event.id);
        html = html
            .raw("<li><h2>")
            .open("a", &[("href", &path)])
            .text(&event.title)
            .raw("</a></h2>")
            .element("p", &event.organization_name);
        html = time(html, event.start_time.as_ref(), &event.time_zone)
            .element("p", &event.summary)
            .raw("</li>");
    }
    html.raw("</ul>")
}
