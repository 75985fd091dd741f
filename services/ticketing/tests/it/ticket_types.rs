//! What an event offers: made, changed, removed, and seen by its team and by visitors.

use kit_rpc::{Fault as _, UserCaller};
use plenary_proto::common::v1::Money;
use plenary_proto::events::v1::EventState;
use plenary_proto::ticketing::v1 as pb;
use plenary_proto::ticketing::v1::Availability;
use tonic::{Code, Status};

use crate::world::{DAY, World, free, not_found, precondition, reason};

async fn update(
    world: &World,
    by: &UserCaller,
    wanted: pb::TicketType,
    paths: &[&str],
    etag: &str,
) -> Result<pb::TicketType, Status> {
    let request = pb::UpdateTicketTypeRequest {
        request_id: world.request_id(),
        ticket_type: Some(wanted),
        update_mask: Some(prost_types::FieldMask {
            paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        }),
        etag: etag.to_owned(),
    };
    let answer = world.types(by).update_ticket_type(request).await?;
    Ok(answer.into_inner().ticket_type.expect("the ticket type"))
}

async fn delete(world: &World, by: &UserCaller, found: &pb::TicketType) -> Result<(), Status> {
    let request = pb::DeleteTicketTypeRequest {
        request_id: world.request_id(),
        ticket_type_id: found.id.clone(),
    };
    world.types(by).delete_ticket_type(request).await.map(|_| ())
}

#[tokio::test]
async fn a_new_type_is_free_and_can_be_had_at_once() {
    let world = World::new().await;
    let ada = world.organizer();
    let made = world.ticket_type(&ada, &world.event(&ada), 100).await;
    assert!(made.id.starts_with("tty_"), "{}", made.id);
    assert_eq!(
        (made.capacity, made.max_per_order, made.remaining_count),
        (100, 10, 100)
    );
    assert_eq!(made.availability(), Availability::Available);
    assert_eq!(made.price.as_ref().map(|price| price.amount_minor), Some(0));
    assert_eq!(world.seen(&ada, &made).await, made);
}

#[tokio::test]
async fn every_fault_of_a_new_type_is_told() {
    let world = World::new().await;
    let ada = world.organizer();
    let wrong = pb::TicketType {
        name: String::new(),
        max_per_order: 51,
        sale_start_time: Some(world.at(2 * DAY)),
        sale_end_time: Some(world.at(DAY)),
        ..free(&world.event(&ada), 0)
    };
    let violations = world.create_type(&ada, wrong).await.expect_err("refused").violations();
    let fields: Vec<&str> = violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "ticket_type.name",
            "ticket_type.capacity",
            "ticket_type.max_per_order",
            "ticket_type.sale_end_time"
        ]
    );
}

#[tokio::test]
async fn a_price_is_refused_until_there_is_payment() {
    let world = World::new().await;
    let ada = world.organizer();
    let priced = pb::TicketType {
        price: Some(Money {
            currency_code: "EUR".to_owned(),
            amount_minor: 100,
        }),
        ..free(&world.event(&ada), 10)
    };
    let refused = world.create_type(&ada, priced).await;
    assert_eq!(reason(refused), precondition("PAYMENT_NOT_AVAILABLE"));
}

#[tokio::test]
async fn an_update_changes_what_its_mask_names() {
    let world = World::new().await;
    let ada = world.organizer();
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let wanted = pb::TicketType {
        name: "Early bird".to_owned(),
        capacity: 20,
        ..made.clone()
    };
    let updated = update(&world, &ada, wanted, &["name"], &made.etag)
        .await
        .expect("fresh");
    assert_eq!((updated.name.as_str(), updated.capacity), ("Early bird", 10));
    assert_ne!(updated.etag, made.etag);
    let stale = update(&world, &ada, made.clone(), &["name"], &made.etag).await;
    assert_eq!(reason(stale), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
    let overwritten = update(&world, &ada, made, &["name"], "")
        .await
        .expect("without an etag");
    assert_eq!(overwritten.name, "Standard");
}

#[tokio::test]
async fn capacity_cannot_fall_below_what_is_taken() {
    let world = World::new().await;
    let ada = world.organizer();
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    world.bought(&world.person(), &made, 2).await;
    world.held(&world.person(), &made, 3).await;
    let smaller = |capacity| pb::TicketType {
        capacity,
        ..made.clone()
    };
    let status = update(&world, &ada, smaller(4), &["capacity"], "")
        .await
        .expect_err("five are taken");
    assert_eq!(status.metadata_of_reason("taken").as_deref(), Some("5"));
    assert_eq!(reason(Err::<(), _>(status)), precondition("CAPACITY_BELOW_SOLD"));
    let exact = update(&world, &ada, smaller(5), &["capacity"], "")
        .await
        .expect("as many as are taken");
    assert_eq!((exact.sold_count, exact.held_count, exact.remaining_count), (2, 3, 0));
    assert_eq!(exact.availability(), Availability::SoldOut);
}

#[tokio::test]
async fn only_a_type_that_nobody_ordered_can_be_removed() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.event(&ada);
    let (unused, used) = (
        world.ticket_type(&ada, &event, 10).await,
        world.ticket_type(&ada, &event, 10).await,
    );
    let order = world.held(&world.person(), &used, 1).await;
    assert_eq!(
        reason(delete(&world, &ada, &used).await),
        precondition("TICKET_TYPE_IN_USE")
    );
    world.cancel(&ada, &order).await.expect("held");
    assert_eq!(
        reason(delete(&world, &ada, &used).await),
        precondition("TICKET_TYPE_IN_USE")
    );
    delete(&world, &ada, &unused).await.expect("unused");
    assert_eq!(
        reason(delete(&world, &ada, &unused).await),
        not_found("TICKET_TYPE_NOT_FOUND")
    );
}

