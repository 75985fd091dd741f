//! The web app: its files, and its one page filled for each address.
//!
//! Pages are made without asking who looks: what is in them is what everybody may see, so that they hold no secret and
//! a private event's page is the same as that of an event that does not exist.

mod crawlers;
mod discover;
mod event;
mod files;
mod first_load;
mod markup;
mod page;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::header;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

use crate::client::Client;
use crate::problem::Problem;
use crate::{Config, Edge, Origin};

use crawlers::Sitemap;
use files::Files;
use page::{Page, Template};

/// The web app of one gateway.
#[derive(Debug)]
pub(crate) struct App {
    site: Site,
    /// `None` when the gateway serves no app.
    built: Option<Built>,
    sitemap: Sitemap,
}

/// What pages say of the place that they are on.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    name: String,
    origin: Origin,
}

/// What `npm run build` made.
#[derive(Debug)]
struct Built {
    files: Files,
    template: Template,
}

/// What an address shows.
#[derive(Debug, PartialEq, Eq)]
enum Place<'a> {
    Discover,
    /// By the id in its address, which may be none.
    Event(&'a str),
    /// A page that is for the person in front of it only.
    Other,
}

impl App {
    /// Reads the folder that is configured.
    pub(crate) fn load(config: &Config, origin: &Origin) -> anyhow::Result<Self> {
        let built = config.web.as_deref().map(Built::load).transpose()?;
        Ok(Self {
            site: Site {
                name: config.site_name.clone(),
                origin: origin.clone(),
            },
            built,
            sitemap: Sitemap::default(),
        })
    }
}

impl Built {
    fn load(folder: &Path) -> anyhow::Result<Self> {
        let shown = folder.display();
        let index = folder.join("index.html");
        let index = std::fs::read_to_string(&index)
            .with_context(|| format!("cannot read {} (gateway.web): is the web app built?", index.display()))?;
        Ok(Self {
            files: Files::load(folder).with_context(|| format!("cannot use the web app in {shown} (gateway.web)"))?,
            template: Template::parse(&index).with_context(|| format!("cannot use the web app in {shown}"))?,
        })
    }
}

/// What crawlers read, and, for every other address, a file or a page.
pub(crate) fn routes() -> Router<Arc<Edge>> {
    let pages = get(show).layer(CompressionLayer::new().compress_when(SizeAbove::new(512).and(is_page)));
    Router::new()
        .route("/robots.txt", get(crawlers::robots))
        .route("/sitemap.xml", get(crawlers::sitemap))
        .fallback(pages)
}

/// Only pages are compressed on their way: files have been before, and pictures cannot be.
fn is_page(_: http::StatusCode, _: http::Version, headers: &http::HeaderMap, _: &http::Extensions) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    content_type.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

async fn show(State(edge): State<Arc<Edge>>, Extension(client): Extension<Client>, request: Request) -> Response {
    let Some(built) = &edge.app.built else {
        return Problem::not_found().into_response();
    };
    let path = request.uri().path();
    if let Some(file) = built.files.get(path) {
        return file.answer(request.headers());
    }
    // What looks like a file is one that is missing: a browser that asks for a script must not get a page.
    if path.starts_with("/assets/") || path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return Problem::not_found().into_response();
    }
    let site = &edge.app.site;
    let page = match place(path) {
        Place::Discover => discover::page(site, &edge.lines, client.0).await,
        Place::Event(id) => event::page(site, &edge.lines, client.0, id).await,
        Place::Other => Page::plain(site),
    };
    built.template.fill(&page)
}

fn place(path: &str) -> Place<'_> {
    match path.strip_prefix("/events/") {
        _ if path == "/" => Place::Discover,
        // Choosing tickets starts with the same data; the page's canonical address is the event's.
        Some(rest) => match rest.strip_suffix("/tickets").unwrap_or(rest) {
            id if !id.contains('/') => Place::Event(id),
            _ => Place::Other,
        },
        None => Place::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        assert_eq!(place("/"), Place::Discover);
        assert_eq!(place("/events/evt_1"), Place::Event("evt_1"));
        assert_eq!(place("/events/"), Place::Event(""));
        assert_eq!(place("/events/evt_1/tickets"), Place::Event("evt_1"));
        assert_eq!(place("/events/evt_1/else"), Place::Other);
        assert_eq!(place("/events"), Place::Other);
        assert_eq!(place("/organize"), Place::Other);
    }
}
