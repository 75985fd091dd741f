//! The RPCs that move an event on, from every state.

use plenary_proto::events::v1::{self as pb, EventState};
use tonic::Code;

use crate::world::{Plan, World, faults, reason};

/// How an event gets into each state.
const WAYS: [(EventState, &[&str]); 8] = [
    (EventState::Draft, &[]),
    (EventState::Submitted, &["submit"]),
    (EventState::Approved, &["submit", "approve"]),
    (EventState::Rejected, &["submit", "reject"]),
    (EventState::Published, &["submit", "approve", "publish"]),
    (EventState::Live, &["submit", "approve", "publish", "start"]),
    (EventState::Ended, &["submit", "approve", "publish", "start", "end"]),
    (EventState::Cancelled, &["submit", "approve", "publish", "cancel"]),
];

/// From where each step leads where. What is not here is refused.
const STEPS: [(&str, &[EventState], EventState); 8] = [
    ("submit", &[EventState::Draft], EventState::Submitted),
    (
        "withdraw",
        &[EventState::Submitted, EventState::Approved],
        EventState::Draft,
    ),
    ("approve", &[EventState::Submitted], EventState::Approved),
    ("reject", &[EventState::Submitted], EventState::Rejected),
    ("publish", &[EventState::Approved], EventState::Published),
    ("start", &[EventState::Published], EventState::Live),
    ("end", &[EventState::Published, EventState::Live], EventState::Ended),
    (
        "cancel",
        &[EventState::Approved, EventState::Published, EventState::Live],
        EventState::Cancelled,
    ),
];

#[tokio::test]
async fn every_step_leads_on_from_its_states_and_from_no_other() {
    let world = World::new().await;
    let (ada, root) = (world.organizer(), world.administrator());
    for (step, from, to) in STEPS {
        for (state, way) in WAYS {
            let event = world.moved_on(&ada, Plan::default(), way).await;
            assert_eq!(event.state(), state);
            let reviews = matches!(step, "approve" | "reject");
            let result = world.step(if reviews { &root } else { &ada }, &event.id, step).await;
            if from.contains(&state) {
                let moved = result.unwrap_or_else(|status| panic!("{step} from {state:?}: {status:?}"));
                assert_eq!(moved.state(), to, "{step} from {state:?}");
                assert_ne!(moved.etag, event.etag);
            } else if reviews && state == EventState::Draft {
                // A draft is not there for administrators.
                assert_eq!(reason(result), (Code::NotFound, "EVENT_NOT_FOUND".to_owned()));
            } else {
                let refused = (Code::FailedPrecondition, "EVENT_STATE_WRONG".to_owned());
                assert_eq!(reason(result), refused, "{step} from {state:?}");
                assert_eq!(world.get(&ada, &event.id).await.expect("one's own").state(), state);
            }
        }
    }
}

#[tokio::test]
async fn each_step_tells_others_once() {
    let world = World::new().await;
    let ada = world.organizer();
    world
        .moved_on(&ada, Plan::default(), &["submit", "approve", "publish", "start", "end"])
        .await;
    assert_eq!(
        world.facts().await,
        ["EventSubmitted", "EventApproved", "EventPublished", "EventEnded"]
    );
    world
        .moved_on(&ada, Plan::default(), &["submit", "withdraw", "submit", "reject"])
        .await;
    world
        .moved_on(&ada, Plan::default(), &["submit", "approve", "cancel"])
        .await;
    let later = &world.facts().await[4..];
    let expected = [
        "EventSubmitted",
        "EventSubmitted",
        "EventRejected",
        "EventSubmitted",
        "EventApproved",
        "EventCancelled",
    ];
    assert_eq!(later, expected);
}

#[tokio::test]
async fn a_repeated_step_is_one_step() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let request = pb::SubmitEventRequest {
        request_id: world.request_id(),
        event_id: event.id,
    };
    let first = world
        .events(&ada)
        .submit_event(request.clone())
        .await
        .expect("complete")
        .into_inner();
    let again = world
        .events(&ada)
        .submit_event(request)
        .await
        .expect("replayed")
        .into_inner();
    assert_eq!(again, first);
    assert_eq!(world.facts().await, ["EventSubmitted"]);
}

#[tokio::test]
async fn an_incomplete_draft_is_not_submitted() {
    let world = World::new().await;
    let ada = world.organizer();
    let empty = pb::Event {
        organization_id: crate::world::organization(&ada),
        title: "Empty".to_owned(),
        ..pb::Event::default()
    };
    let event = world.create(&ada, empty).await.expect("a draft");
    let refused = world.step(&ada, &event.id, "submit").await;
    assert_eq!(
        reason(refused.clone()),
        (Code::FailedPrecondition, "EVENT_INCOMPLETE".to_owned())
    );
    let fields: Vec<String> = faults(refused).into_iter().map(|(field, _)| field).collect();
    assert_eq!(
        fields,
        ["event.start_time", "event.end_time", "event.description_markdown"]
    );
}

#[tokio::test]
async fn what_is_over_is_not_submitted() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    world.app.hand.advance(std::time::Duration::from_secs(8 * 24 * 3600));
    let refused = faults(world.step(&ada, &event.id, "submit").await);
    assert_eq!(refused, [("event.end_time".to_owned(), "IN_THE_PAST".to_owned())]);
}
