//! Ticket types: how many there are, and when they can be had.

use std::collections::BTreeSet;

use kit_core::ids::{EventId, TicketTypeId};
use kit_core::{Line, Money, Text};
use time::OffsetDateTime;

/// Ticket types of one event.
pub(crate) const TYPES_MAX: i64 = 50;
pub(crate) const CAPACITY_MAX: i32 = 1_000_000;
pub(crate) const PER_ORDER_MAX: i32 = 50;
pub(crate) const PER_ORDER_DEFAULT: i32 = 10;
/// "Few left" begins here, or at a tenth of the capacity where that is more.
const FEW: i32 = 10;

/// What its organizer says about a ticket type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) name: Line<1, 80>,
    pub(crate) description: Text<0, 280>,
    pub(crate) price: Money,
    pub(crate) capacity: i32,
    pub(crate) max_per_order: i32,
    pub(crate) sale: SaleWindow,
}

/// When it can be had; without a bound, from publication and until the event's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SaleWindow {
    pub(crate) start: Option<OffsetDateTime>,
    pub(crate) end: Option<OffsetDateTime>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TicketType {
    pub(crate) id: TicketTypeId,
    pub(crate) event: EventId,
    pub(crate) terms: Terms,
    pub(crate) held: i32,
    pub(crate) sold: i32,
    pub(crate) version: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Availability {
    Available,
    FewLeft,
    SoldOut,
    NotYet,
    Closed,
}

/// Why seats cannot be had now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotOnSale {
    NotStarted,
    Ended,
}

impl TicketType {
    pub(crate) fn remaining(&self) -> i32 {
        self.terms.capacity - self.held - self.sold
    }

    /// Whether it is sold at a moment, seats or none.
    pub(crate) fn on_sale(&self, now: OffsetDateTime) -> Result<(), NotOnSale> {
        let SaleWindow { start, end } = self.terms.sale;
        if start.is_some_and(|start| now < start) {
            Err(NotOnSale::NotStarted)
        } else if end.is_some_and(|end| now >= end) {
            Err(NotOnSale::Ended)
        } else {
            Ok(())
        }
    }

    /// What a visitor sees of an event that is open, or not.
    pub(crate) fn availability(&self, now: OffsetDateTime, event_is_open: bool) -> Availability {
        match self.on_sale(now) {
            _ if !event_is_open => Availability::Closed,
            Err(NotOnSale::NotStarted) => Availability::NotYet,
            Err(NotOnSale::Ended) => Availability::Closed,
            Ok(()) if self.remaining() <= 0 => Availability::SoldOut,
            Ok(()) if self.remaining() <= FEW.max(self.terms.capacity / 10).min(self.terms.capacity / 2) => {
                Availability::FewLeft
            }
            Ok(()) => Availability::Available,
        }
    }
}

/// Whether `wanted` names each of `types` once and nothing else.
pub(crate) fn is_order_of(wanted: &[TicketTypeId], types: &[TicketType]) -> bool {
    let named: BTreeSet<_> = wanted.iter().collect();
    let there: BTreeSet<_> = types.iter().map(|found| &found.id).collect();
    wanted.len() == types.len() && named == there
}

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Duration;

    use kit_core::{ManualClock, Rng};

    use super::*;

    pub(crate) fn ticket_type(capacity: i32, held: i32, sold: i32) -> (TicketType, OffsetDateTime) {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
        let terms = Terms {
            name: "Standard".parse().expect("a name"),
            description: "".parse().expect("may be empty"),
            price: Money::new("EUR".parse().expect("a currency"), 0),
            capacity,
            max_per_order: 10,
            sale: SaleWindow { start: None, end: None },
        };
        let id = TicketTypeId::new(&clock, &rng);
        (
            TicketType {
                id,
                event: EventId::new(&clock, &rng),
                terms,
                held,
                sold,
                version: 1,
            },
            clock.now(),
        )
    }

    #[test]
    fn availability_follows_what_is_left() {
        let of = |capacity, held, sold| {
            let (found, now) = ticket_type(capacity, held, sold);
            found.availability(now, true)
        };
        assert_eq!(of(100, 0, 0), Availability::Available);
        assert_eq!(of(100, 40, 50), Availability::FewLeft);
        assert_eq!(of(100, 50, 50), Availability::SoldOut);
        assert_eq!(of(1_000, 0, 899), Availability::Available);
        assert_eq!(of(1_000, 0, 900), Availability::FewLeft);
        // A small event is not "nearly sold out" from the start.
        assert_eq!(of(8, 0, 0), Availability::Available);
        assert_eq!(of(8, 0, 4), Availability::FewLeft);
    }

    #[test]
    fn the_window_is_open_at_its_start_and_closed_at_its_end() {
        let (mut found, now) = ticket_type(10, 0, 0);
        let end = now + Duration::from_secs(60);
        found.terms.sale = SaleWindow {
            start: Some(now),
            end: Some(end),
        };
        assert_eq!(found.on_sale(now - Duration::from_secs(1)), Err(NotOnSale::NotStarted));
        assert_eq!(found.on_sale(now), Ok(()));
        assert_eq!(found.on_sale(end), Err(NotOnSale::Ended));
        assert_eq!(found.availability(now, false), Availability::Closed);
        assert_eq!(found.availability(end, true), Availability::Closed);
    }
}
