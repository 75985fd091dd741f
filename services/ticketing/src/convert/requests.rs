//! Wire → domain.

use std::collections::BTreeMap;

use kit_core::ids::{EventId, OrderId, TicketId, TicketTypeId, UserId};
use kit_core::{Currency, Money, PageRequest, PageSizes, RequestId, Violations};
use kit_pg::idempotency::RequestKey;
use kit_rpc::Mask;
use plenary_proto::common::v1 as common;
use plenary_proto::ticketing::v1 as wire;
use prost::Message;
use prost_types::Timestamp;
use time::OffsetDateTime;

use crate::commands::create_order::NewOrder;
use crate::domain::order::{Attendee, LINES_MAX};
use crate::domain::ticket_type::{CAPACITY_MAX, PER_ORDER_DEFAULT, PER_ORDER_MAX, SaleWindow, TYPES_MAX, Terms};

const CODE_BYTES_MAX: usize = 512;
const QUERY_CHARACTERS_MAX: usize = 200;
const CURRENCY_DEFAULT: &str = "EUR";
/// Fields of a ticket type that an update can name.
const TERMS: [&str; 7] = [
    "name",
    "description",
    "price",
    "capacity",
    "max_per_order",
    "sale_start_time",
    "sale_end_time",
];

type Parsed<T> = Result<T, Violations>;

/// What makes a mutation's repeat one, once its other fields are read.
pub(crate) fn key(request_id: RequestId, caller: UserId, method: &'static str, request: &impl Message) -> RequestKey {
    RequestKey::new(caller.to_string(), method, request_id.uuid(), request)
}

pub(crate) fn create_order(request: &wire::CreateOrderRequest) -> Parsed<(RequestId, NewOrder)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let event = violations.parse("event_id", &request.event_id);
    let count = request.items.len();
    violations.check(
        "items",
        (1..=LINES_MAX).contains(&count),
        "COUNT",
        "must be 1 to 10 kinds of tickets",
    );
    let mut items = BTreeMap::new();
    for (index, item) in request.items.iter().take(LINES_MAX).enumerate() {
        violations.within(&format!("items[{index}]"), |violations| {
            let in_range = (1..=PER_ORDER_MAX).contains(&item.quantity);
            violations.check("quantity", in_range, "OUT_OF_RANGE", "must be 1 to 50");
            if let Some(id) = violations.parse::<TicketTypeId>("ticket_type_id", &item.ticket_type_id) {
                let once = items.insert(id, item.quantity).is_none();
                violations.check("ticket_type_id", once, "DUPLICATE", "must be named once");
            }
        });
    }
    let attendees = request
        .details
        .as_ref()
        .map(|details| attendees(&mut violations, details));
    let attendees = match attendees {
        None => Some(None),
        Some(found) => found.map(Some),
    };
    let (request_id, event, attendees) = violations.finish((request_id, event, attendees))?;
    Ok((
        request_id,
        NewOrder {
            event,
            items,
            attendees,
        },
    ))
}

pub(crate) fn complete_order(request: &wire::CompleteOrderRequest) -> Parsed<(RequestId, OrderId, Vec<Attendee>)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let order = violations.parse("order_id", &request.order_id);
    let details = violations.required("details", request.details.as_ref());
    let attendees = details.and_then(|details| attendees(&mut violations, details));
    violations.finish((request_id, order, attendees))
}

fn attendees(violations: &mut Violations, details: &wire::OrderDetails) -> Option<Vec<Attendee>> {
    let max = LINES_MAX * usize::try_from(PER_ORDER_MAX).unwrap_or(1);
    let count = details.attendees.len();
    violations.check(
        "details.attendees",
        (1..=max).contains(&count),
        "COUNT",
        "must name who the tickets are for",
    );
    let each = details.attendees.iter().take(max).enumerate().map(|(index, attendee)| {
        violations.within(&format!("details.attendees[{index}]"), |violations| {
            let name = violations.parse("name", &attendee.name);
            let email = violations.parse("email", &attendee.email);
            Some(Attendee {
                name: name?,
                email: email?,
            })
        })
    });
    // Not collected into an option at once: every attendee's faults are wanted.
    let each: Vec<Option<Attendee>> = each.collect();
    each.into_iter().collect()
}

