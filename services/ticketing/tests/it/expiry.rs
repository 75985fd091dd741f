//! Holds whose time is over.

use std::time::Duration;

use plenary_proto::ticketing::v1::OrderState;

use crate::world::{HOLD, World, precondition, reason};

#[tokio::test]
async fn a_hold_that_ran_out_gives_its_seats_back_once() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 5).await;
    let order = world.held(&bob, &made, 3).await;
    let (sold, other) = (world.person(), world.person());
    world.bought(&sold, &made, 1).await;

    world.app.hand.advance(HOLD - Duration::from_secs(1));
    world.held(&other, &made, 1).await;
    world.expire_holds().await;
    assert_eq!(world.seats().await, (4, 1), "nothing is due");

    world.app.hand.advance(Duration::from_secs(1));
    tokio::join!(world.expire_holds(), world.expire_holds());
    world.expire_holds().await;
    assert_eq!((world.seats().await, world.miscounted().await), ((1, 1), 0));
    let order = world.read(&bob, &order).await.expect("one's own order");
    assert_eq!((order.state(), order.hold_expire_time), (OrderState::Expired, None));
    // Seats that came back can be had again.
    world.held(&bob, &made, 3).await;
    assert_eq!((world.seats().await, world.miscounted().await), ((4, 1), 0));
}

#[tokio::test]
async fn what_has_expired_is_not_completed_or_cancelled() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 5).await;
    let order = world.held(&bob, &made, 2).await;
    world.app.hand.advance(HOLD);
    // The time counts, not whether the sweep has come by.
    let before = world.complete(&bob, &order, &["x@example.org"]).await;
    assert_eq!(reason(before), precondition("ORDER_EXPIRED"));
    world.expire_holds().await;
    let after = world.complete(&bob, &order, &["x@example.org"]).await;
    assert_eq!(reason(after), precondition("ORDER_EXPIRED"));
    let cancelled = world.cancel(&bob, &order).await;
    assert_eq!(reason(cancelled), precondition("ORDER_STATE_WRONG"));
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 0), 0));
    assert_eq!(world.count("select count(*) from tickets").await, 0);
}

#[tokio::test]
async fn a_completed_order_does_not_expire() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 5).await;
    let order = world.held(&bob, &made, 2).await;
    world.complete(&bob, &order, &["x@example.org"]).await.expect("in time");
    world.app.hand.advance(2 * HOLD);
    world.expire_holds().await;
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 2), 0));
}
