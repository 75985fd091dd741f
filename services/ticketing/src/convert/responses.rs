//! Domain → wire.

use aws_lc_rs::digest::{SHA256, digest};
use kit_core::Money;
use kit_rpc::timestamp;
use plenary_proto::common::v1 as common;
use plenary_proto::ticketing::v1 as wire;
use time::OffsetDateTime;

use crate::code::Codes;
use crate::domain::event::EventView;
use crate::domain::order::{Order, OrderState};
use crate::domain::ticket::{Ticket, TicketState};
use crate::domain::ticket_type::{Availability, TicketType};

/// An order with its tickets; with `codes`, for whom the tickets' codes are to see.
pub(crate) fn order_message(order: &Order, tickets: &[Ticket], codes: Option<&Codes>) -> wire::Order {
    let (state, until, completed) = match order.state {
        OrderState::Held { until } => (wire::OrderState::Held, Some(until), None),
        OrderState::Completed { at } => (wire::OrderState::Completed, None, Some(at)),
        OrderState::Expired => (wire::OrderState::Expired, None, None),
        OrderState::Cancelled { completed_at } => (wire::OrderState::Cancelled, None, completed_at),
    };
    let line = |line: &crate::domain::order::OrderLine| wire::OrderLine {
        ticket_type_id: line.ticket_type.to_string(),
        ticket_type_name: line.name.clone(),
        quantity: line.quantity,
        unit_price: Some(money(Money::new(order.currency, line.unit_minor))),
    };
    wire::Order {
        id: order.id.to_string(),
        event_id: order.event.to_string(),
        buyer_id: order.buyer.id.to_string(),
        state: state.into(),
        lines: order.lines.iter().map(line).collect(),
        total: Some(money(order.total())),
        hold_expire_time: until.map(timestamp),
        tickets: tickets.iter().map(|ticket| ticket_message(ticket, codes)).collect(),
        create_time: Some(timestamp(order.create_time)),
        complete_time: completed.map(timestamp),
    }
}

/// A ticket; with `codes`, for whom its code is to see.
pub(crate) fn ticket_message(ticket: &Ticket, codes: Option<&Codes>) -> wire::Ticket {
    let (state, check_in) = match ticket.state {
        TicketState::Valid => (wire::TicketState::Valid, None),
        TicketState::CheckedIn { at } => (wire::TicketState::CheckedIn, Some(at)),
        TicketState::Void { checked_in_at } => (wire::TicketState::Void, checked_in_at),
    };
    wire::Ticket {
        id: ticket.id.to_string(),
        event_id: ticket.event.to_string(),
        order_id: ticket.order.to_string(),
        ticket_type_id: ticket.ticket_type.to_string(),
        ticket_type_name: ticket.ticket_type_name.clone(),
        attendee_name: ticket.attendee_name.clone(),
        attendee_email: ticket.attendee_email.clone(),
        state: state.into(),
        code: codes
            .map(|codes| codes.code(ticket.id, ticket.event))
            .unwrap_or_default(),
        code_svg: String::new(),
        create_time: Some(timestamp(ticket.create_time)),
        check_in_time: check_in.map(timestamp),
        event_title: ticket.snapshot.title.clone(),
        event_start_time: ticket.snapshot.start_time.map(timestamp),
        event_end_time: ticket.snapshot.end_time.map(timestamp),
        event_time_zone: ticket.snapshot.time_zone.clone(),
    }
}

/// A ticket type as the caller may see it: counts are for the team, how many remain is for everybody once few do.
pub(crate) fn ticket_type_message(found: &TicketType, event: &EventView, now: OffsetDateTime) -> wire::TicketType {
    let availability = found.availability(now, event.is_open);
    let shows_remaining = event.can_manage || availability == Availability::FewLeft;
    wire::TicketType {
        id: found.id.to_string(),
        event_id: found.event.to_string(),
        name: found.terms.name.as_str().to_owned(),
        description: found.terms.description.as_str().to_owned(),
        price: Some(money(found.terms.price)),
        capacity: if event.can_manage { found.terms.capacity } else { 0 },
        max_per_order: found.terms.max_per_order,
        sale_start_time: found.terms.sale.start.map(timestamp),
        sale_end_time: found.terms.sale.end.map(timestamp),
        availability: availability_message(availability).into(),
        remaining_count: if shows_remaining { found.remaining().max(0) } else { 0 },
        sold_count: if event.can_manage { found.sold } else { 0 },
        held_count: if event.can_manage { found.held } else { 0 },
        etag: found.version.to_string(),
    }
}

/// Changes when types come, go, or stand in another order.
pub(crate) fn order_etag(types: &[TicketType]) -> String {
    let ids: Vec<u8> = types.iter().flat_map(|found| *found.id.uuid().as_bytes()).collect();
    hex::encode(&digest(&SHA256, &ids).as_ref()[..8])
}

fn availability_message(availability: Availability) -> wire::Availability {
    match availability {
        Availability::Available => wire::Availability::Available,
        Availability::FewLeft => wire::Availability::FewLeft,
        Availability::SoldOut => wire::Availability::SoldOut,
        Availability::NotYet => wire::Availability::NotYet,
        Availability::Closed => wire::Availability::Closed,
    }
}

fn money(money: Money) -> common::Money {
    common::Money {
        currency_code: money.currency().code().to_owned(),
        amount_minor: money.minor(),
    }
}
