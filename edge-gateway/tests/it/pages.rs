//! The web app's files and pages, and what is in their heads.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use http::{Method, StatusCode};
use plenary_proto::common::v1::Image;
use plenary_proto::events::v1::{Event, EventState, EventVisibility, Session, Speaker};
use serde_json::{Value, json};

use crate::client::Answer;
use crate::fakes::event;
use crate::world::World;

const FIRST: &str = "evt_00000000000000000000000001";
const SECOND: &str = "evt_00000000000000000000000002";
const UNKNOWN: &str = "evt_0000000000000000000000000z";

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob:;";

/// What stands between two texts.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} is not in {text}"))
        .1;
    rest.split_once(after)
        .unwrap_or_else(|| panic!("{after} is not in {rest}"))
        .0
}

fn data(page: &Answer) -> Value {
    let json = between(
        page.text(),
        "<script type=\"application/json\" id=\"plenary-data\">",
        "</script>",
    );
    serde_json::from_str(json).expect("JSON")
}

fn linked_data(page: &Answer) -> Value {
    let json = between(page.text(), "<script type=\"application/ld+json\">", "</script>");
    serde_json::from_str(json).expect("JSON")
}

async fn event_page(world: &World, id: &str) -> Answer {
    world.browser().get(&format!("/events/{id}")).await
}

#[tokio::test]
async fn a_public_event_has_its_data_and_previews_in_its_page() {
    let world = World::with("public_url = \"https://events.example.org\"").await;
    world.fakes.add_event(Event {
        summary: "Meet the   team".to_owned(),
        description_html: "<p>Long <em>text</em></p>".to_owned(),
        cover: Some(Image {
            id: "img_1".to_owned(),
            ..Image::default()
        }),
        cover_alt: "A stage".to_owned(),
        sessions: vec![Session {
            title: "Keynote".to_owned(),
            speaker_ids: vec!["spk_1".to_owned()],
            ..Session::default()
        }],
        speakers: vec![Speaker {
            id: "spk_1".to_owned(),
            name: "Grace".to_owned(),
            ..Speaker::default()
        }],
        ..event(FIRST, "Launch")
    });
    let page = event_page(&world, FIRST).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-cache");
    let url = format!("https://events.example.org/events/{FIRST}");
    for expected in [
        "<title>Launch · Plenary</title>".to_owned(),
        "<meta name=\"description\" content=\"Meet the team\">".to_owned(),
        format!("<link rel=\"canonical\" href=\"{url}\">"),
        format!("<meta property=\"og:url\" content=\"{url}\">"),
        "<meta property=\"og:image\" content=\"https://events.example.org/images/event/img_1\">".to_owned(),
        "<meta name=\"twitter:card\" content=\"summary_large_image\">".to_owned(),
        "<time datetime=\"2026-01-02T12:00:00Z\">Friday, 2 January 2026, 13:00 CET</time>".to_owned(),
        "<p>Long <em>text</em></p>".to_owned(),
        "<h3>Keynote</h3><p>Grace</p>".to_owned(),
    ] {
        assert!(page.text().contains(&expected), "{expected} is not in {}", page.text());
    }
    assert!(!page.text().contains("noindex"));
    let title = page.text().find("<title>Launch").expect("is there");
    assert!(
        title < page.text().find("<title>Plenary").expect("is there"),
        "the first title counts"
    );

    let linked = linked_data(&page);
    assert_eq!((&linked["@type"], &linked["name"]), (&json!("Event"), &json!("Launch")));
    assert_eq!(linked["startDate"], "2026-01-02T12:00:00Z");
    assert_eq!(linked["performer"][0]["name"], "Grace");
    let answer = &data(&page)["responses"][0];
    assert_eq!(answer["method"], "plenary.events.v1.EventService/GetEvent");
    assert_eq!(answer["request"], json!({"eventId": FIRST}));
    assert_eq!(answer["response"]["event"]["title"], "Launch");
    assert!(
        !world.fakes.seen()[0].headers.contains_key("authorization"),
        "asked as nobody in particular"
    );
}