#[tokio::test]
async fn a_repeated_removal_is_one() {
    let world = World::new().await;
    let ada = world.organizer();
    let made = world.ticket_type(&ada, &world.event(&ada), 10).await;
    let request = pb::DeleteTicketTypeRequest {
        request_id: world.request_id(),
        ticket_type_id: made.id,
    };
    for _ in 0..2 {
        let removed = world.types(&ada).delete_ticket_type(request.clone()).await;
        removed.expect("the repeat hears the same");
    }
    assert_eq!(world.count("select count(*) from ticket_types").await, 0);
}

#[tokio::test]
async fn availability_follows_the_window_the_seats_and_the_event() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.event(&ada);
    let windowed = pb::TicketType {
        sale_start_time: Some(world.at(DAY)),
        sale_end_time: Some(world.at(2 * DAY)),
        ..free(&event, 4)
    };
    let made = world.create_type(&ada, windowed).await.expect("a window");
    let visitor = world.person();
    let seen = async || {
        let found = world.seen(&visitor, &made).await;
        (found.availability(), found.remaining_count)
    };
    assert_eq!(seen().await, (Availability::NotYet, 0));
    let early = world.order(&visitor, world.wanted(&made, 1)).await;
    assert_eq!(reason(early), precondition("SALE_NOT_STARTED"));
    world.app.hand.advance(DAY);
    assert_eq!(seen().await, (Availability::Available, 0));
    world.held(&visitor, &made, 3).await;
    assert_eq!(seen().await, (Availability::FewLeft, 1));
    world.held(&world.person(), &made, 1).await;
    assert_eq!(seen().await, (Availability::SoldOut, 0));
    world.app.hand.advance(DAY);
    assert_eq!(seen().await, (Availability::Closed, 0));
    let late = world.order(&visitor, world.wanted(&made, 1)).await;
    assert_eq!(reason(late), precondition("SALE_ENDED"));
    world.rewrite(&event, |script| script.state = EventState::Ended);
    assert_eq!(seen().await, (Availability::Closed, 0));
}

#[tokio::test]
async fn counts_are_for_the_team() {
    let world = World::new().await;
    let ada = world.organizer();
    let made = world.ticket_type(&ada, &world.event(&ada), 100).await;
    world.bought(&world.person(), &made, 2).await;
    world.held(&world.person(), &made, 1).await;
    let ours = world.seen(&ada, &made).await;
    assert_eq!(
        (ours.capacity, ours.sold_count, ours.held_count, ours.remaining_count),
        (100, 2, 1, 97)
    );
    let theirs = world.seen(&world.organizer(), &made).await;
    assert_eq!(
        (
            theirs.capacity,
            theirs.sold_count,
            theirs.held_count,
            theirs.remaining_count
        ),
        (0, 0, 0, 0)
    );
}