/// One attendee for all tickets, or one for each.
pub(crate) fn check_attendees(tickets: usize, attendees: &[Attendee]) -> Parsed<()> {
    let mut violations = Violations::new();
    let fits = attendees.len() == 1 || attendees.len() == tickets;
    violations.check(
        "details.attendees",
        fits,
        "COUNT",
        "must be one for all tickets, or one for each",
    );
    violations.finish(())
}

pub(crate) fn order_mutation(request_id: &str, order_id: &str) -> Parsed<(RequestId, OrderId)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", request_id);
    let order = violations.parse("order_id", order_id);
    violations.finish((request_id, order))
}

pub(crate) fn order_id(text: &str) -> Parsed<OrderId> {
    one(|violations| violations.parse("order_id", text))
}

pub(crate) fn ticket_id(text: &str) -> Parsed<TicketId> {
    one(|violations| violations.parse("ticket_id", text))
}

pub(crate) fn event_id(text: &str) -> Parsed<EventId> {
    one(|violations| violations.parse("event_id", text))
}

fn one<T>(read: impl FnOnce(&mut Violations) -> Option<T>) -> Parsed<T> {
    let mut violations = Violations::new();
    let value = read(&mut violations);
    violations.finish((value,)).map(|(value,)| value)
}

/// A list of the caller's own: an event to keep to, and the page.
pub(crate) fn own_list<C: kit_core::Cursor>(
    event_id: &str,
    page_size: i32,
    page_token: &str,
) -> Parsed<(Option<EventId>, PageRequest<C>)> {
    let mut violations = Violations::new();
    let event = violations.optional("event_id", event_id);
    let page = PageRequest::read(
        &mut violations,
        page_size,
        page_token,
        &[event_id],
        PageSizes { default: 20, max: 100 },
    );
    violations.finish((event, page))
}

pub(crate) fn event_list(request: &wire::ListEventTicketsRequest) -> Parsed<(EventId, String, PageRequest<TicketId>)> {
    let mut violations = Violations::new();
    let event = violations.parse("event_id", &request.event_id);
    let query = request.query.trim();
    let fits = query.chars().count() <= QUERY_CHARACTERS_MAX;
    violations.check("query", fits, "TOO_LONG", "must have at most 200 characters");
    let filters = [request.event_id.as_str(), query];
    let sizes = PageSizes { default: 50, max: 200 };
    let page = PageRequest::read(&mut violations, request.page_size, &request.page_token, &filters, sizes);
    let (event, page) = violations.finish((event, page))?;
    Ok((event, query.to_owned(), page))
}

/// An event's holders, oldest ticket first.
pub(crate) fn holders(request: &wire::ListHoldersRequest) -> Parsed<(EventId, PageRequest<TicketId>)> {
    let mut violations = Violations::new();
    let event = violations.parse("event_id", &request.event_id);
    let (size, token) = (request.page_size, &request.page_token);
    let sizes = PageSizes {
        default: 200,
        max: 1_000,
    };
    let page = PageRequest::read(&mut violations, size, token, &[&request.event_id], sizes);
    violations.finish((event, page))
}

pub(crate) fn check_in(request: &wire::CheckInTicketRequest) -> Parsed<(RequestId, EventId)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let event = violations.parse("event_id", &request.event_id);
    violations.check(
        "code",
        request.code.len() <= CODE_BYTES_MAX,
        "TOO_LONG",
        "must have at most 512 characters",
    );
    violations.finish((request_id, event))
}

/// The event, the person, and their confirmed address.
pub(crate) fn admission(request: &wire::CheckAdmissionRequest) -> Parsed<(EventId, UserId, Option<kit_core::Email>)> {
    let mut violations = Violations::new();
    let event = violations.parse("event_id", &request.event_id);
    let user = violations.parse("user_id", &request.user_id);
    let email = violations.optional("email", &request.email);
    violations.finish((event, user, email))
}

