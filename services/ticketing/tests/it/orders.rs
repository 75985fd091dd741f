//! Seats held and taken.

use kit_rpc::{Fault as _, UserCaller};
use plenary_proto::events::v1::EventState;
use plenary_proto::ticketing::v1 as pb;
use plenary_proto::ticketing::v1::OrderState;
use tokio::task::JoinSet;
use tonic::Code;

use crate::world::{HOLD, World, details, free, item, not_found, precondition, reason};

#[tokio::test]
async fn seats_are_held_and_then_taken() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let held = world.held(&bob, &made, 2).await;
    assert_eq!((held.state(), held.tickets.len()), (OrderState::Held, 0));
    assert_eq!(held.hold_expire_time, Some(world.at(HOLD)));
    assert_eq!(world.seats().await, (2, 0));
    let completed = world
        .complete(&bob, &held, &["x@example.org", "y@example.org"])
        .await
        .expect("in time");
    assert_eq!(
        (completed.state(), completed.hold_expire_time),
        (OrderState::Completed, None)
    );
    let mut emails: Vec<&str> = completed
        .tickets
        .iter()
        .map(|ticket| ticket.attendee_email.as_str())
        .collect();
    emails.sort_unstable();
    assert_eq!(emails, ["x@example.org", "y@example.org"]);
    assert!(completed.tickets.iter().all(|ticket| ticket.code.starts_with("PLT1:")));
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 2), 0));
    let again = world.complete(&bob, &held, &["x@example.org"]).await;
    assert_eq!(reason(again), precondition("ORDER_STATE_WRONG"));
    assert_eq!(world.count("select count(*) from tickets").await, 2);
}

#[tokio::test]
async fn with_details_an_order_completes_at_once() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let order = world.bought(&bob, &made, 3).await;
    assert_eq!((order.state(), order.tickets.len()), (OrderState::Completed, 3));
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 3), 0));
    let mut read = world.read(&bob, &order).await.expect("one's own order");
    let by_id = |a: &pb::Ticket, b: &pb::Ticket| a.id.cmp(&b.id);
    let mut order = order;
    read.tickets.sort_by(by_id);
    order.tickets.sort_by(by_id);
    assert_eq!(read, order);
}

#[tokio::test]
async fn attendees_are_one_for_all_or_one_for_each() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let held = world.held(&bob, &made, 3).await;
    let refused = world.complete(&bob, &held, &["x@example.org", "y@example.org"]).await;
    let violations = refused.expect_err("two for three").violations();
    assert_eq!(violations[0].field, "details.attendees");
    // The hold is as it was.
    assert_eq!((world.seats().await, world.miscounted().await), ((3, 0), 0));
}

#[tokio::test]
async fn a_new_order_takes_the_place_of_the_held_one() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 3).await;
    let first = world.held(&bob, &made, 2).await;
    // Three only fit because the two come back first.
    let second = world.held(&bob, &made, 3).await;
    assert_eq!((world.seats().await, world.miscounted().await), ((3, 0), 0));
    let first = world.read(&bob, &first).await.expect("one's own order");
    assert_eq!(first.state(), OrderState::Cancelled);
    let late = world.complete(&bob, &first, &["x@example.org"]).await;
    assert_eq!(reason(late), precondition("ORDER_STATE_WRONG"));
    // One that cannot be had leaves the held one as it is.
    let greedy = world.order(&bob, world.wanted(&made, 4)).await;
    assert_eq!(reason(greedy), precondition("SOLD_OUT"));
    assert_eq!(
        world.read(&bob, &second).await.expect("one's own order").state(),
        OrderState::Held
    );
    assert_eq!((world.seats().await, world.miscounted().await), ((3, 0), 0));
}

#[tokio::test]
async fn however_often_somebody_clicks_they_hold_one_order() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let mut clicks = JoinSet::new();
    for _ in 0..6 {
        let (mut orders, request) = (world.orders(&bob), world.wanted(&made, 2));
        clicks.spawn(async move { orders.create_order(request).await });
    }
    for click in clicks.join_all().await {
        click.expect("each click holds seats, in the place of the one before");
    }
    let held = "select count(*) from orders where state = 'held'";
    assert_eq!((world.count(held).await, world.seats().await), (1, (2, 0)));
    assert_eq!(world.miscounted().await, 0);
}

/// Seats of two types that are given back in one order and taken in the other would lock both out.
#[tokio::test]
async fn two_who_swap_their_seats_do_not_lock_each_other_out() {
    let world = World::new().await;
    let (ada, people) = (world.organizer(), [world.person(), world.person()]);
    let event = world.event(&ada);
    let types = [
        world.ticket_type(&ada, &event, 100).await,
        world.ticket_type(&ada, &event, 100).await,
    ];
    for round in 0..20 {
        let order = |person: usize| world.order(&people[person], world.wanted(&types[(round + person) % 2], 1));
        let (one, two) = tokio::join!(order(0), order(1));
        one.and(two).expect("neither waits for the other");
    }
    assert_eq!((world.seats().await, world.miscounted().await), ((2, 0), 0));
}

#[tokio::test]
async fn a_repeated_request_is_one_order() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let request = pb::CreateOrderRequest {
        details: Some(details(&["x@example.org"])),
        ..world.wanted(&made, 2)
    };
    let first = world.order(&bob, request.clone()).await.expect("completed");
    let again = world.order(&bob, request.clone()).await.expect("replayed");
    assert_eq!(again, first);
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 2), 0));
    let other = pb::CreateOrderRequest {
        items: vec![item(&made, 3)],
        ..request.clone()
    };
    let refused = world.order(&bob, other).await;
    assert_eq!(reason(refused), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
    // Ids are each caller's own.
    world.order(&world.person(), request).await.expect("another's first");
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 4), 0));
}

