//! Orders called off, by their buyers and by the event's team.

use plenary_proto::ticketing::v1 as pb;
use plenary_proto::ticketing::v1::{OrderState, TicketState};

use crate::world::{DAY, World, precondition, reason};

#[tokio::test]
async fn a_buyer_gives_tickets_back_before_the_event() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 2).await;
    let order = world.bought(&bob, &made, 2).await;
    let cancelled = world.cancel(&bob, &order).await.expect("a week before");
    assert_eq!(cancelled.state(), OrderState::Cancelled);
    assert!(
        cancelled
            .tickets
            .iter()
            .all(|ticket| ticket.state() == TicketState::Void)
    );
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 0), 0));
    let again = world.cancel(&bob, &order).await;
    assert_eq!(reason(again), precondition("ORDER_STATE_WRONG"));
    assert_eq!(world.seats().await, (0, 0), "seats come back once");
    world.bought(&world.person(), &made, 2).await;
}

#[tokio::test]
async fn after_its_beginning_only_the_team_cancels() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 2).await;
    let order = world.bought(&bob, &made, 1).await;
    world.app.hand.advance(7 * DAY);
    assert_eq!(reason(world.cancel(&bob, &order).await), precondition("EVENT_STARTED"));
    assert_eq!(world.seats().await, (0, 1));
    world.cancel(&ada, &order).await.expect("the team may");
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 0), 0));
}

#[tokio::test]
async fn a_hold_is_let_go() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 2).await;
    let order = world.held(&bob, &made, 2).await;
    let cancelled = world.cancel(&bob, &order).await.expect("held");
    assert_eq!(
        (cancelled.state(), cancelled.complete_time),
        (OrderState::Cancelled, None)
    );
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 0), 0));
    let late = world.complete(&bob, &order, &["x@example.org"]).await;
    assert_eq!(reason(late), precondition("ORDER_STATE_WRONG"));
}

#[tokio::test]
async fn a_repeated_cancellation_is_one() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 2).await;
    let order = world.bought(&bob, &made, 1).await;
    let request = pb::CancelOrderRequest {
        request_id: world.request_id(),
        order_id: order.id,
    };
    let first = world
        .orders(&bob)
        .cancel_order(request.clone())
        .await
        .expect("completed");
    let again = world.orders(&bob).cancel_order(request).await.expect("replayed");
    assert_eq!(again.into_inner(), first.into_inner());
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 0), 0));
}