#[tokio::test]
async fn a_hostile_event_stays_text() {
    let world = World::new().await;
    let hostile = "</title></script><script>alert(1)</script><img src=x onerror=\"alert(2)\" title='";
    world.fakes.add_event(Event {
        summary: hostile.to_owned(),
        organization_name: hostile.to_owned(),
        cover_alt: hostile.to_owned(),
        time_zone: hostile.to_owned(),
        cover: Some(Image {
            id: hostile.to_owned(),
            ..Image::default()
        }),
        ..event(FIRST, hostile)
    });
    let page = event_page(&world, FIRST).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        !page.text().contains("<script>") && !page.text().contains("<img"),
        "{}",
        page.text()
    );
    let (head, rest) = page.text().split_once("<script ").expect("data");
    let (_, body) = rest.rsplit_once("</script>").expect("data");
    assert!(!head.contains("=\"alert") && !head.contains("title='"), "{head}");
    assert!(!body.contains("=\"alert") && !body.contains("title='"), "{body}");
    assert_eq!(
        page.text().matches("</script>").count(),
        2,
        "one for each block of data"
    );
    assert_eq!(linked_data(&page)["name"], hostile);
    assert_eq!(data(&page)["responses"][0]["response"]["event"]["summary"], hostile);
}

#[tokio::test]
async fn an_event_that_is_not_for_everybody_is_one_that_does_not_exist() {
    let world = World::new().await;
    let unknown = event_page(&world, UNKNOWN).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.text().contains("<meta name=\"robots\" content=\"noindex\">"));
    // Even if the service made a mistake and gave them away.
    let hidden = [
        (EventState::Draft, EventVisibility::Public),
        (EventState::Submitted, EventVisibility::Public),
        (EventState::Approved, EventVisibility::Public),
        (EventState::Rejected, EventVisibility::Unlisted),
        (EventState::Published, EventVisibility::Private),
        (EventState::Published, EventVisibility::Unspecified),
    ];
    for (state, visibility) in hidden {
        world.fakes.add_event(Event {
            state: state.into(),
            visibility: visibility.into(),
            ..event(FIRST, "Secret")
        });
        let page = event_page(&world, FIRST).await;
        assert_eq!(
            (page.status, &page.body),
            (unknown.status, &unknown.body),
            "{state:?} {visibility:?}"
        );
    }
    let nonsense = event_page(&world, "evt_nonsense").await;
    assert_eq!((nonsense.status, &nonsense.body), (unknown.status, &unknown.body));
}

#[tokio::test]
async fn an_unlisted_event_is_for_those_with_the_address() {
    let world = World::new().await;
    world.fakes.add_event(Event {
        visibility: EventVisibility::Unlisted.into(),
        ..event(FIRST, "Quiet")
    });
    let page = event_page(&world, FIRST).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("<meta name=\"robots\" content=\"noindex\">"));
    assert!(page.text().contains("og:title") && !page.text().contains("ld+json"));
}

#[tokio::test]
async fn the_start_page_brings_the_first_events() {
    let world = World::new().await;
    world.fakes.add_event(event(FIRST, "One & only"));
    let page = world.browser().get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    let link = format!("<a href=\"/events/{FIRST}\">One &amp; only</a>");
    assert!(page.text().contains(&link), "{}", page.text());
    let answer = &data(&page)["responses"][0];
    assert_eq!(answer["method"], "plenary.events.v1.EventService/SearchEvents");
    assert_eq!(answer["request"], json!({}));
    assert_eq!(answer["response"]["events"][0]["id"], FIRST);
}

#[tokio::test]
async fn without_the_service_the_app_is_still_served() {
    let world = World::new().await;
    world.fakes.take_events_away();
    let start = world.browser().get("/").await;
    assert_eq!(start.status, StatusCode::OK);
    assert!(!start.text().contains("plenary-data"));
    let page = event_page(&world, FIRST).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.text().contains("<div id=\"root\">"));
}

#[tokio::test]
async fn pages_carry_the_policy_and_are_compressed() {
    let world = World::new().await;
    for path in ["/", "/sign-in", "/organize/events/evt_1", "/nowhere"] {
        let page = world.browser().get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with(POLICY) && !policy.contains("unsafe"), "{policy}");
        assert!(page.header("permissions-policy").contains("display-capture=(self)"));
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("referrer-policy"), "strict-origin-when-cross-origin");
        assert!(page.text().contains("<div id=\"root\">"), "{path}");
    }
    let page = world.browser().get_with("/", &[("accept-encoding", "gzip")]).await;
    assert_eq!(page.header("content-encoding"), "gzip");
    assert_eq!(&page.body[..2], b"\x1f\x8b");
}