#[tokio::test]
async fn for_a_foreign_organization_there_is_nothing() {
    let world = World::new().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    let event = world.event(&ada);
    let made = world.ticket_type(&ada, &event, 10).await;
    for is_public in [true, false] {
        world.rewrite(&event, |script| script.is_public = is_public);
        let created = world.create_type(&eve, free(&event, 1)).await;
        assert_eq!(reason(created), not_found("EVENT_NOT_FOUND"));
        let updated = update(&world, &eve, made.clone(), &["name"], "").await;
        assert_eq!(reason(updated), not_found("TICKET_TYPE_NOT_FOUND"));
        let deleted = delete(&world, &eve, &made).await;
        assert_eq!(reason(deleted), not_found("TICKET_TYPE_NOT_FOUND"));
    }
    assert_eq!(world.seen(&ada, &made).await, made);
    let listed = pb::ListTicketTypesRequest { event_id: event };
    let listed = world.types(&eve).list_ticket_types(listed).await;
    assert_eq!(reason(listed), not_found("EVENT_NOT_FOUND"));
}

async fn names(world: &World, by: &UserCaller, event: &str) -> (Vec<String>, String) {
    let request = pb::ListTicketTypesRequest {
        event_id: event.to_owned(),
    };
    let listed = world.types(by).list_ticket_types(request).await.expect("visible");
    let listed = listed.into_inner();
    let names = listed.ticket_types.into_iter().map(|found| found.name);
    (names.collect(), listed.order_etag)
}

async fn reorder(
    world: &World,
    by: &UserCaller,
    event: &str,
    order: &[&pb::TicketType],
    etag: &str,
) -> Result<String, Status> {
    let request = pb::ReorderTicketTypesRequest {
        request_id: world.request_id(),
        event_id: event.to_owned(),
        ticket_type_ids: order.iter().map(|found| found.id.clone()).collect(),
        etag: etag.to_owned(),
    };
    let answer = world.types(by).reorder_ticket_types(request).await?.into_inner();
    let answered: Vec<&str> = answer.ticket_types.iter().map(|found| found.id.as_str()).collect();
    assert_eq!(
        answered,
        order.iter().map(|found| found.id.as_str()).collect::<Vec<_>>()
    );
    Ok(answer.order_etag)
}

#[tokio::test]
async fn everybody_sees_the_types_in_the_order_that_the_organizer_chose() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.event(&ada);
    let mut made = Vec::new();
    for name in ["Standard", "Student", "Patron"] {
        let wanted = pb::TicketType {
            name: name.to_owned(),
            ..free(&event, 10)
        };
        made.push(world.create_type(&ada, wanted).await.expect("a ticket type"));
    }
    let [standard, student, patron] = made.as_slice() else {
        panic!("three types")
    };
    let (before, etag) = names(&world, &ada, &event).await;
    assert_eq!(before, ["Standard", "Student", "Patron"], "at first as they were made");
    let next = reorder(&world, &ada, &event, &[patron, standard, student], &etag)
        .await
        .expect("fresh");
    let (seen, seen_etag) = names(&world, &world.person(), &event).await;
    assert_eq!(
        (seen, &seen_etag),
        (
            vec!["Patron".to_owned(), "Standard".to_owned(), "Student".to_owned()],
            &next
        )
    );

    let stale = reorder(&world, &ada, &event, &[student, patron, standard], &etag).await;
    assert_eq!(reason(stale), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
    reorder(&world, &ada, &event, &[student, patron, standard], "")
        .await
        .expect("without an etag");
    world
        .create_type(
            &ada,
            pb::TicketType {
                name: "Late".to_owned(),
                ..free(&event, 10)
            },
        )
        .await
        .expect("a ticket type");
    assert_eq!(
        names(&world, &ada, &event).await.0,
        ["Student", "Patron", "Standard", "Late"],
        "a new one comes last"
    );
}

#[tokio::test]
async fn an_order_names_each_type_once_and_belongs_to_the_team() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.event(&ada);
    let (one, two) = (
        world.ticket_type(&ada, &event, 10).await,
        world.ticket_type(&ada, &event, 10).await,
    );
    let foreign = world.ticket_type(&ada, &world.event(&ada), 10).await;
    for wrong in [
        vec![&one],
        vec![&one, &one],
        vec![&one, &two, &two],
        vec![&one, &foreign],
        vec![],
    ] {
        let refused = reorder(&world, &ada, &event, &wrong, "").await;
        assert_eq!(reason(refused), (Code::Aborted, "ETAG_MISMATCH".to_owned()));
    }
    let eve = world.organizer();
    let refused = reorder(&world, &eve, &event, &[&two, &one], "").await;
    assert_eq!(reason(refused), not_found("EVENT_NOT_FOUND"));
    let many: Vec<&pb::TicketType> = std::iter::repeat_n(&one, 51).collect();
    let status = reorder(&world, &ada, &event, &many, "").await.expect_err("too many");
    assert_eq!(status.violations()[0].field, "ticket_type_ids");
}
