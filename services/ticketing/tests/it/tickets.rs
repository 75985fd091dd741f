//! Who sees which tickets, and whom they admit.

use kit_rpc::UserCaller;
use plenary_proto::ticketing::v1 as pb;
use plenary_proto::ticketing::v1::ticket_service_client::TicketServiceClient;
use tonic::Status;

use crate::world::{World, not_found, reason};

async fn mine(world: &World, user: &UserCaller) -> Vec<pb::Ticket> {
    let request = pb::ListMyTicketsRequest::default();
    let answer = world.tickets(user).list_my_tickets(request).await;
    answer.expect("a page").into_inner().tickets
}

async fn get(world: &World, user: &UserCaller, ticket: &pb::Ticket) -> Result<pb::Ticket, Status> {
    let request = pb::GetTicketRequest {
        ticket_id: ticket.id.clone(),
    };
    let answer = world.tickets(user).get_ticket(request).await?;
    Ok(answer.into_inner().ticket.expect("the ticket"))
}

/// The ticket that admits a person, as live is told.
async fn admits(world: &World, event: &str, user: &UserCaller) -> Option<String> {
    let email = if user.email_verified {
        user.email.to_string()
    } else {
        String::new()
    };
    let request = pb::CheckAdmissionRequest {
        event_id: event.to_owned(),
        user_id: user.user_id.to_string(),
        email,
    };
    let mut tickets = TicketServiceClient::new(world.app.as_service("ticketing", "live"));
    let answer = tickets.check_admission(request).await.expect("an answer").into_inner();
    assert_eq!(answer.admitted, !answer.ticket_id.is_empty());
    answer.admitted.then_some(answer.ticket_id)
}

#[tokio::test]
async fn a_ticket_is_its_buyers_and_its_holders() {
    let world = World::new().await;
    let (ada, bob, cleo) = (world.organizer(), world.person(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let held = world.held(&bob, &made, 2).await;
    let emails = [bob.email.as_str(), cleo.email.as_str()];
    let order = world.complete(&bob, &held, &emails).await.expect("in time");
    assert_eq!(mine(&world, &bob).await.len(), 2, "a buyer has all that they bought");
    let hers = mine(&world, &cleo).await;
    assert_eq!(hers.len(), 1);
    assert_eq!(hers[0].attendee_email, cleo.email.as_str());
    assert!(hers[0].code.starts_with("PLT1:"));
    let unconfirmed = UserCaller {
        email_verified: false,
        ..cleo.clone()
    };
    assert_eq!(
        mine(&world, &unconfirmed).await,
        [],
        "anybody can write an address down"
    );

    for owner in [&bob, &cleo] {
        let read = get(&world, owner, &hers[0]).await.expect("theirs");
        assert_eq!(read.code, hers[0].code);
        assert!(read.code_svg.contains("<svg"));
    }
    let team = get(&world, &ada, &hers[0]).await.expect("the team's");
    assert_eq!((team.code.as_str(), team.code_svg.as_str()), ("", ""));
    for stranger in [&unconfirmed, &world.organizer(), &world.person()] {
        assert_eq!(
            reason(get(&world, stranger, &hers[0]).await),
            not_found("TICKET_NOT_FOUND")
        );
    }
    assert_eq!(order.tickets.len(), 2);
}

#[tokio::test]
async fn a_team_finds_tickets_without_their_codes() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let event = world.event(&ada);
    let made = world.ticket_type(&ada, &event, 10).await;
    let held = world.held(&bob, &made, 2).await;
    let completed = world
        .complete(&bob, &held, &["first@example.org", "second@example.org"])
        .await;
    completed.expect("in time");
    let list = async |by: &UserCaller, query: &str| {
        let request = pb::ListEventTicketsRequest {
            event_id: event.clone(),
            query: query.to_owned(),
            ..pb::ListEventTicketsRequest::default()
        };
        world.tickets(by).list_event_tickets(request).await
    };
    let all = list(&ada, "").await.expect("the team's").into_inner().tickets;
    assert_eq!(all.len(), 2);
    assert!(
        all.iter()
            .all(|ticket| ticket.code.is_empty() && ticket.code_svg.is_empty())
    );
    let found = list(&ada, "SECOND@").await.expect("the team's").into_inner().tickets;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].attendee_email, "second@example.org");
    assert_eq!(reason(list(&world.organizer(), "").await), not_found("EVENT_NOT_FOUND"));
}

#[tokio::test]
async fn a_ticket_admits_whom_it_is_for_until_it_is_void() {
    let world = World::new().await;
    let (ada, bob, cleo) = (world.organizer(), world.person(), world.person());
    let event = world.event(&ada);
    let made = world.ticket_type(&ada, &event, 10).await;
    let held = world.held(&bob, &made, 2).await;
    let order = world
        .complete(&bob, &held, &[cleo.email.as_str(), "x@example.org"])
        .await
        .expect("in time");
    // Bob bought two for others: neither is his own.
    assert_eq!(admits(&world, &event, &bob).await, None);
    let hers = admits(&world, &event, &cleo).await.expect("made out to her address");
    let unconfirmed = UserCaller {
        email_verified: false,
        ..cleo.clone()
    };
    assert_eq!(admits(&world, &event, &unconfirmed).await, None);
    assert_eq!(admits(&world, &world.event(&ada), &cleo).await, None, "another event");
    assert!(order.tickets.iter().any(|ticket| ticket.id == hers));

    // One ticket is for its buyer, whatever address is on it, and for nobody else.
    let dora = world.person();
    let own = world.held(&dora, &made, 1).await;
    let own = world
        .complete(&dora, &own, &[bob.email.as_str()])
        .await
        .expect("in time");
    assert_eq!(admits(&world, &event, &dora).await, Some(own.tickets[0].id.clone()));
    assert_eq!(admits(&world, &event, &bob).await, None);

    world.cancel(&bob, &order).await.expect("before the event");
    assert_eq!(admits(&world, &event, &cleo).await, None);
}

#[tokio::test]
async fn holders_are_those_whose_tickets_are_good() {
    let world = World::new().await;
    let (ada, bob, cleo) = (world.organizer(), world.person(), world.person());
    let event = world.event(&ada);
    let made = world.ticket_type(&ada, &event, 10).await;
    world.bought(&bob, &made, 1).await;
    let void = world.bought(&cleo, &made, 1).await;
    world.cancel(&cleo, &void).await.expect("before the event");
    let mut tickets = TicketServiceClient::new(world.app.as_service("ticketing", "notifications"));
    let request = pb::ListHoldersRequest {
        event_id: event,
        ..pb::ListHoldersRequest::default()
    };
    let holders = tickets
        .list_holders(request)
        .await
        .expect("a page")
        .into_inner()
        .holders;
    let expected = pb::Holder {
        user_id: bob.user_id.to_string(),
        name: "Ada".to_owned(),
        email: bob.email.to_string(),
    };
    assert_eq!(holders, [expected]);
}
