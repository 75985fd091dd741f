//! `CloneEvent`. That a copy equals its original for every event is proven beside the domain; here it is stored.

use plenary_proto::events::v1 as pb;
use time::Duration;
use tonic::{Code, Status};

use crate::world::{Plan, World, faults, reason};

async fn copy(
    world: &World,
    user: &kit_rpc::UserCaller,
    id: &str,
    title: &str,
    days: i32,
) -> Result<pb::Event, Status> {
    let request = pb::CloneEventRequest {
        request_id: world.request_id(),
        event_id: id.to_owned(),
        title: title.to_owned(),
        shift_days: days,
    };
    let answer = world.events(user).clone_event(request).await?;
    Ok(answer.into_inner().event.expect("the copy"))
}

#[tokio::test]
async fn a_copy_is_a_draft_with_all_that_was_written() {
    let world = World::new().await;
    let ada = world.organizer();
    let mut original = world.published(&ada, Plan::default()).await;
    let speaker = pb::Speaker {
        event_id: original.id.clone(),
        name: "Grace".to_owned(),
        ..pb::Speaker::default()
    };
    let request = pb::CreateSpeakerRequest {
        request_id: world.request_id(),
        speaker: Some(speaker),
    };
    let speaker = world
        .agenda(&ada)
        .create_speaker(request)
        .await
        .expect("added")
        .into_inner()
        .speaker;
    let speaks = pb::Session {
        speaker_ids: vec![speaker.expect("the speaker").id],
        ..original.sessions[0].clone()
    };
    let request = pb::UpdateSessionRequest {
        request_id: world.request_id(),
        session: Some(speaks),
        update_mask: None,
    };
    world.agenda(&ada).update_session(request).await.expect("changed");
    original = world.get(&ada, &original.id).await.expect("one's own");

    let made = copy(&world, &ada, &original.id, "", 7).await.expect("copied");
    let stored = world.get(&ada, &made.id).await.expect("one's own");
    assert_eq!(stored, made);
    assert_eq!(
        (made.state(), made.title.as_str()),
        (pb::EventState::Draft, "Copy of A day about Rust")
    );
    assert_eq!((made.publish_time, made.rejection_reason.as_str()), (None, ""));
    let plain = |event: &pb::Event| {
        (
            event.organization_id.clone(),
            event.summary.clone(),
            event.description_html.clone(),
            event.visibility,
        )
    };
    assert_eq!(plain(&made), plain(&original));
    assert_ne!(made.sessions[0].id, original.sessions[0].id);
    assert_ne!(made.speakers[0].id, original.speakers[0].id);
    assert_eq!(made.sessions[0].speaker_ids, [made.speakers[0].id.clone()]);
    let seconds = |session: &pb::Session| session.start_time.map(|time| time.seconds).expect("a start");
    assert_eq!(
        seconds(&made.sessions[0]) - seconds(&original.sessions[0]),
        Duration::days(7).whole_seconds()
    );
    assert_eq!(world.get(&ada, &original.id).await.expect("one's own"), original);
}

#[tokio::test]
async fn a_copy_may_have_a_title_and_must_stay_in_range() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    assert_eq!(
        copy(&world, &ada, &event.id, "Second", 0).await.expect("copied").title,
        "Second"
    );
    for days in [3_661, -3_661, i32::MIN] {
        let refused = faults(copy(&world, &ada, &event.id, "", days).await);
        assert_eq!(refused, [("shift_days".to_owned(), "OUT_OF_RANGE".to_owned())]);
    }
}

#[tokio::test]
async fn nobody_copies_what_is_not_theirs() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    let event = world.published(&ada, Plan::default()).await;
    let refused = reason(copy(&world, &eve, &event.id, "", 0).await);
    assert_eq!(refused, (Code::NotFound, "EVENT_NOT_FOUND".to_owned()));
}