pub(crate) fn create_ticket_type(request: &wire::CreateTicketTypeRequest) -> Parsed<(RequestId, EventId, Terms)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let wanted = request.ticket_type.clone().unwrap_or_default();
    let (event, terms) = violations.within("ticket_type", |violations| {
        let event = violations.parse("event_id", &wanted.event_id);
        let name = violations.parse("name", &wanted.name);
        let description = violations.parse("description", &wanted.description);
        let price = price(violations, wanted.price.as_ref());
        let capacity = capacity(violations, wanted.capacity);
        let max = if wanted.max_per_order == 0 {
            PER_ORDER_DEFAULT
        } else {
            wanted.max_per_order
        };
        let max_per_order = max_per_order(violations, max);
        let start = moment(violations, "sale_start_time", wanted.sale_start_time);
        let end = moment(violations, "sale_end_time", wanted.sale_end_time);
        let sale = start.zip(end).and_then(|(start, end)| window(violations, start, end));
        let terms = (|| {
            Some(Terms {
                name: name?,
                description: description?,
                price: price?,
                capacity: capacity?,
                max_per_order: max_per_order?,
                sale: sale?,
            })
        })();
        (event, terms)
    });
    violations.finish((request_id, event, terms))
}

/// New values of a ticket type's fields; `None` leaves a field as it is.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) etag: Option<i64>,
    name: Option<kit_core::Line<1, 80>>,
    description: Option<kit_core::Text<0, 280>>,
    price: Option<Money>,
    capacity: Option<i32>,
    max_per_order: Option<i32>,
    sale_start: Option<Option<OffsetDateTime>>,
    sale_end: Option<Option<OffsetDateTime>>,
}

pub(crate) fn update_ticket_type(request: &wire::UpdateTicketTypeRequest) -> Parsed<(RequestId, TicketTypeId, Change)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let mask = Mask::read(&mut violations, request.update_mask.as_ref(), &TERMS);
    let etag = match request.etag.as_str() {
        "" => None,
        // One that was never given out differs from every version.
        etag => Some(etag.parse().unwrap_or(-1)),
    };
    let wanted = request.ticket_type.clone().unwrap_or_default();
    let (id, change) = violations.within("ticket_type", |violations| {
        let id = violations.parse("id", &wanted.id);
        let named = |path: &str, populated: bool| mask.covers(path, populated);
        let name = named("name", !wanted.name.is_empty())
            .then(|| violations.parse("name", &wanted.name))
            .flatten();
        let described = named("description", !wanted.description.is_empty());
        let description = described
            .then(|| violations.parse("description", &wanted.description))
            .flatten();
        let priced = named("price", wanted.price.is_some());
        let price = priced.then(|| price(violations, wanted.price.as_ref())).flatten();
        let sized = named("capacity", wanted.capacity != 0);
        let capacity = sized.then(|| capacity(violations, wanted.capacity)).flatten();
        let limited = named("max_per_order", wanted.max_per_order != 0);
        let max_per_order = limited
            .then(|| max_per_order(violations, wanted.max_per_order))
            .flatten();
        let starts = named("sale_start_time", wanted.sale_start_time.is_some());
        let sale_start = starts
            .then(|| moment(violations, "sale_start_time", wanted.sale_start_time))
            .flatten();
        let ends = named("sale_end_time", wanted.sale_end_time.is_some());
        let sale_end = ends
            .then(|| moment(violations, "sale_end_time", wanted.sale_end_time))
            .flatten();
        (
            id,
            Change {
                etag,
                name,
                description,
                price,
                capacity,
                max_per_order,
                sale_start,
                sale_end,
            },
        )
    });
    violations.finish((request_id, id, Some(change)))
}

