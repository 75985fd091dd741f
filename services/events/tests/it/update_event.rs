//! `UpdateEvent`: masks, etags, and what an edit does to an approval.

use plenary_proto::events::v1 as pb;
use time::Duration;
use tonic::Code;

use crate::world::{Plan, World, faults, mask, reason};

#[tokio::test]
async fn only_what_the_mask_names_changes() {
    let world = World::new().await;
    let ada = world.organizer();
    let before = world.draft(&ada, Plan::default()).await;
    let wanted = pb::Event {
        id: before.id.clone(),
        title: "New".to_owned(),
        summary: "Ignored".to_owned(),
        ..Default::default()
    };
    let after = world
        .update(&ada, wanted, &["title", "description_markdown"], "")
        .await
        .expect("a draft");
    assert_eq!((after.title.as_str(), after.description_html.as_str()), ("New", ""));
    assert_eq!(
        (&after.summary, after.start_time, &after.sessions),
        (&before.summary, before.start_time, &before.sessions)
    );
    assert_ne!(after.etag, before.etag);
    assert_eq!(world.get(&ada, &before.id).await.expect("one's own"), after);
}

#[tokio::test]
async fn without_a_mask_what_is_given_changes() {
    let world = World::new().await;
    let ada = world.organizer();
    let before = world.draft(&ada, Plan::default()).await;
    let wanted = pb::Event {
        id: before.id.clone(),
        summary: "New".to_owned(),
        ..Default::default()
    };
    let after = world.update(&ada, wanted, &[], "").await.expect("a draft");
    assert_eq!(after.summary, "New");
    assert_eq!(
        (&after.title, &after.description_markdown),
        (&before.title, &before.description_markdown)
    );
}

#[tokio::test]
async fn a_star_writes_everything() {
    let world = World::new().await;
    let ada = world.organizer();
    let before = world.draft(&ada, Plan::default()).await;
    let wanted = pb::Event {
        summary: String::new(),
        title: "All".to_owned(),
        ..before.clone()
    };
    let after = world.update(&ada, wanted, &["*"], &before.etag).await.expect("a draft");
    assert_eq!((after.title.as_str(), after.summary.as_str()), ("All", ""));
    assert_eq!((after.start_time, after.sessions), (before.start_time, before.sessions));
}

