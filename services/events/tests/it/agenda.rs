//! `AgendaService`: sessions and speakers.

use plenary_proto::events::v1 as pb;
use time::Duration;
use tonic::{Code, Status};

use crate::world::{Plan, World, faults, mask, reason};

const START: Duration = Duration::days(7);

async fn update(
    world: &World,
    user: &kit_rpc::UserCaller,
    session: pb::Session,
    paths: &[&str],
) -> Result<pb::Session, Status> {
    let request = pb::UpdateSessionRequest {
        request_id: world.request_id(),
        session: Some(session),
        update_mask: mask(paths),
    };
    let answer = world.agenda(user).update_session(request).await?;
    Ok(answer.into_inner().session.expect("the session"))
}

async fn add_speaker(world: &World, user: &kit_rpc::UserCaller, speaker: pb::Speaker) -> Result<pb::Speaker, Status> {
    let request = pb::CreateSpeakerRequest {
        request_id: world.request_id(),
        speaker: Some(speaker),
    };
    let answer = world.agenda(user).create_speaker(request).await?;
    Ok(answer.into_inner().speaker.expect("the speaker"))
}

async fn update_speaker(
    world: &World,
    user: &kit_rpc::UserCaller,
    speaker: pb::Speaker,
    paths: &[&str],
) -> Result<pb::Speaker, Status> {
    let request = pb::UpdateSpeakerRequest {
        request_id: world.request_id(),
        speaker: Some(speaker),
        update_mask: mask(paths),
    };
    let answer = world.agenda(user).update_speaker(request).await?;
    Ok(answer.into_inner().speaker.expect("the speaker"))
}

fn named(event: &pb::Event, name: &str) -> pb::Speaker {
    pb::Speaker {
        event_id: event.id.clone(),
        name: name.to_owned(),
        ..pb::Speaker::default()
    }
}

#[tokio::test]
async fn sessions_are_shown_by_start_then_title() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    for (title, hour) in [("Closing", 5), ("Bees", 2), ("Ants", 2)] {
        let session = pb::Session {
            event_id: event.id.clone(),
            title: title.to_owned(),
            start_time: world.at(START + Duration::hours(hour)),
            end_time: world.at(START + Duration::hours(hour + 1)),
            ..pb::Session::default()
        };
        world.add_session(&ada, session).await.expect("within the event");
    }
    let after = world.get(&ada, &event.id).await.expect("one's own");
    let titles: Vec<&str> = after.sessions.iter().map(|session| session.title.as_str()).collect();
    assert_eq!(titles, ["Opening", "Ants", "Bees", "Closing"]);
    assert_ne!(after.etag, event.etag);
}

#[tokio::test]
async fn a_session_lies_within_its_event() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let early = pb::Session {
        start_time: world.at(START - Duration::HOUR),
        ..event.sessions[0].clone()
    };
    let refused = faults(world.add_session(&ada, early.clone()).await);
    let outside = "SESSION_OUTSIDE_EVENT".to_owned();
    assert_eq!(refused, [("session.start_time".to_owned(), outside.clone())]);
    assert_eq!(faults(update(&world, &ada, early, &["start_time"]).await), refused);
    let late = pb::Session {
        end_time: world.at(START + Duration::hours(7)),
        ..event.sessions[0].clone()
    };
    let refused = faults(update(&world, &ada, late, &["end_time"]).await);
    assert_eq!(refused, [("session.end_time".to_owned(), outside)]);
}

#[tokio::test]
async fn every_fault_of_a_session_is_named() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let speaker = add_speaker(&world, &ada, named(&event, "Grace"))
        .await
        .expect("added")
        .id;
    let session = pb::Session {
        event_id: event.id.clone(),
        summary: "x".repeat(2_001),
        start_time: world.at(START),
        speaker_ids: vec![speaker.clone(), "x".to_owned(), speaker],
        ..pb::Session::default()
    };
    let found = faults(world.add_session(&ada, session).await);
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|(field, reason)| (field.as_str(), reason.as_str()))
        .collect();
    let expected = [
        ("session.title", "REQUIRED"),
        ("session.summary", "TOO_LONG"),
        ("session.end_time", "REQUIRED"),
        ("session.speaker_ids[1]", "ID_INVALID"),
        ("session.speaker_ids[2]", "DUPLICATE"),
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_session_changes_by_its_mask() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let before = event.sessions[0].clone();
    let wanted = pb::Session {
        id: before.id.clone(),
        title: "Keynote".to_owned(),
        ..pb::Session::default()
    };
    let after = update(&world, &ada, wanted.clone(), &["title", "has_live_room"])
        .await
        .expect("changed");
    assert_eq!(
        after,
        pb::Session {
            title: "Keynote".to_owned(),
            has_live_room: false,
            ..before.clone()
        }
    );
    let kept = update(
        &world,
        &ada,
        pb::Session {
            has_live_room: true,
            ..wanted.clone()
        },
        &[],
    )
    .await
    .expect("changed");
    assert_eq!(
        kept,
        pb::Session {
            title: "Keynote".to_owned(),
            ..before
        }
    );
    let refused = faults(update(&world, &ada, wanted.clone(), &["event_id"]).await);
    assert_eq!(refused, [("update_mask".to_owned(), "PATH_UNKNOWN".to_owned())]);
    let refused = faults(update(&world, &ada, wanted, &["start_time"]).await);
    assert_eq!(refused, [("session.start_time".to_owned(), "REQUIRED".to_owned())]);
}

