//! The door.

use kit_rpc::UserCaller;
use plenary_proto::ticketing::v1 as pb;
use plenary_proto::ticketing::v1::{CheckInResult, TicketState};
use tokio::task::JoinSet;

use crate::world::{World, not_found, reason};

/// A scan that was not made before.
fn scan_of(world: &World, event: &str, code: &str) -> pb::CheckInTicketRequest {
    pb::CheckInTicketRequest {
        request_id: world.request_id(),
        event_id: event.to_owned(),
        code: code.to_owned(),
    }
}

async fn scan(world: &World, by: &UserCaller, request: pb::CheckInTicketRequest) -> pb::CheckInTicketResponse {
    let answer = world.tickets(by).check_in_ticket(request).await;
    answer.expect("never an error for a code").into_inner()
}

async fn summary(world: &World, by: &UserCaller, event: &str) -> (i32, i32) {
    let request = pb::GetCheckInSummaryRequest {
        event_id: event.to_owned(),
    };
    let answer = world
        .tickets(by)
        .get_check_in_summary(request)
        .await
        .expect("the team's")
        .into_inner();
    (answer.ticket_count, answer.checked_in_count)
}

#[tokio::test]
async fn the_first_scan_admits_and_every_later_one_says_again() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let event = world.event(&ada);
    let made = world.ticket_type(&ada, &event, 10).await;
    let order = world.bought(&bob, &made, 2).await;
    let code = &order.tickets[0].code;
    let request = scan_of(&world, &event, code);
    let at = world.at(std::time::Duration::ZERO);
    let first = scan(&world, &ada, request.clone()).await;
    assert_eq!(first.result(), CheckInResult::First);
    let ticket = first.ticket.clone().expect("a ticket of this event");
    assert_eq!(
        (ticket.state(), ticket.check_in_time),
        (TicketState::CheckedIn, Some(at))
    );
    assert_eq!(ticket.code, "");

    world.app.hand.advance(std::time::Duration::from_secs(60));
    let again = scan(&world, &ada, scan_of(&world, &event, code)).await;
    assert_eq!(again.result(), CheckInResult::Again);
    assert_eq!(again.ticket.and_then(|ticket| ticket.check_in_time), Some(at));
    // A scanner whose answer got lost hears what it would have heard.
    assert_eq!(scan(&world, &ada, request).await, first);
    assert_eq!(summary(&world, &ada, &event).await, (2, 1));
}

#[tokio::test]
async fn of_many_scans_at_once_one_is_the_first() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let event = world.event(&ada);
    let made = world.ticket_type(&ada, &event, 10).await;
    let order = world.bought(&bob, &made, 1).await;
    let mut scans = JoinSet::new();
    for _ in 0..8 {
        let (mut tickets, request) = (world.tickets(&ada), scan_of(&world, &event, &order.tickets[0].code));
        scans.spawn(async move { tickets.check_in_ticket(request).await });
    }
    let results: Vec<CheckInResult> = scans
        .join_all()
        .await
        .into_iter()
        .map(|answer| answer.expect("an answer").into_inner().result())
        .collect();
    let count = |wanted| results.iter().filter(|result| **result == wanted).count();
    assert_eq!((count(CheckInResult::First), count(CheckInResult::Again)), (1, 7));
}

#[tokio::test]
async fn a_code_that_is_not_good_is_told_apart() {
    let world = World::new().await;
    let (ada, bob) = (world.organizer(), world.person());
    let (event, other) = (world.event(&ada), world.event(&ada));
    let made = world.ticket_type(&ada, &event, 10).await;
    let (good, void) = (world.bought(&bob, &made, 1).await, world.bought(&bob, &made, 1).await);
    world.cancel(&bob, &void).await.expect("before the event");
    let result = async |event: &str, code: &str| scan(&world, &ada, scan_of(&world, event, code)).await;

    let refused = result(&event, &void.tickets[0].code).await;
    assert_eq!(refused.result(), CheckInResult::Void);
    let elsewhere = result(&other, &good.tickets[0].code).await;
    assert_eq!(elsewhere.result(), CheckInResult::OtherEvent);
    assert_eq!(elsewhere.ticket, None, "nothing of another event's ticket is shown");
    let mut forged = good.tickets[0].code.clone();
    let last = if forged.ends_with('A') { 'Q' } else { 'A' };
    forged.replace_range(forged.len() - 1.., &last.to_string());
    for unknown in ["", "hello", &forged] {
        assert_eq!(
            result(&event, unknown).await.result(),
            CheckInResult::Unknown,
            "{unknown}"
        );
    }
    // None of it has used the good one up.
    assert_eq!(
        result(&event, &good.tickets[0].code).await.result(),
        CheckInResult::First
    );
}

#[tokio::test]
async fn the_door_is_the_teams() {
    let world = World::new().await;
    let (ada, bob, eve) = (world.organizer(), world.person(), world.organizer());
    let event = world.event(&ada);
    let made = world.ticket_type(&ada, &event, 10).await;
    let order = world.bought(&bob, &made, 1).await;
    let scanned = world
        .tickets(&eve)
        .check_in_ticket(scan_of(&world, &event, &order.tickets[0].code))
        .await;
    assert_eq!(reason(scanned), not_found("EVENT_NOT_FOUND"));
    let counted = pb::GetCheckInSummaryRequest {
        event_id: event.clone(),
    };
    let counted = world.tickets(&eve).get_check_in_summary(counted).await;
    assert_eq!(reason(counted), not_found("EVENT_NOT_FOUND"));
    assert_eq!(summary(&world, &ada, &event).await, (1, 0));
}
