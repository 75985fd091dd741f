//! `SearchEvents`: what everybody finds.

use plenary_proto::events::v1 as pb;
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use time::Duration;

use crate::world::{Plan, World, faults};

async fn search(world: &World, query: &str, page_size: i32, page_token: &str) -> pb::SearchEventsResponse {
    let request = pb::SearchEventsRequest {
        query: query.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
        ..Default::default()
    };
    let mut events = EventServiceClient::new(world.app.as_nobody("events"));
    events.search_events(request).await.expect("for everybody").into_inner()
}

async fn found(world: &World, query: &str) -> Vec<String> {
    search(world, query, 0, "")
        .await
        .events
        .into_iter()
        .map(|event| event.title)
        .collect()
}

fn plan(title: &'static str, days: i64) -> Plan {
    Plan {
        title,
        start: Duration::days(days),
        ..Plan::default()
    }
}

#[tokio::test]
async fn events_are_found_by_the_beginnings_of_their_words() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, plan("Über Rust-Maschinen", 3)).await;
    let speaker = pb::Speaker {
        event_id: event.id.clone(),
        name: "Grace Höpper".to_owned(),
        tagline: "Admiral of compilers".to_owned(),
        ..pb::Speaker::default()
    };
    let request = pb::CreateSpeakerRequest {
        request_id: world.request_id(),
        speaker: Some(speaker),
    };
    world.agenda(&ada).create_speaker(request).await.expect("added");
    for step in ["submit", "approve", "publish"] {
        let by = if step == "approve" {
            world.administrator()
        } else {
            ada.clone()
        };
        world.step(&by, &event.id, step).await.expect("in order");
    }
    // Title, summary ("All of it"), description ("# Why Because."), speaker, tagline, organization ("Ada's Hall").
    for query in [
        "ÜBER",
        "uber",
        "maschi",
        "rust maschinen",
        "all",
        "because",
        "grace hopper",
        "compil",
        "ada hall",
        "r m",
    ] {
        assert_eq!(found(&world, query).await, ["Über Rust-Maschinen"], "{query}");
    }
    for query in [
        "aschinen",
        "rust python",
        "' | '",
        "!!!",
        "a:* | x",
        "why & not",
        "opening",
    ] {
        assert_eq!(found(&world, query).await, Vec::<String>::new(), "{query}");
    }
    assert_eq!(found(&world, "   ").await.len(), 1);

    let wanted = pb::Event {
        title: "Something else".to_owned(),
        ..world.get(&ada, &event.id).await.expect("hers")
    };
    world.update(&ada, wanted, &["title"], "").await.expect("may be edited");
    assert_eq!(found(&world, "maschinen").await, Vec::<String>::new());
    assert_eq!(found(&world, "something grace").await, ["Something else"]);
}