#[tokio::test]
async fn a_deleted_session_is_gone() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    let event = world.draft(&ada, Plan::default()).await;
    let request = || pb::DeleteSessionRequest {
        request_id: world.request_id(),
        session_id: event.sessions[0].id.clone(),
    };
    let gone = (Code::NotFound, "SESSION_NOT_FOUND".to_owned());
    assert_eq!(reason(world.agenda(&eve).delete_session(request()).await), gone);
    world.agenda(&ada).delete_session(request()).await.expect("deleted");
    assert!(world.get(&ada, &event.id).await.expect("one's own").sessions.is_empty());
    assert_eq!(reason(world.agenda(&ada).delete_session(request()).await), gone);
    assert_eq!(
        reason(update(&world, &ada, event.sessions[0].clone(), &["title"]).await),
        gone
    );
}

#[tokio::test]
async fn speakers_stay_in_order_and_leave_their_sessions() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let mut ids = Vec::new();
    for name in ["Grace", "Barbara", "Frances"] {
        ids.push(add_speaker(&world, &ada, named(&event, name)).await.expect("added").id);
    }
    let speaks = pb::Session {
        speaker_ids: vec![ids[2].clone(), ids[0].clone()],
        ..event.sessions[0].clone()
    };
    update(&world, &ada, speaks, &["speaker_ids"])
        .await
        .expect("speakers of the event");
    let renamed = pb::Speaker {
        id: ids[1].clone(),
        name: "Barbara L.".to_owned(),
        ..pb::Speaker::default()
    };
    let renamed = update_speaker(&world, &ada, renamed, &["name"]).await.expect("changed");
    assert_eq!((renamed.name.as_str(), &renamed.event_id), ("Barbara L.", &event.id));

    let request = pb::DeleteSpeakerRequest {
        request_id: world.request_id(),
        speaker_id: ids[0].clone(),
    };
    world.agenda(&ada).delete_speaker(request).await.expect("deleted");
    let after = world.get(&ada, &event.id).await.expect("one's own");
    let names: Vec<&str> = after.speakers.iter().map(|speaker| speaker.name.as_str()).collect();
    assert_eq!(names, ["Barbara L.", "Frances"]);
    assert_eq!(after.sessions[0].speaker_ids, [ids[2].clone()]);
}

#[tokio::test]
async fn a_speaker_of_another_event_is_none() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    let (event, other) = (
        world.draft(&ada, Plan::default()).await,
        world.draft(&ada, Plan::default()).await,
    );
    let speaker = add_speaker(&world, &ada, named(&other, "Grace")).await.expect("added");
    let unknown = (Code::NotFound, "SPEAKER_NOT_FOUND".to_owned());
    let speaks = pb::Session {
        speaker_ids: vec![speaker.id.clone()],
        ..event.sessions[0].clone()
    };
    assert_eq!(
        reason(update(&world, &ada, speaks.clone(), &["speaker_ids"]).await),
        unknown
    );
    assert_eq!(reason(world.add_session(&ada, speaks).await), unknown);
    assert_eq!(reason(update_speaker(&world, &eve, speaker, &["name"]).await), unknown);
}

#[tokio::test]
async fn an_agenda_has_its_limits_and_its_time() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.published(&ada, Plan::default()).await;
    let sql = "insert into speakers (id, event_id, name, tagline, biography, place)
               select gen_random_uuid(), id, 'Extra', '', '', place from events, generate_series(0, 199) place returning id";
    assert_eq!(world.rows(sql).await.len(), 200);
    let refused = reason(add_speaker(&world, &ada, named(&event, "One more")).await);
    assert_eq!(refused, (Code::FailedPrecondition, "TOO_MANY_SPEAKERS".to_owned()));

    world.step(&ada, &event.id, "end").await.expect("published");
    let over = (Code::FailedPrecondition, "EVENT_NOT_EDITABLE".to_owned());
    assert_eq!(reason(world.add_session(&ada, event.sessions[0].clone()).await), over);
    assert_eq!(
        reason(update(&world, &ada, event.sessions[0].clone(), &["title"]).await),
        over
    );
}