#[tokio::test]
async fn files_come_compressed_and_for_good_and_nothing_else_comes() {
    let world = World::new().await;
    std::fs::write(world.web().join("later.txt"), "written after the start").expect("written");
    let browser = world.browser();
    let script = browser
        .get_with("/assets/index-1a2b.js", &[("accept-encoding", "gzip, br")])
        .await;
    assert_eq!((script.status, script.text()), (StatusCode::OK, "compressed"));
    assert_eq!(script.header("content-encoding"), "br");
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(script.header("vary"), "accept-encoding");
    assert_eq!(browser.get("/assets/index-1a2b.js").await.text(), "plain()");

    let escapes = [
        "/../../../../etc/passwd",
        "/assets/../../../../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd.txt",
        "/assets/index-9z9z.js",
        "/later.txt",
        "/index.html",
        "/.env",
        "/wp-login.php",
    ];
    let nowhere = browser.get("/nowhere").await;
    for path in escapes {
        let answer = browser.get(path).await;
        assert!(!answer.text().contains("root:"), "{path}");
        let is_any_page = answer.body == nowhere.body;
        assert!(
            answer.status == StatusCode::NOT_FOUND || is_any_page,
            "{path}: {answer:?}"
        );
    }
    assert_eq!(
        browser.ask(Method::POST, "/theme.js", &[], "").await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    let head = browser.ask(Method::HEAD, "/theme.js", &[], "").await;
    assert_eq!(
        (head.status, head.body.len(), head.header("content-length")),
        (StatusCode::OK, 0, "7")
    );
}

#[tokio::test]
async fn pictures_are_kept_for_good_and_are_pictures() {
    let world = World::new().await;
    let browser = world.browser();
    let path = "/images/event/img_00000000000000000000000001";
    let picture = browser.get(path).await;
    assert_eq!((picture.status, picture.text()), (StatusCode::OK, "pixels"));
    assert_eq!(picture.header("content-type"), "image/png");
    assert_eq!(picture.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(picture.header("x-content-type-options"), "nosniff");
    assert!(picture.header("content-security-policy").ends_with("sandbox"));
    let asked = world.fakes.seen().len();
    let again = browser
        .get_with(path, &[("if-none-match", picture.header("etag"))])
        .await;
    assert_eq!(
        (again.status, world.fakes.seen().len()),
        (StatusCode::NOT_MODIFIED, asked)
    );

    for path in [
        "/images/event/img_00000000000000000000000002", // stored as HTML
        "/images/event/img_00000000000000000000000003",
        "/images/event/nonsense",
        "/images/secret/img_00000000000000000000000001",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn crawlers_find_every_public_event_and_no_private_page() {
    let world = World::with("public_url = \"https://events.example.org\"").await;
    world.fakes.add_event(event(FIRST, "One"));
    world.fakes.add_event(event(SECOND, "Two"));
    let robots = world.browser().get("/robots.txt").await;
    assert!(robots.text().contains("Disallow: /organize\n"));
    assert!(
        robots
            .text()
            .ends_with("Sitemap: https://events.example.org/sitemap.xml\n")
    );
    let sitemap = world.browser().get("/sitemap.xml").await;
    assert_eq!(sitemap.header("content-type"), "application/xml; charset=utf-8");
    for path in ["/", &format!("/events/{FIRST}"), &format!("/events/{SECOND}")] {
        assert!(
            sitemap
                .text()
                .contains(&format!("<loc>https://events.example.org{path}</loc>")),
            "{path}"
        );
    }
    let asked = world.fakes.seen().len();
    assert_eq!(world.browser().get("/sitemap.xml").await.body, sitemap.body);
    assert_eq!(world.fakes.seen().len(), asked, "it is made once for a while");
}

#[tokio::test]
async fn further_routes_pass_the_same_door() {
    let own = [("content-security-policy", "default-src 'self'")];
    let extra = Router::new()
        .route("/dev/mail", get(async || Html("mail")))
        .route("/dev/own", get(move || async move { (own, Html("own")) }));
    let world = World::with_extra("", extra).await;
    let mail = world.browser().get("/dev/mail").await;
    assert_eq!((mail.status, mail.text()), (StatusCode::OK, "mail"));
    assert!(mail.header("content-security-policy").starts_with(POLICY));
    assert_eq!(
        world.browser().get("/dev/own").await.header("content-security-policy"),
        "default-src 'self'"
    );
    assert!(
        world
            .browser()
            .get("/sign-in")
            .await
            .text()
            .contains("<div id=\"root\">")
    );
}
