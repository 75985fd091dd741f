//! What search engines are told: where not to look, and what there is.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Extension, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, header};
use plenary_proto::events::v1::SearchEventsRequest;
use tokio::sync::Mutex;
use tonic::Status;

use super::Site;
use super::markup::escape;
use crate::Edge;
use crate::client::Client;
use crate::limits::{SITEMAP_DURATION, SITEMAP_PAGES_MAX};
use crate::lines::request_for;
use crate::problem::Problem;

/// Pages that are for the person in front of them, and what is no page.
const DISALLOWED: [&str; 6] = ["/admin", "/live", "/organize", "/profile", "/rtc", "/session"];

/// As many as one answer of the service may hold.
const PAGE_SIZE: i32 = 100;

/// The sitemap that was made last. One request at a time makes a new one; others wait for it.
#[derive(Debug, Default)]
pub(super) struct Sitemap(Mutex<Option<(Instant, String)>>);

/// `GET /robots.txt`
pub(super) async fn robots(State(edge): State<Arc<Edge>>) -> String {
    let disallowed: String = DISALLOWED.iter().map(|path| format!("Disallow: {path}\n")).collect();
    let sitemap = edge.app.site.origin.url("/sitemap.xml");
    format!("User-agent: *\n{disallowed}\nSitemap: {sitemap}\n")
}

/// `GET /sitemap.xml`: the start page and every public event that has not ended.
pub(super) async fn sitemap(
    State(edge): State<Arc<Edge>>,
    Extension(client): Extension<Client>,
) -> Result<Response, Problem> {
    let now = edge.clock.instant();
    let mut kept = edge.app.sitemap.0.lock().await;
    let fresh = kept
        .as_ref()
        .filter(|(made, _)| now.saturating_duration_since(*made) < SITEMAP_DURATION);
    let xml = match fresh {
        Some((_, xml)) => xml.clone(),
        None => {
            let xml = write(&edge.app.site, &public_events(&edge, client).await?);
            kept.insert((now, xml)).1.clone()
        }
    };
    let content_type = HeaderValue::from_static("application/xml; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, content_type)], xml).into_response())
}

async fn public_events(edge: &Edge, client: Client) -> Result<Vec<String>, Status> {
    let mut ids = Vec::new();
    let mut page_token = String::new();
    for _ in 0..SITEMAP_PAGES_MAX {
        let request = SearchEventsRequest {
            page_size: PAGE_SIZE,
            page_token,
            ..SearchEventsRequest::default()
        };
        let found = edge
            .lines
            .events
            .clone()
            .search_events(request_for(client.0, request))
            .await?;
        let found = found.into_inner();
        ids.extend(found.events.into_iter().map(|event| event.id));
        page_token = found.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    Ok(ids)
}

fn write(site: &Site, event_ids: &[String]) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n",
    );
    let events = event_ids.iter().map(|id| format!("/events/{id}"));
    for path in ["/".to_owned()].into_iter().chain(events) {
        xml.push_str("<url><loc>");
        escape(&site.origin.url(&path), &mut xml);
        xml.push_str("</loc></url>\n");
    }
    xml.push_str("</urlset>\n");
    xml
}