#[tokio::test]
async fn an_unknown_path_is_refused() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    for path in ["titel", "state", "organization_id", "sessions", "cover.width", ""] {
        let refused = faults(world.update(&ada, event.clone(), &["title", path], "").await);
        assert_eq!(
            refused,
            [("update_mask".to_owned(), "PATH_UNKNOWN".to_owned())],
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_stale_etag_aborts_and_changes_nothing() {
    let world = World::new().await;
    let ada = world.organizer();
    let read = world.draft(&ada, Plan::default()).await;
    let titled = |title: &str| pb::Event {
        title: title.to_owned(),
        ..read.clone()
    };
    let first = world
        .update(&ada, titled("First"), &["title"], &read.etag)
        .await
        .expect("as it was read");
    let refused = reason(world.update(&ada, titled("Second"), &["title"], &read.etag).await);
    assert_eq!(refused, (Code::Aborted, "ETAG_MISMATCH".to_owned()));
    assert_eq!(world.get(&ada, &read.id).await.expect("one's own"), first);
}

#[tokio::test]
async fn of_two_who_write_at_the_same_time_one_reads_again() {
    let world = World::new().await;
    let ada = world.organizer();
    let read = world.draft(&ada, Plan::default()).await;
    let write = |title: &str| {
        let event = pb::Event {
            title: title.to_owned(),
            ..read.clone()
        };
        let request = pb::UpdateEventRequest {
            request_id: world.request_id(),
            event: Some(event),
            update_mask: mask(&["title"]),
            etag: read.etag.clone(),
        };
        let mut events = world.events(&ada);
        async move { events.update_event(request).await.map(|answer| answer.into_inner()) }
    };
    let written = tokio::join!(write("One"), write("Two"), write("Three"), write("Four"));
    let written = [written.0, written.1, written.2, written.3];
    let won: Vec<_> = written
        .iter()
        .filter_map(|result| result.as_ref().ok()?.event.clone())
        .collect();
    assert_eq!(won.len(), 1, "{written:?}");
    let lost = written.into_iter().filter(Result::is_err).map(reason);
    assert!(
        lost.into_iter()
            .all(|lost| lost == (Code::Aborted, "ETAG_MISMATCH".to_owned()))
    );
    assert_eq!(world.get(&ada, &read.id).await.expect("one's own").title, won[0].title);
}

#[tokio::test]
async fn a_material_edit_takes_an_approval_away() {
    let world = World::new().await;
    let ada = world.organizer();
    let later = world.at(Plan::default().start + Duration::hours(7));
    let material = |event: &pb::Event| {
        [
            (
                pb::Event {
                    title: "New".to_owned(),
                    ..event.clone()
                },
                "title",
            ),
            (
                pb::Event {
                    end_time: later,
                    ..event.clone()
                },
                "end_time",
            ),
            (
                pb::Event {
                    visibility: pb::EventVisibility::Private.into(),
                    ..event.clone()
                },
                "visibility",
            ),
        ]
    };
    for index in 0..3 {
        let approved = world.moved_on(&ada, Plan::default(), &["submit", "approve"]).await;
        let (wanted, path) = material(&approved)[index].clone();
        let after = world.update(&ada, wanted, &[path], "").await.expect("may be edited");
        assert_eq!(after.state(), pb::EventState::Draft, "{path}");
    }
    let approved = world.moved_on(&ada, Plan::default(), &["submit", "approve"]).await;
    let wanted = pb::Event {
        summary: "New".to_owned(),
        ..approved
    };
    let after = world
        .update(&ada, wanted, &["summary"], "")
        .await
        .expect("may be edited");
    assert_eq!(after.state(), pb::EventState::Approved);
}

#[tokio::test]
async fn what_waits_or_is_over_is_not_edited() {
    let world = World::new().await;
    let ada = world.organizer();
    for steps in [
        &["submit"][..],
        &["submit", "approve", "cancel"],
        &["submit", "approve", "publish", "end"],
    ] {
        let event = world.moved_on(&ada, Plan::default(), steps).await;
        let refused = reason(world.update(&ada, event, &["summary"], "").await);
        assert_eq!(
            refused,
            (Code::FailedPrecondition, "EVENT_NOT_EDITABLE".to_owned()),
            "{steps:?}"
        );
    }
}

#[tokio::test]
async fn a_rejected_event_is_a_draft_again_once_it_is_edited() {
    let world = World::new().await;
    let ada = world.organizer();
    let rejected = world.moved_on(&ada, Plan::default(), &["submit", "reject"]).await;
    assert_eq!(
        world.get(&ada, &rejected.id).await.expect("one's own").rejection_reason,
        "Say more."
    );
    let wanted = pb::Event {
        description_markdown: "More.".to_owned(),
        ..rejected
    };
    let after = world
        .update(&ada, wanted, &["description_markdown"], "")
        .await
        .expect("may be edited");
    assert_eq!(
        (after.state(), after.rejection_reason.as_str()),
        (pb::EventState::Draft, "")
    );
}

#[tokio::test]
async fn those_who_know_the_times_are_told_of_new_ones() {
    let world = World::new().await;
    let ada = world.organizer();
    let published = world.published(&ada, Plan::default()).await;
    let by = Duration::days(1);
    let wanted = pb::Event {
        start_time: world.at(Plan::default().start + by),
        end_time: world.at(Plan::default().start + by + Duration::hours(6)),
        ..published.clone()
    };
    let moved = world
        .update(&ada, wanted, &["start_time", "end_time"], "")
        .await
        .expect("may be moved");
    assert_eq!(moved.state(), pb::EventState::Published);
    let shift = |time: Option<prost_types::Timestamp>| time.map(|time| time.seconds);
    let session = |event: &pb::Event| shift(event.sessions[0].start_time).expect("a start");
    assert_eq!(session(&moved) - session(&published), by.whole_seconds());
    assert_eq!(world.facts().await.last().map(String::as_str), Some("EventRescheduled"));
    let wanted = pb::Event {
        end_time: world.at(Plan::default().start + by),
        ..moved
    };
    let refused = faults(world.update(&ada, wanted, &["end_time"], "").await);
    assert_eq!(refused, [("event.end_time".to_owned(), "END_BEFORE_START".to_owned())]);
}

#[tokio::test]
async fn an_open_event_keeps_what_others_rely_on() {
    let world = World::new().await;
    let ada = world.organizer();
    let published = world.published(&ada, Plan::default()).await;
    let wanted = pb::Event {
        start_time: None,
        end_time: None,
        ..published
    };
    let refused = world.update(&ada, wanted, &["start_time", "end_time"], "").await;
    assert_eq!(
        reason(refused.clone()),
        (Code::FailedPrecondition, "EVENT_INCOMPLETE".to_owned())
    );
    let fields: Vec<String> = faults(refused).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["event.start_time", "event.end_time"]);
}
