//! A thousand people want the last ticket.
//!
//! The same harness and the same verdict judge the service and a taking of seats that reads and then writes. The second
//! one sells too many, so the first one's passing says something.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kit_rpc::Fault as _;
use plenary_proto::ticketing::v1 as pb;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::world::{World, details};

const BUYERS: usize = 1_000;
/// More at a time would only wait for the pool's eight connections.
const AT_ONCE: usize = 50;

/// What the buyers were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Sold,
    SoldOut,
}

/// Has everybody try, many at a time.
async fn rush<F>(attempt: impl Fn(usize) -> F) -> Vec<Outcome>
where
    F: Future<Output = Outcome> + Send + 'static,
{
    let (mut running, mut outcomes) = (JoinSet::new(), Vec::with_capacity(BUYERS));
    for buyer in 0..BUYERS {
        if running.len() == AT_ONCE {
            let outcome = running.join_next().await.expect("some are running");
            outcomes.push(outcome.expect("no attempt panics"));
        }
        running.spawn(attempt(buyer));
    }
    outcomes.extend(running.join_all().await);
    outcomes
}

/// What is wrong after a rush on one seat; nothing, if it was sold once and the books say so.
async fn verdict(world: &World, outcomes: &[Outcome]) -> Vec<String> {
    let sold = outcomes.iter().filter(|outcome| **outcome == Outcome::Sold).count();
    let refused = outcomes.iter().filter(|outcome| **outcome == Outcome::SoldOut).count();
    let mut wrong = Vec::new();
    if (sold, refused) != (1, BUYERS - 1) {
        wrong.push(format!("{sold} were told that they have it, {refused} that it is gone"));
    }
    let tickets = world.count("select count(*) from tickets").await;
    if tickets != 1 {
        wrong.push(format!("{tickets} tickets for one seat"));
    }
    if world.seats().await != (0, 1) || world.miscounted().await != 0 {
        wrong.push(format!("the counters say {:?}", world.seats().await));
    }
    wrong
}

#[tokio::test]
async fn of_a_thousand_buyers_one_gets_the_last_ticket() {
    let world = World::new().await;
    let ada = world.organizer();
    let made = world.ticket_type(&ada, &world.event(&ada), 1).await;
    let outcomes = rush(|_| {
        let buyer = world.person();
        let request = pb::CreateOrderRequest {
            details: Some(details(&[buyer.email.as_str()])),
            ..world.wanted(&made, 1)
        };
        let mut orders = world.orders(&buyer);
        async move {
            match orders.create_order(request).await {
                Ok(_) => Outcome::Sold,
                Err(status) => {
                    assert_eq!(status.reason().as_deref(), Some("SOLD_OUT"), "{status:?}");
                    Outcome::SoldOut
                }
            }
        }
    })
    .await;
    assert_eq!(verdict(&world, &outcomes).await, Vec::<String>::new());
    assert_eq!(
        world.count("select count(*) from orders").await,
        1,
        "refused orders leave nothing"
    );
    assert_eq!(world.count("select count(*) from outbox").await, 1);
}

/// Looks whether a seat is free, and then takes it: what must not be done.
async fn take_naively(pool: &kit_pg::Pool, turn: &Turn) -> Result<Outcome, sqlx::Error> {
    let mut tx = pool.begin().await.expect("a connection");
    let free = sqlx::query_scalar("select held_count + sold_count < capacity from ticket_types");
    if !free.fetch_one(&mut *tx).await? {
        return Ok(Outcome::SoldOut);
    }
    turn.let_another_look().await;
    for change in [
        "with made as (
             insert into orders (id, event_id, buyer_id, buyer_email, state, currency, complete_time, create_time,
                 event_title, event_time_zone)
             select gen_random_uuid(), event_id, gen_random_uuid(), 'x@example.org', 'completed', 'EUR', now(), now(), '',
                 'UTC'
             from ticket_types returning id)
         insert into tickets (id, order_id, event_id, ticket_type_id, ticket_type_name, attendee_name, attendee_email,
             state, create_time)
         select gen_random_uuid(), made.id, event_id, ticket_types.id, name, 'Ada', 'x@example.org', 'valid', now()
         from made, ticket_types",
        "update ticket_types set sold_count = sold_count + 1",
    ] {
        sqlx::query(change).execute(&mut *tx).await?;
    }
    tx.commit().await.expect("committed");
    Ok(Outcome::Sold)
}

/// Has the first two who saw a free seat wait for each other, so that what may happen does.
struct Turn {
    seen: AtomicUsize,
    both: Barrier,
}

impl Turn {
    async fn let_another_look(&self) {
        if self.seen.fetch_add(1, Ordering::Relaxed) < 2 {
            self.both.wait().await;
        }
    }
}

#[tokio::test]
async fn looking_first_and_taking_then_sells_one_seat_twice() {
    let world = World::new().await;
    let ada = world.organizer();
    world.ticket_type(&ada, &world.event(&ada), 1).await;
    let mut connection = world.pool().acquire().await.expect("the test's database");
    // The last line of defence would turn it into errors.
    sqlx::query("alter table ticket_types drop constraint ticket_types_seats_check")
        .execute(&mut *connection)
        .await
        .expect("the constraint has this name");
    drop(connection);
    let turn = Arc::new(Turn {
        seen: AtomicUsize::new(0),
        both: Barrier::new(2),
    });
    let pool = world.pool();
    let outcomes = rush(|_| {
        let (pool, turn) = (pool.clone(), Arc::clone(&turn));
        async move { take_naively(&pool, &turn).await.expect("valid statements") }
    })
    .await;
    let wrong = verdict(&world, &outcomes).await;
    assert_eq!(wrong.len(), 3, "the harness notices: {wrong:?}");
    assert!(world.seats().await.1 > 1);
}
