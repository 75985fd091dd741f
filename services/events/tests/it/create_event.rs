//! `CreateEvent`, and `PreviewDescription` of what is typed into it.

use kit_core::ids::OrganizationId;
use plenary_proto::events::v1 as pb;
use time::Duration;
use tonic::Code;

use crate::world::{Plan, World, faults, organization, reason};

#[tokio::test]
async fn a_title_is_enough_for_a_draft() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = pb::Event {
        organization_id: organization(&ada),
        title: "  Rust   day ".to_owned(),
        ..Default::default()
    };
    let event = world.create(&ada, event).await.expect("a draft");
    assert!(event.id.starts_with("evt_"));
    assert_eq!(
        (event.title.as_str(), event.organization_name.as_str()),
        ("Rust day", "Ada's Hall")
    );
    assert_eq!(
        (event.state(), event.visibility()),
        (pb::EventState::Draft, pb::EventVisibility::Public)
    );
    assert_eq!(
        (event.start_time, event.end_time, event.time_zone.as_str()),
        (None, None, "UTC")
    );
    assert_eq!(
        event.access.as_ref().map(|access| (access.can_view, access.can_manage)),
        Some((true, true))
    );
    assert!(!event.etag.is_empty() && event.publish_time.is_none());
    assert_eq!(world.get(&ada, &event.id).await.expect("one's own"), event);
}

#[tokio::test]
async fn everything_that_is_given_is_kept() {
    let world = World::new().await;
    let ada = world.organizer();
    let plan = Plan {
        visibility: pb::EventVisibility::Unlisted,
        ..Plan::default()
    };
    let given = world.plan(&ada, plan);
    let event = world.create(&ada, given.clone()).await.expect("a draft");
    assert_eq!((&event.title, &event.summary), (&given.title, &given.summary));
    assert_eq!((event.start_time, event.end_time), (given.start_time, given.end_time));
    assert_eq!(
        (event.time_zone.as_str(), event.visibility()),
        ("Europe/Berlin", pb::EventVisibility::Unlisted)
    );
    assert_eq!(event.description_html, "<h2>Why</h2>\n<p>Because.</p>\n");
}

#[tokio::test]
async fn every_fault_is_named_at_once() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = pb::Event {
        organization_id: "evt_1".to_owned(),
        title: " ".to_owned(),
        summary: "x".repeat(201),
        description_markdown: "x".repeat(20_001),
        start_time: Some(prost_types::Timestamp { seconds: 0, nanos: -1 }),
        time_zone: "Mars/Olympus".to_owned(),
        visibility: 9,
        cover: Some(plenary_proto::common::v1::Image {
            id: "x".to_owned(),
            width: 0,
            height: 0,
        }),
        ..Default::default()
    };
    let request = pb::CreateEventRequest {
        request_id: "once".to_owned(),
        event: Some(event),
    };
    let found = faults(world.events(&ada).create_event(request).await);
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(field, reason)| (field.as_str(), reason.as_str()))
        .collect();
    let expected = [
        ("request_id", "REQUEST_ID_INVALID"),
        ("event.organization_id", "ID_INVALID"),
        ("event.title", "REQUIRED"),
        ("event.summary", "TOO_LONG"),
        ("event.description_markdown", "TOO_LONG"),
        ("event.start_time", "TIME_INVALID"),
        ("event.time_zone", "TIME_ZONE_INVALID"),
        ("event.visibility", "VISIBILITY_INVALID"),
        ("event.cover.id", "ID_INVALID"),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn times_must_make_an_event() {
    let world = World::new().await;
    let ada = world.organizer();
    let whole = world.plan(&ada, Plan::default());
    let cases = [
        (
            pb::Event {
                end_time: None,
                ..whole.clone()
            },
            ("event.end_time", "REQUIRED"),
        ),
        (
            pb::Event {
                start_time: None,
                ..whole.clone()
            },
            ("event.start_time", "REQUIRED"),
        ),
        (
            pb::Event {
                end_time: whole.start_time,
                ..whole.clone()
            },
            ("event.end_time", "END_BEFORE_START"),
        ),
        (
            pb::Event {
                end_time: world.at(Duration::days(60)),
                ..whole.clone()
            },
            ("event.end_time", "TOO_LONG"),
        ),
    ];
    for (event, (field, reason)) in cases {
        assert_eq!(
            faults(world.create(&ada, event).await),
            [(field.to_owned(), reason.to_owned())]
        );
    }
}

#[tokio::test]
async fn nobody_creates_in_an_organization_that_is_not_theirs() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    let refused = reason(world.create(&eve, world.plan(&ada, Plan::default())).await);
    assert_eq!(refused, (Code::NotFound, "ORGANIZATION_NOT_FOUND".to_owned()));
    let nowhere = OrganizationId::new(world.app.clock(), &kit_core::Rng::seeded(9)).to_string();
    let event = pb::Event {
        organization_id: nowhere,
        ..world.plan(&ada, Plan::default())
    };
    assert_eq!(reason(world.create(&ada, event).await), refused);
    assert_eq!(world.count("select count(*) from events").await, 0);
}

#[tokio::test]
async fn a_repeated_request_is_one_event() {
    let world = World::new().await;
    let ada = world.organizer();
    let request = pb::CreateEventRequest {
        request_id: world.request_id(),
        event: Some(world.plan(&ada, Plan::default())),
    };
    let first = world
        .events(&ada)
        .create_event(request.clone())
        .await
        .expect("created")
        .into_inner();
    let again = world
        .events(&ada)
        .create_event(request.clone())
        .await
        .expect("replayed")
        .into_inner();
    assert_eq!(again, first);
    let other = pb::Event {
        title: "Another".to_owned(),
        ..request.event.clone().expect("given")
    };
    let other = pb::CreateEventRequest {
        event: Some(other),
        ..request.clone()
    };
    let refused = reason(world.events(&ada).create_event(other).await);
    assert_eq!(refused, (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
    // Somebody else's request id is somebody else's.
    let bob = world.colleague(&ada);
    let theirs = world
        .events(&bob)
        .create_event(request)
        .await
        .expect("created")
        .into_inner();
    assert_ne!(theirs.event.expect("the event").id, first.event.expect("the event").id);
    assert_eq!(world.count("select count(*) from events").await, 2);
}

#[tokio::test]
async fn a_preview_is_what_the_page_will_show() {
    let world = World::new().await;
    let ada = world.organizer();
    let markdown = "Hello <script>alert(1)</script> [there](javascript:alert(1)) **you**".to_owned();
    let request = pb::PreviewDescriptionRequest {
        markdown: markdown.clone(),
    };
    let html = world
        .events(&ada)
        .preview_description(request)
        .await
        .expect("rendered")
        .into_inner()
        .html;
    let event = pb::Event {
        description_markdown: markdown,
        ..world.plan(&ada, Plan::default())
    };
    assert_eq!(world.create(&ada, event).await.expect("a draft").description_html, html);
    assert!(
        html.contains("<strong>you</strong>") && html.contains("&lt;script&gt;"),
        "{html}"
    );
    assert!(!html.contains("href"), "{html}");
    let long = pb::PreviewDescriptionRequest {
        markdown: "x".repeat(20_001),
    };
    let refused = faults(world.events(&ada).preview_description(long).await);
    assert_eq!(refused, [("markdown".to_owned(), "TOO_LONG".to_owned())]);
}
