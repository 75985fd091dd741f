//! Everything that can go wrong in this service, and the one match that turns it into what callers see.

use std::time::Duration;

use kit_core::Violations;
use kit_rpc::{Code, Domain, Error as RpcError};
use thiserror::Error;
use tonic::Status;

use crate::domain::order::Refusal;
use crate::domain::seats::SoldOut;
use crate::domain::ticket_type::NotOnSale;

const DOMAIN: Domain = Domain::new("ticketing.plenary");
/// When an order that found everybody busy may be tried again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

#[derive(Debug, Error)]
pub(crate) enum TicketingError {
    #[error("the request has faults")]
    Invalid(Violations),
    #[error("there is no such event")]
    EventNotFound,
    #[error("the event is not open")]
    EventNotOnSale,
    #[error("there is no such ticket type")]
    TicketTypeNotFound,
    #[error("the event has as many ticket types as it may")]
    TooManyTicketTypes,
    #[error("the ticket type has been sold")]
    TicketTypeInUse,
    #[error("more tickets than the capacity are held or sold")]
    CapacityBelowSold { taken: i32 },
    #[error("there is no payment yet")]
    PaymentNotAvailable,
    #[error("somebody else has changed it")]
    EtagMismatch,
    #[error("the ticket type is not on sale")]
    NotOnSale(NotOnSale),
    #[error("not so many seats are left")]
    SoldOut { ticket_type: String, remaining: i32 },
    #[error("more tickets than one order may have")]
    TooManyTickets { max: i32 },
    #[error("the address is not confirmed")]
    EmailNotVerified,
    #[error("there is no such order")]
    OrderNotFound,
    #[error("the order refuses")]
    Order(Refusal),
    #[error("there is no such ticket")]
    TicketNotFound,
    #[error("the caller is not signed in")]
    Caller(#[source] RpcError),
    #[error("events failed")]
    Events(#[source] Status),
    #[error("too many orders wait for this event")]
    Overloaded,
    #[error("placing orders failed for another one's reason")]
    DeskFailed,
    #[error("the database failed")]
    Database(#[from] kit_pg::Error),
}

impl From<SoldOut> for TicketingError {
    fn from(SoldOut { ticket_type, remaining }: SoldOut) -> Self {
        Self::SoldOut {
            ticket_type: ticket_type.to_string(),
            remaining,
        }
    }
}

impl From<Violations> for TicketingError {
    fn from(violations: Violations) -> Self {
        Self::Invalid(violations)
    }
}

impl From<Refusal> for TicketingError {
    fn from(refusal: Refusal) -> Self {
        Self::Order(refusal)
    }
}

impl From<TicketingError> for RpcError {
    fn from(error: TicketingError) -> Self {
        use TicketingError as E;
        let (code, reason, message) = match error {
            E::Invalid(violations) => return DOMAIN.invalid(violations),
            E::Caller(error) => return error,
            E::Events(status) => return DOMAIN.unavailable("PEER_UNAVAILABLE", status),
            E::Database(error) => return error.into_rpc(DOMAIN),
            E::Overloaded => {
                let error = DOMAIN.error(
                    Code::ResourceExhausted,
                    "OVERLOADED",
                    "too many orders wait for this event",
                );
                return error.retry_after(RETRY_AFTER);
            }
            // The cause is logged with the order that it is told to.
            E::DeskFailed => {
                let error = DOMAIN.error(
                    Code::Unavailable,
                    "DATABASE_UNAVAILABLE",
                    "the order could not be placed now",
                );
                return error.retry_after(RETRY_AFTER);
            }
            E::SoldOut { ticket_type, remaining } => return sold_out(&ticket_type, remaining),
            E::CapacityBelowSold { taken } => {
                let message = "more seats than that are held or sold";
                let error = DOMAIN.error(Code::FailedPrecondition, "CAPACITY_BELOW_SOLD", message);
                return error.metadata("taken", taken.to_string());
            }
            E::TooManyTickets { max } => {
                let message = "an order may not have so many of this ticket";
                let error = DOMAIN.error(Code::FailedPrecondition, "TOO_MANY_TICKETS", message);
                return error.metadata("max", max.to_string());
            }
            E::EventNotFound => (
                Code::NotFound,
                "EVENT_NOT_FOUND",
                "there is no such event for this caller",
            ),
            E::TicketTypeNotFound => (Code::NotFound, "TICKET_TYPE_NOT_FOUND", "there is no such ticket type"),
            E::OrderNotFound => (
                Code::NotFound,
                "ORDER_NOT_FOUND",
                "there is no such order for this caller",
            ),
            E::TicketNotFound => (
                Code::NotFound,
                "TICKET_NOT_FOUND",
                "there is no such ticket for this caller",
            ),
            E::EtagMismatch => (Code::Aborted, "ETAG_MISMATCH", "it has changed since it was read"),
            state => {
                let (reason, message) = state.precondition();
                (Code::FailedPrecondition, reason, message)
            }
        };
        DOMAIN.error(code, reason, message)
    }
}

impl TicketingError {
    /// Reason and message of what the state of things does not allow.
    fn precondition(&self) -> (&'static str, &'static str) {
        match self {
            Self::EventNotOnSale => ("EVENT_NOT_ON_SALE", "the event is not open"),
            Self::TooManyTicketTypes => ("TOO_MANY_TICKET_TYPES", "an event has at most 50 ticket types"),
            Self::TicketTypeInUse => (
                "TICKET_TYPE_IN_USE",
                "orders name this ticket type: close its sale instead",
            ),
            Self::PaymentNotAvailable => ("PAYMENT_NOT_AVAILABLE", "payment is not set up: the price must be zero"),
            Self::NotOnSale(NotOnSale::NotStarted) => ("SALE_NOT_STARTED", "the sale has not begun"),
            Self::NotOnSale(NotOnSale::Ended) => ("SALE_ENDED", "the sale is over"),
            Self::EmailNotVerified => ("EMAIL_NOT_VERIFIED", "confirm the email address first"),
            Self::Order(Refusal::Expired) => ("ORDER_EXPIRED", "the hold has run out"),
            Self::Order(Refusal::EventStarted) => ("EVENT_STARTED", "the event has begun: ask its team"),
            _ => ("ORDER_STATE_WRONG", "the order's state does not allow this"),
        }
    }
}

fn sold_out(ticket_type: &str, remaining: i32) -> RpcError {
    let error = DOMAIN.error(Code::FailedPrecondition, "SOLD_OUT", "not so many tickets are left");
    error
        .metadata("ticket_type_id", ticket_type)
        .metadata("remaining", remaining.to_string())
}

impl From<TicketingError> for Status {
    fn from(error: TicketingError) -> Self {
        RpcError::from(error).into()
    }
}