#[tokio::test]
async fn the_soonest_comes_first_page_by_page_and_nothing_twice() {
    let world = World::new().await;
    let ada = world.organizer();
    let mut expected = Vec::new();
    // Some begin at the same moment.
    for (title, days) in [("A", 5), ("B", 2), ("C", 2), ("D", 9), ("E", 2), ("F", 1), ("G", 9)] {
        let event = world.published(&ada, plan(title, days)).await;
        expected.push((days, event.id));
    }
    expected.sort();
    let (mut ids, mut token, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = search(&world, "", 2, &token).await;
        ids.extend(page.events.into_iter().map(|event| event.id));
        pages += 1;
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        // What is published meanwhile before the place that was reached does not shift the rest.
        world.published(&ada, plan("Z", 0)).await;
    }
    assert_eq!(pages, 4);
    assert_eq!(ids, expected.into_iter().map(|(_, id)| id).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_going_on_is_found_and_what_is_over_is_not() {
    let world = World::new().await;
    let ada = world.organizer();
    world.published(&ada, plan("Soon", 1)).await;
    world
        .moved_on(&ada, plan("Now", 0), &["submit", "approve", "publish", "start"])
        .await;
    assert_eq!(found(&world, "").await, ["Now", "Soon"]);
    // Six hours later it has ended, whether or not somebody has said so.
    world.app.hand.advance(std::time::Duration::from_secs(6 * 3600));
    assert_eq!(found(&world, "").await, ["Soon"]);
}

#[tokio::test]
async fn summaries_say_what_a_card_shows() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.published(&ada, Plan::default()).await;
    let summary = search(&world, "", 0, "").await.events.remove(0);
    assert_eq!(
        (&summary.id, &summary.title, &summary.summary),
        (&event.id, &event.title, &event.summary)
    );
    assert_eq!(
        (summary.start_time, summary.end_time),
        (event.start_time, event.end_time)
    );
    assert_eq!(
        (summary.state(), summary.visibility()),
        (pb::EventState::Published, pb::EventVisibility::Public)
    );
    assert_eq!(
        (summary.organization_name.as_str(), summary.time_zone.as_str()),
        ("Ada's Hall", "Europe/Berlin")
    );
}

#[tokio::test]
async fn a_query_has_a_length() {
    let world = World::new().await;
    let mut events = EventServiceClient::new(world.app.as_nobody("events"));
    let request = pb::SearchEventsRequest {
        query: "x".repeat(201),
        ..Default::default()
    };
    let refused = faults(events.search_events(request).await);
    assert_eq!(refused, [("query".to_owned(), "TOO_LONG".to_owned())]);
    assert_eq!(found(&world, &"word ".repeat(40)).await, Vec::<String>::new());
}

#[tokio::test]
async fn filters_narrow_down_by_time_and_by_what_is_live() {
    let world = World::new().await;
    let ada = world.organizer();
    let live = world
        .moved_on(&ada, plan("Live", 0), &["submit", "approve", "publish", "start"])
        .await;
    for (title, days) in [("Tomorrow", 1), ("Next week", 7), ("Next month", 30)] {
        world.published(&ada, plan(title, days)).await;
    }
    let hidden = Plan {
        visibility: pb::EventVisibility::Unlisted,
        ..plan("Unlisted", 1)
    };
    world.published(&ada, hidden).await;
    let begin = live.start_time.expect("has times").seconds;
    let at = |days: i64| {
        Some(prost_types::Timestamp {
            seconds: begin + days * 24 * 3600,
            nanos: 0,
        })
    };
    let titles = async |from_time, until_time, live_only, query: &str| {
        let request = pb::SearchEventsRequest {
            query: query.to_owned(),
            from_time,
            until_time,
            live_only,
            ..Default::default()
        };
        let mut events = EventServiceClient::new(world.app.as_nobody("events"));
        let found = events.search_events(request).await.expect("for everybody").into_inner();
        found.events.into_iter().map(|event| event.title).collect::<Vec<_>>()
    };
    assert_eq!(titles(None, None, true, "").await, ["Live"]);
    assert_eq!(titles(at(0), at(2), false, "").await, ["Live", "Tomorrow"]);
    assert_eq!(titles(at(2), at(8), false, "").await, ["Next week"]);
    assert_eq!(
        titles(at(7), None, false, "").await,
        ["Next week", "Next month"],
        "what goes on then begins by then"
    );
    assert_eq!(
        titles(None, at(1), false, "").await,
        ["Live"],
        "the end of the time does not belong to it"
    );
    assert_eq!(
        titles(at(-30), at(2), false, "").await,
        ["Live", "Tomorrow"],
        "what is over stays so"
    );
    assert_eq!(titles(at(2), None, false, "next").await, ["Next week", "Next month"]);
    assert_eq!(titles(at(2), at(8), false, "next").await, ["Next week"]);
    assert_eq!(titles(at(2), at(8), true, "next").await, Vec::<String>::new());
}

#[tokio::test]
async fn a_page_belongs_to_its_filters_and_a_time_ends_after_its_start() {
    let world = World::new().await;
    let ada = world.organizer();
    for title in ["A", "B"] {
        world.published(&ada, plan(title, 1)).await;
    }
    let mut events = EventServiceClient::new(world.app.as_nobody("events"));
    let first = pb::SearchEventsRequest {
        page_size: 1,
        ..Default::default()
    };
    let token = events
        .search_events(first)
        .await
        .expect("a page")
        .into_inner()
        .next_page_token;
    let other = pb::SearchEventsRequest {
        page_size: 1,
        page_token: token,
        live_only: true,
        ..Default::default()
    };
    let refused = faults(events.search_events(other).await);
    assert_eq!(refused[0].0, "page_token");
    let time = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    for until in [0, 100] {
        let request = pb::SearchEventsRequest {
            from_time: time(100),
            until_time: time(until),
            ..Default::default()
        };
        let refused = faults(events.search_events(request).await);
        assert_eq!(refused, [("until_time".to_owned(), "END_BEFORE_START".to_owned())]);
    }
}
