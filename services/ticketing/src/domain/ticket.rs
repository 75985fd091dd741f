//! Tickets and what happens at the door.

use kit_core::ids::{EventId, OrderId, TicketId, TicketTypeId, UserId};
use time::OffsetDateTime;

use super::event::EventSnapshot;

/// The right of one person to take part in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) id: TicketId,
    pub(crate) order: OrderId,
    pub(crate) event: EventId,
    pub(crate) ticket_type: TicketTypeId,
    pub(crate) ticket_type_name: String,
    pub(crate) buyer: UserId,
    /// The account that it admits; none while only the address says whose it is.
    pub(crate) owner: Option<UserId>,
    pub(crate) attendee_name: String,
    pub(crate) attendee_email: String,
    pub(crate) state: TicketState,
    pub(crate) snapshot: EventSnapshot,
    pub(crate) create_time: OffsetDateTime,
}

/// Whether a ticket admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TicketState {
    Valid,
    CheckedIn {
        at: OffsetDateTime,
    },
    /// Cancelled; when it had been checked in before, the door's record stays.
    Void {
        checked_in_at: Option<OffsetDateTime>,
    },
}

/// What a scan of a ticket says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    First,
    Again,
    Void,
    OtherEvent,
}

impl Ticket {
    /// Shows the ticket at an event's door. Only a first scan changes it.
    pub(crate) fn scan(self, at_event: EventId, now: OffsetDateTime) -> (Self, Scan) {
        match self.state {
            _ if self.event != at_event => (self, Scan::OtherEvent),
            TicketState::Valid => (
                Self {
                    state: TicketState::CheckedIn { at: now },
                    ..self
                },
                Scan::First,
            ),
            TicketState::CheckedIn { .. } => (self, Scan::Again),
            TicketState::Void { .. } => (self, Scan::Void),
        }
    }

    /// Whether a person may see its code: its buyer, and whom it is for.
    pub(crate) fn is_of(&self, user: UserId, verified_email: Option<&str>) -> bool {
        self.buyer == user
            || self.owner == Some(user)
            || (self.owner.is_none() && verified_email == Some(self.attendee_email.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kit_core::{ManualClock, Rng};

    use super::*;

    fn ticket() -> (Ticket, OffsetDateTime) {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
        let snapshot = EventSnapshot {
            title: "Event".to_owned(),
            start_time: None,
            end_time: None,
            time_zone: "UTC".to_owned(),
        };
        let ticket = Ticket {
            id: TicketId::new(&clock, &rng),
            order: OrderId::new(&clock, &rng),
            event: EventId::new(&clock, &rng),
            ticket_type: TicketTypeId::new(&clock, &rng),
            ticket_type_name: "Standard".to_owned(),
            buyer: UserId::new(&clock, &rng),
            owner: None,
            attendee_name: "Ada".to_owned(),
            attendee_email: "ada@example.org".to_owned(),
            state: TicketState::Valid,
            snapshot,
            create_time: clock.now(),
        };
        (ticket, clock.now())
    }

    #[test]
    fn the_first_scan_admits_and_its_time_stays() {
        let (ticket, now) = ticket();
        let event = ticket.event;
        let (ticket, first) = ticket.scan(event, now);
        let (ticket, again) = ticket.scan(event, now + Duration::from_secs(1));
        assert_eq!(
            (first, again, ticket.state),
            (Scan::First, Scan::Again, TicketState::CheckedIn { at: now })
        );
        let (ticket, void) = Ticket {
            state: TicketState::Void { checked_in_at: None },
            ..ticket
        }
        .scan(event, now);
        assert_eq!(void, Scan::Void);
        let other = EventId::new(&ManualClock::fixed().clock(), &Rng::seeded(9));
        assert_eq!(ticket.scan(other, now).1, Scan::OtherEvent);
    }

    #[test]
    fn an_address_counts_until_somebody_owns_the_ticket() {
        let (ticket, _) = ticket();
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(7));
        let (ada, other) = (UserId::new(&clock, &rng), UserId::new(&clock, &rng));
        assert!(ticket.is_of(ticket.buyer, None));
        assert!(ticket.is_of(ada, Some("ada@example.org")));
        assert!(!ticket.is_of(ada, None));
        let owned = Ticket {
            owner: Some(other),
            ..ticket
        };
        assert!(owned.is_of(other, None));
        assert!(!owned.is_of(ada, Some("ada@example.org")));
    }
}