/// The answer that got lost is the one that counts, whatever has become of the event since.
#[tokio::test]
async fn a_repeated_request_has_its_answer_after_the_event_too() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let event = world.event(&ada);
    let made = world.ticket_type(&ada, &event, 10).await;
    let request = world.wanted(&made, 2);
    let first = world.order(&bob, request.clone()).await.expect("held");
    world.rewrite(&event, |script| script.state = EventState::Ended);
    assert_eq!(world.order(&bob, request.clone()).await.expect("replayed"), first);
    let other = pb::CreateOrderRequest {
        items: vec![item(&made, 3)],
        ..request.clone()
    };
    let refused = world.order(&bob, other).await;
    assert_eq!(reason(refused), (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned()));
    let new = world.order(&bob, world.wanted(&made, 2)).await;
    assert_eq!(reason(new), precondition("EVENT_NOT_ON_SALE"));
    world.rewrite(&event, |script| script.is_public = false);
    assert_eq!(world.order(&bob, request.clone()).await.expect("replayed"), first);
    let stranger = world.order(&world.person(), request).await;
    assert_eq!(reason(stranger), not_found("EVENT_NOT_FOUND"));
}

#[tokio::test]
async fn what_is_not_there_to_be_had_is_refused() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let event = world.event(&ada);
    let few = pb::TicketType {
        max_per_order: 2,
        ..free(&event, 3)
    };
    let made = world.create_type(&ada, few).await.expect("a ticket type");
    let elsewhere = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let order = async |request| world.order(&bob, request).await;

    let many = order(world.wanted(&made, 3)).await.expect_err("two at most");
    assert_eq!(many.metadata_of_reason("max").as_deref(), Some("2"));
    assert_eq!(reason(Err::<(), _>(many)), precondition("TOO_MANY_TICKETS"));

    let mixed = pb::CreateOrderRequest {
        items: vec![item(&made, 1), item(&elsewhere, 1)],
        ..world.wanted(&made, 1)
    };
    assert_eq!(reason(order(mixed).await), not_found("TICKET_TYPE_NOT_FOUND"));

    world.bought(&world.person(), &made, 2).await;
    let gone = order(world.wanted(&made, 2)).await.expect_err("one is left");
    assert_eq!(gone.metadata_of_reason("remaining").as_deref(), Some("1"));
    assert_eq!(gone.metadata_of_reason("ticket_type_id"), Some(made.id.clone()));
    assert_eq!(reason(Err::<(), _>(gone)), precondition("SOLD_OUT"));

    let unconfirmed = UserCaller {
        email_verified: false,
        ..world.person()
    };
    let refused = world.order(&unconfirmed, world.wanted(&made, 1)).await;
    assert_eq!(reason(refused), precondition("EMAIL_NOT_VERIFIED"));

    for state in [EventState::Draft, EventState::Ended, EventState::Cancelled] {
        world.rewrite(&event, |script| script.state = state);
        assert_eq!(
            reason(order(world.wanted(&made, 1)).await),
            precondition("EVENT_NOT_ON_SALE")
        );
    }
    world.rewrite(&event, |script| script.is_public = false);
    assert_eq!(
        reason(order(world.wanted(&made, 1)).await),
        not_found("EVENT_NOT_FOUND")
    );
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 2), 0));
}

#[tokio::test]
async fn sold_out_takes_nothing_of_the_other_types_either() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let event = world.event(&ada);
    let (wide, narrow) = (
        world.ticket_type(&ada, &event, 10).await,
        world.ticket_type(&ada, &event, 1).await,
    );
    let request = pb::CreateOrderRequest {
        items: vec![item(&wide, 5), item(&narrow, 2)],
        ..world.wanted(&wide, 1)
    };
    assert_eq!(reason(world.order(&bob, request).await), precondition("SOLD_OUT"));
    assert_eq!(
        (world.seats().await, world.count("select count(*) from orders").await),
        ((0, 0), 0)
    );
}

#[tokio::test]
async fn an_order_is_its_buyers_and_the_teams() {
    let world = World::new().await;
    let (ada, bob, eve) = (world.organizer(), world.person(), world.organizer());
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let (held, completed) = (
        world.held(&world.person(), &made, 1).await,
        world.bought(&bob, &made, 1).await,
    );
    let team = world.read(&ada, &completed).await.expect("the team's");
    assert_eq!((team.tickets.len(), team.tickets[0].code.as_str()), (1, ""));
    for stranger in [&eve, &world.person()] {
        let refused = not_found("ORDER_NOT_FOUND");
        assert_eq!(reason(world.read(stranger, &completed).await), refused);
        assert_eq!(reason(world.cancel(stranger, &completed).await), refused);
        assert_eq!(
            reason(world.complete(stranger, &held, &["x@example.org"]).await),
            refused
        );
    }
    // Naming the attendees is the buyer's alone.
    let by_team = world.complete(&ada, &held, &["x@example.org"]).await;
    assert_eq!(reason(by_team), not_found("ORDER_NOT_FOUND"));
}

#[tokio::test]
async fn ones_orders_come_page_by_page() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let mut expected = Vec::new();
    for _ in 0..3 {
        let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
        expected.insert(0, world.held(&bob, &made, 1).await.id);
        world.held(&world.person(), &made, 1).await;
        world.app.hand.advance(std::time::Duration::from_secs(1));
    }
    let (mut found, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListMyOrdersRequest {
            page_size: 2,
            page_token,
            ..pb::ListMyOrdersRequest::default()
        };
        let page = world
            .orders(&bob)
            .list_my_orders(request)
            .await
            .expect("a page")
            .into_inner();
        found.extend(page.orders.into_iter().map(|order| order.id));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(found, expected);
}
