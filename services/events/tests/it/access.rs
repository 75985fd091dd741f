//! `GetEventAccess`: what other services ask with the caller's token.

use plenary_proto::events::v1 as pb;
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use tonic::Code;

use crate::world::{Plan, World, faults, reason};

fn about_event(id: &str) -> pb::GetEventAccessRequest {
    pb::GetEventAccessRequest {
        event_id: id.to_owned(),
        session_id: String::new(),
    }
}

fn about_session(id: &str) -> pb::GetEventAccessRequest {
    pb::GetEventAccessRequest {
        event_id: String::new(),
        session_id: id.to_owned(),
    }
}

#[tokio::test]
async fn the_answer_describes_the_event_and_the_session() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.published(&ada, Plan::default()).await;
    let answer = world
        .events(&ada)
        .get_event_access(about_session(&event.sessions[0].id))
        .await
        .expect("the team");
    let answer = answer.into_inner();
    assert_eq!(answer.session.as_ref(), Some(&event.sessions[0]));
    assert_eq!(answer.access, event.access);
    let expected = pb::EventAccess {
        event_id: event.id.clone(),
        can_view: true,
        can_manage: true,
        can_check_in: true,
        state: pb::EventState::Published.into(),
        start_time: event.start_time,
        end_time: event.end_time,
        organization_id: event.organization_id.clone(),
        title: event.title.clone(),
        time_zone: event.time_zone.clone(),
    };
    assert_eq!(answer.access, Some(expected));
    let answer = world
        .events(&ada)
        .get_event_access(about_event(&event.id))
        .await
        .expect("the team")
        .into_inner();
    assert_eq!((answer.access, answer.session), (event.access, None));
}

#[tokio::test]
async fn a_service_asks_for_the_user_whose_token_it_forwards() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.person(&[]));
    let draft = world.draft(&ada, Plan::default()).await;
    let plan = Plan {
        visibility: pb::EventVisibility::Private,
        ..Plan::default()
    };
    let private = world.published(&ada, plan).await;
    let ask = async |line, id: &str| EventServiceClient::new(line).get_event_access(about_event(id)).await;
    let hidden = (Code::NotFound, "EVENT_NOT_FOUND".to_owned());

    let for_ada = || world.app.on_behalf("events", "ticketing", &ada);
    let answer = ask(for_ada(), &draft.id).await.expect("hers").into_inner();
    assert!(answer.access.expect("an answer").can_manage);
    // A service has no more rights than the user for whom it asks,
    let for_eve = || world.app.on_behalf("events", "ticketing", &eve);
    assert_eq!(reason(ask(for_eve(), &draft.id).await), hidden);
    assert_eq!(reason(ask(for_eve(), &private.id).await), hidden);
    // and on its own account it sees what has been published, and changes nothing.
    let own = || world.app.as_service("events", "notifications");
    assert_eq!(reason(ask(own(), &draft.id).await), hidden);
    let answer = ask(own(), &private.id)
        .await
        .expect("published")
        .into_inner()
        .access
        .expect("an answer");
    assert_eq!(
        (answer.can_view, answer.can_manage, answer.can_check_in),
        (true, false, false)
    );
}

#[tokio::test]
async fn a_question_is_about_one_event() {
    let world = World::new().await;
    let ada = world.organizer();
    let (event, other) = (
        world.draft(&ada, Plan::default()).await,
        world.draft(&ada, Plan::default()).await,
    );
    let session = event.sessions[0].id.clone();
    let both = |event_id: &str| pb::GetEventAccessRequest {
        event_id: event_id.to_owned(),
        session_id: session.clone(),
    };
    world
        .events(&ada)
        .get_event_access(both(&event.id))
        .await
        .expect("its event");
    let refused = reason(world.events(&ada).get_event_access(both(&other.id)).await);
    assert_eq!(refused, (Code::NotFound, "EVENT_NOT_FOUND".to_owned()));
    let refused = faults(world.events(&ada).get_event_access(about_event("")).await);
    assert_eq!(refused, [("event_id".to_owned(), "REQUIRED".to_owned())]);
    let refused = faults(world.events(&ada).get_event_access(about_session("evt_1")).await);
    assert_eq!(refused, [("session_id".to_owned(), "ID_INVALID".to_owned())]);
}
