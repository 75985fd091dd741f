//! Descriptions: Markdown in, HTML out that any page may show.
//!
//! Two independent walls. The renderer never passes raw HTML on, so that what an organizer types between angle brackets
//! is text; and whatever it makes goes through an allow-list of elements, attributes and URL schemes. Nothing is stored:
//! a stricter list protects from old descriptions at once.

use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::Description;
use super::limits::MARKDOWN_DEPTH_MAX;

/// Elements that the renderer makes from Markdown. Headings begin below the page's own.
const ELEMENTS: [&str; 25] = [
    "p",
    "br",
    "hr",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "blockquote",
    "code",
    "pre",
    "em",
    "strong",
    "del",
    "a",
    "img",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
];

static SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(sanitizer);

/// The description as sanitized HTML: no scripts, no styles, no ids; links leave the site without endorsement; pictures
/// come over HTTPS or not at all.
pub fn render(description: &Description) -> String {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut depth = Depth::default();
    let events = Parser::new_ext(description.as_str(), options).filter_map(|event| depth.flatten(tame(event)?));
    let mut rough = String::with_capacity(description.as_str().len() * 3 / 2);
    html::push_html(&mut rough, events);
    SANITIZER.clean(&rough).to_string()
}

fn sanitizer() -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(ELEMENTS.into())
        .add_tag_attributes("a", ["href", "title"])
        .add_tag_attributes("img", ["src", "alt", "title", "loading", "referrerpolicy"])
        .add_tag_attributes("ol", ["start"])
        .set_tag_attribute_value("img", "loading", "lazy")
        .set_tag_attribute_value("img", "referrerpolicy", "no-referrer")
        .link_rel(Some("nofollow noopener"))
        .url_schemes(["https", "http", "mailto"].into())
        .url_relative(UrlRelative::Deny)
        .attribute_filter(|element, attribute, value| {
            let hidden = element == "img" && attribute == "src" && !is_https(value);
            (!hidden).then_some(value.into())
        })
        .strip_comments(true);
    builder
}

/// One piece of Markdown without what a description must not have. `None` drops it.
fn tame(event: Event<'_>) -> Option<Event<'_>> {
    Some(match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: below(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        // Without its address a picture is its alternative text, which is what the renderer makes of its inside.
        Event::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let dest_url = if is_https(&dest_url) {
                dest_url
            } else {
                CowStr::Borrowed("")
            };
            Event::Start(Tag::Image {
                link_type,
                dest_url,
                title,
                id,
            })
        }
        other => other,
    })
}

/// One level down: the page's title is its only heading of the first level.
fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

fn is_https(url: &str) -> bool {
    url.get(..8)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))
}

/// How deep the current piece is nested.
#[derive(Default)]
struct Depth(usize);

impl Depth {
    /// Drops the frames that are nested too deep, and keeps what is in them.
    fn flatten<'a>(&mut self, event: Event<'a>) -> Option<Event<'a>> {
        match event {
            Event::Start(_) => {
                self.0 += 1;
                (self.0 <= MARKDOWN_DEPTH_MAX).then_some(event)
            }
            Event::End(_) => {
                self.0 -= 1;
                (self.0 < MARKDOWN_DEPTH_MAX).then_some(event)
            }
            _ => Some(event),
        }
    }
}

#[cfg(test)]
mod tests;