impl Change {
    /// The terms after the change.
    pub(crate) fn apply(self, terms: Terms) -> Parsed<Terms> {
        let start = self.sale_start.unwrap_or(terms.sale.start);
        let end = self.sale_end.unwrap_or(terms.sale.end);
        let sale = one(|violations| violations.within("ticket_type", |violations| window(violations, start, end)))?;
        Ok(Terms {
            name: self.name.unwrap_or(terms.name),
            description: self.description.unwrap_or(terms.description),
            price: self.price.unwrap_or(terms.price),
            capacity: self.capacity.unwrap_or(terms.capacity),
            max_per_order: self.max_per_order.unwrap_or(terms.max_per_order),
            sale,
        })
    }
}

/// Another order of an event's types.
#[derive(Debug)]
pub(crate) struct NewOrderOfTypes {
    pub(crate) event: EventId,
    pub(crate) order: Vec<TicketTypeId>,
    /// Empty to overwrite.
    pub(crate) etag: String,
}

pub(crate) fn reorder_ticket_types(request: &wire::ReorderTicketTypesRequest) -> Parsed<(RequestId, NewOrderOfTypes)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let event = violations.parse("event_id", &request.event_id);
    let max = usize::try_from(TYPES_MAX).unwrap_or_default();
    let count = request.ticket_type_ids.len();
    violations.check(
        "ticket_type_ids",
        count <= max,
        "COUNT",
        "must be at most 50 ticket types",
    );
    let ids = request.ticket_type_ids.iter().take(max).enumerate();
    let order: Vec<Option<TicketTypeId>> = ids
        .map(|(index, id)| violations.parse(&format!("ticket_type_ids[{index}]"), id))
        .collect();
    let order = order.into_iter().collect::<Option<Vec<_>>>();
    let (request_id, event, order) = violations.finish((request_id, event, order))?;
    let etag = request.etag.clone();
    Ok((request_id, NewOrderOfTypes { event, order, etag }))
}

pub(crate) fn delete_ticket_type(request: &wire::DeleteTicketTypeRequest) -> Parsed<(RequestId, TicketTypeId)> {
    let mut violations = Violations::new();
    let request_id = violations.parse("request_id", &request.request_id);
    let id = violations.parse("ticket_type_id", &request.ticket_type_id);
    violations.finish((request_id, id))
}

fn price(violations: &mut Violations, price: Option<&common::Money>) -> Option<Money> {
    let free = common::Money {
        currency_code: CURRENCY_DEFAULT.to_owned(),
        amount_minor: 0,
    };
    let price = price.unwrap_or(&free);
    let currency: Option<Currency> = violations.parse("price.currency_code", &price.currency_code);
    violations.check(
        "price.amount_minor",
        price.amount_minor >= 0,
        "OUT_OF_RANGE",
        "must not be negative",
    );
    currency.map(|currency| Money::new(currency, price.amount_minor))
}

fn capacity(violations: &mut Violations, capacity: i32) -> Option<i32> {
    violations.check(
        "capacity",
        (1..=CAPACITY_MAX).contains(&capacity),
        "OUT_OF_RANGE",
        "must be 1 to 1,000,000",
    );
    Some(capacity)
}

fn max_per_order(violations: &mut Violations, max: i32) -> Option<i32> {
    violations.check(
        "max_per_order",
        (1..=PER_ORDER_MAX).contains(&max),
        "OUT_OF_RANGE",
        "must be 1 to 50",
    );
    Some(max)
}

fn moment(violations: &mut Violations, field: &str, time: Option<Timestamp>) -> Option<Option<OffsetDateTime>> {
    match time {
        None => Some(None),
        Some(time) => {
            let read = kit_rpc::moment(time);
            violations.check(field, read.is_some(), "OUT_OF_RANGE", "must be a time of a calendar");
            read.map(Some)
        }
    }
}

fn window(
    violations: &mut Violations,
    start: Option<OffsetDateTime>,
    end: Option<OffsetDateTime>,
) -> Option<SaleWindow> {
    let ordered = start.zip(end).is_none_or(|(start, end)| start < end);
    violations.check("sale_end_time", ordered, "ORDER", "must be after the start of the sale");
    Some(SaleWindow { start, end })
}
