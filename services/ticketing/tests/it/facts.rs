//! What other services are told.

use plenary_proto::ticketing::v1 as pb;
use prost::Message as _;
use sqlx::Row as _;

use crate::world::{HOLD, World, details};

/// Kinds, without their package, and orders of the facts so far.
async fn facts(world: &World) -> Vec<(String, pb::Order)> {
    let rows = world.rows("select kind, payload from outbox order by position").await;
    let fact = |row: &sqlx::postgres::PgRow| {
        let kind: String = row.get(0);
        let payload: Vec<u8> = row.get(1);
        // Both facts are an order in field 1.
        let order = pb::OrderCompleted::decode(payload.as_slice())
            .expect("well-formed")
            .order;
        let kind = kind.trim_start_matches("plenary.ticketing.v1.").to_owned();
        (kind, order.expect("an order"))
    };
    rows.iter().map(fact).collect()
}

#[tokio::test]
async fn issuing_and_voiding_tickets_is_told_once() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let request = pb::CreateOrderRequest {
        details: Some(details(&["x@example.org"])),
        ..world.wanted(&made, 2)
    };
    let order = world.order(&bob, request.clone()).await.expect("completed");
    world.order(&bob, request).await.expect("replayed");
    let told = facts(&world).await;
    assert_eq!(told, [("OrderCompleted".to_owned(), order.clone())]);
    assert!(
        told[0].1.tickets.iter().all(|ticket| !ticket.code.is_empty()),
        "for the mail"
    );

    let cancelled = world.cancel(&bob, &order).await.expect("before the event");
    world.cancel(&bob, &order).await.expect_err("it is");
    let told = facts(&world).await;
    assert_eq!(told[1..], [("OrderCancelled".to_owned(), cancelled)]);
    assert!(told[1].1.tickets.iter().all(|ticket| ticket.code.is_empty()));
}

#[tokio::test]
async fn holds_come_and_go_untold() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 3).await;
    let first = world.held(&bob, &made, 1).await;
    world.cancel(&bob, &first).await.expect("held");
    world.held(&bob, &made, 1).await;
    world.held(&bob, &made, 2).await;
    world.app.hand.advance(HOLD);
    world.expire_holds().await;
    world
        .order(&bob, world.wanted(&made, 4))
        .await
        .expect_err("three at most");
    assert_eq!(facts(&world).await, []);
}
