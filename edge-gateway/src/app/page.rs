//! The app's one HTML file, and what is put into it.

use anyhow::{Context as _, ensure};
use axum::response::{Html as HtmlAnswer, IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};

use super::Site;
use super::markup::Html;

/// Where title, previews and data go.
const HEAD_MARKER: &str = "<!--plenary:head-->";
/// Where the text goes that those see who run no JavaScript.
const BODY_MARKER: &str = "<!--plenary:body-->";

/// `index.html`, cut at its markers.
#[derive(Debug)]
pub(super) struct Template {
    before_head: String,
    between: String,
    after_body: String,
}

/// What a page shows before the app runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) head: Html,
    pub(super) body: Html,
}

impl Template {
    pub(super) fn parse(index: &str) -> anyhow::Result<Self> {
        let (before_head, rest) = index
            .split_once(HEAD_MARKER)
            .with_context(|| format!("index.html lacks {HEAD_MARKER}"))?;
        let (between, after_body) = rest
            .split_once(BODY_MARKER)
            .with_context(|| format!("index.html lacks {BODY_MARKER} behind {HEAD_MARKER}"))?;
        let again = after_body.contains(HEAD_MARKER) || after_body.contains(BODY_MARKER);
        ensure!(
            !again && !between.contains(HEAD_MARKER),
            "index.html has a marker twice"
        );
        Ok(Self {
            before_head: before_head.to_owned(),
            between: between.to_owned(),
            after_body: after_body.to_owned(),
        })
    }

    pub(super) fn fill(&self, page: &Page) -> Response {
        let parts = [
            self.before_head.as_str(),
            page.head.as_str(),
            &self.between,
            page.body.as_str(),
            &self.after_body,
        ];
        let mut response = (page.status, HtmlAnswer(parts.concat())).into_response();
        // It names the files of this build, so that an old copy would ask for files that are gone.
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }
}

impl Page {
    /// A page that is for the person in front of it, and for no search engine.
    pub(super) fn plain(site: &Site) -> Self {
        Self::without_data(site, StatusCode::OK)
    }

    /// There is nothing at this address, or nothing for everybody.
    pub(super) fn not_found(site: &Site) -> Self {
        Self::without_data(site, StatusCode::NOT_FOUND)
    }

    /// The service that knows what to show is away. The app asks again; a crawler comes back later.
    pub(super) fn unavailable(site: &Site) -> Self {
        Self::without_data(site, StatusCode::SERVICE_UNAVAILABLE)
    }

    fn without_data(site: &Site, status: StatusCode) -> Self {
        let noscript = Html::new()
            .raw("<noscript><p>")
            .text(&site.name)
            .raw(" needs JavaScript: please switch it on.</p></noscript>");
        Self {
            status,
            head: Html::new().element("title", &site.name).meta("robots", "noindex"),
            body: noscript,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_has_each_marker_once_and_in_order() {
        let good = format!("a{HEAD_MARKER}b{BODY_MARKER}c");
        let template = Template::parse(&good).expect("good");
        assert_eq!((template.before_head.as_str(), template.between.as_str()), ("a", "b"));
        for bad in [
            "nothing".to_owned(),
            HEAD_MARKER.to_owned(),
            format!("{BODY_MARKER}{HEAD_MARKER}"),
            format!("{good}{BODY_MARKER}"),
            format!("{HEAD_MARKER}{good}"),
        ] {
            assert!(Template::parse(&bad).is_err(), "{bad}");
        }
    }
}
