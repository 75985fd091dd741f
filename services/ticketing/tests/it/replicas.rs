//! Two processes sell the same tickets.

use std::sync::Arc;

use kit_rpc::{Fault as _, Part};
use kit_testing::App;
use plenary_proto::events::v1::event_service_server::EventServiceServer;
use plenary_proto::ticketing::v1 as pb;
use plenary_proto::ticketing::v1::order_service_client::OrderServiceClient;
use tokio::task::JoinSet;

use crate::world::{World, details};

const BUYERS: usize = 120;
const CAPACITY: i32 = 50;

/// Another process with the service, on the world's database.
async fn replica(world: &World) -> App {
    let app = App {
        hand: world.app.hand.clone(),
        tokens: Arc::clone(&world.app.tokens),
        host: world.app.tokens.host(),
    };
    let part = ticketing::build(world.config.clone(), app.host.clone()).await;
    app.mount(part.expect("the service can be built"));
    app.mount(Part::new("events").service(EventServiceServer::new(world.events.clone())));
    app
}

#[tokio::test]
async fn two_processes_sell_no_seat_twice() {
    let world = World::new().await;
    let other = replica(&world).await;
    let ada = world.organizer();
    let made = world.ticket_type(&ada, &world.event(&ada), CAPACITY).await;
    let mut rush = JoinSet::new();
    for number in 0..BUYERS {
        let buyer = world.person();
        let app = if number % 2 == 0 { &world.app } else { &other };
        let mut orders = OrderServiceClient::new(app.as_user("ticketing", &buyer));
        let request = pb::CreateOrderRequest {
            // Half of them only hold.
            details: (number % 4 < 2).then(|| details(&[buyer.email.as_str()])),
            ..world.wanted(&made, 1)
        };
        rush.spawn(async move { orders.create_order(request).await });
    }
    let answers = rush.join_all().await;
    let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
    assert!(
        refused
            .clone()
            .all(|status| status.reason().as_deref() == Some("SOLD_OUT"))
    );
    assert_eq!(BUYERS - refused.count(), CAPACITY.unsigned_abs() as usize);
    let (held, sold) = world.seats().await;
    assert_eq!((held + sold, world.miscounted().await), (i64::from(CAPACITY), 0));
}

#[tokio::test]
async fn one_request_through_both_at_once_is_one_order() {
    let world = World::new().await;
    let other = replica(&world).await;
    let (ada, bob) = (world.organizer(), world.person());
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let request = pb::CreateOrderRequest {
        details: Some(details(&["x@example.org"])),
        ..world.wanted(&made, 2)
    };
    let mut calls = JoinSet::new();
    for app in [&world.app, &other].into_iter().cycle().take(20) {
        let (mut orders, request) = (OrderServiceClient::new(app.as_user("ticketing", &bob)), request.clone());
        calls.spawn(async move { orders.create_order(request).await });
    }
    let answers: Vec<_> = calls
        .join_all()
        .await
        .into_iter()
        .map(|answer| answer.expect("answered").into_inner())
        .collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!((world.seats().await, world.miscounted().await), ((0, 2), 0));
    assert_eq!(world.count("select count(*) from orders").await, 1);
}
