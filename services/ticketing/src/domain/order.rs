//! Orders: seats held, taken and given back.

use std::time::Duration;

use kit_core::ids::{EventId, OrderId, TicketTypeId, UserId};
use kit_core::{Currency, Email, Line, Money};
use time::OffsetDateTime;

use super::event::EventSnapshot;

/// How long seats are held for a buyer who fills in a form.
pub(crate) const HOLD: Duration = Duration::from_secs(600);
/// Kinds of tickets in one order.
pub(crate) const LINES_MAX: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: OrderId,
    pub(crate) event: EventId,
    pub(crate) buyer: Buyer,
    pub(crate) state: OrderState,
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<OrderLine>,
    pub(crate) snapshot: EventSnapshot,
    pub(crate) create_time: OffsetDateTime,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Buyer {
    pub(crate) id: UserId,
    pub(crate) email: String,
}

/// Where an order is in its life. Payment's states follow with money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderState {
    Held { until: OffsetDateTime },
    Completed { at: OffsetDateTime },
    Expired,
    Cancelled { completed_at: Option<OffsetDateTime> },
}

/// Some seats of one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OrderLine {
    pub(crate) ticket_type: TicketTypeId,
    pub(crate) name: String,
    pub(crate) quantity: i32,
    pub(crate) unit_minor: i64,
}

/// Whom a ticket is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attendee {
    pub(crate) name: Line<1, 80>,
    pub(crate) email: Email,
}

/// Who calls an order off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Canceller {
    Buyer,
    Team,
}

/// Why a step is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The hold has run out.
    Expired,
    /// The state does not allow it.
    StateWrong,
    /// A buyer cancels before the event only.
    EventStarted,
}

impl Order {
    /// How many tickets it is for.
    pub(crate) fn quantity(&self) -> usize {
        self.lines
            .iter()
            .map(|line| usize::try_from(line.quantity).unwrap_or(0))
            .sum()
    }

    /// Sum of the lines; quantities and prices are bounded so that it fits.
    pub(crate) fn total(&self) -> Money {
        let amount_minor = self
            .lines
            .iter()
            .map(|line| line.unit_minor * i64::from(line.quantity))
            .sum();
        Money::new(self.currency, amount_minor)
    }

    /// Issues the tickets of a held order.
    pub(crate) fn complete(self, now: OffsetDateTime) -> Result<Self, Refusal> {
        match self.state {
            OrderState::Held { until } if now < until => Ok(Self {
                state: OrderState::Completed { at: now },
                ..self
            }),
            OrderState::Held { .. } | OrderState::Expired => Err(Refusal::Expired),
            OrderState::Completed { .. } | OrderState::Cancelled { .. } => Err(Refusal::StateWrong),
        }
    }

    /// Gives the seats of a hold back whose time is over.
    pub(crate) fn expire(self, now: OffsetDateTime) -> Result<Self, Refusal> {
        match self.state {
            OrderState::Held { until } if until <= now => Ok(Self {
                state: OrderState::Expired,
                ..self
            }),
            _ => Err(Refusal::StateWrong),
        }
    }

    /// Calls it off.
    pub(crate) fn cancel(self, by: Canceller, now: OffsetDateTime) -> Result<Self, Refusal> {
        let completed_at = match self.state {
            OrderState::Held { .. } => None,
            OrderState::Completed { .. } if by == Canceller::Buyer && self.snapshot.has_started(now) => {
                return Err(Refusal::EventStarted);
            }
            OrderState::Completed { at } => Some(at),
            OrderState::Expired | OrderState::Cancelled { .. } => return Err(Refusal::StateWrong),
        };
        Ok(Self {
            state: OrderState::Cancelled { completed_at },
            ..self
        })
    }

    /// Each ticket's line, one after the other.
    pub(crate) fn seats(&self) -> impl Iterator<Item = &OrderLine> {
        self.lines
            .iter()
            .flat_map(|line| std::iter::repeat_n(line, usize::try_from(line.quantity).unwrap_or(0)))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use kit_core::{ManualClock, Rng};

    use super::*;

    pub(crate) fn order(state: impl FnOnce(OffsetDateTime) -> OrderState) -> (Order, OffsetDateTime) {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
        let now = clock.now();
        let line = OrderLine {
            ticket_type: TicketTypeId::new(&clock, &rng),
            name: "Standard".to_owned(),
            quantity: 2,
            unit_minor: 250,
        };
        let snapshot = EventSnapshot {
            title: "Event".to_owned(),
            start_time: Some(now + Duration::from_secs(3600)),
            end_time: None,
            time_zone: "Europe/Berlin".to_owned(),
        };
        let order = Order {
            id: OrderId::new(&clock, &rng),
            event: EventId::new(&clock, &rng),
            buyer: Buyer {
                id: UserId::new(&clock, &rng),
                email: "a@example.org".to_owned(),
            },
            state: state(now),
            currency: "EUR".parse().expect("a currency"),
            lines: vec![
                line.clone(),
                OrderLine {
                    quantity: 1,
                    unit_minor: 0,
                    ..line
                },
            ],
            snapshot,
            create_time: now,
        };
        (order, now)
    }

    pub(crate) fn held(now: OffsetDateTime) -> OrderState {
        OrderState::Held { until: now + HOLD }
    }

    #[test]
    fn a_hold_is_good_until_its_last_moment() {
        let (order, now) = order(held);
        assert_eq!(order.total().minor(), 500);
        assert_eq!((order.quantity(), order.seats().count()), (3, 3));
        assert_eq!(order.clone().expire(now), Err(Refusal::StateWrong));
        let last = now + HOLD - Duration::from_nanos(1);
        assert_eq!(
            order.clone().complete(last).map(|order| order.state),
            Ok(OrderState::Completed { at: last })
        );
        assert_eq!(order.clone().complete(now + HOLD), Err(Refusal::Expired));
        assert_eq!(
            order.expire(now + HOLD).map(|order| order.state),
            Ok(OrderState::Expired)
        );
    }

    #[test]
    fn seats_are_given_back_once() {
        for state in [
            |_| OrderState::Expired,
            |_| OrderState::Cancelled { completed_at: None },
        ] {
            let (order, now) = order(state);
            assert_eq!(order.clone().cancel(Canceller::Team, now), Err(Refusal::StateWrong));
            assert_eq!(order.expire(now), Err(Refusal::StateWrong));
        }
    }

    #[test]
    fn a_buyer_cancels_until_the_event_begins_and_the_team_always() {
        let (order, now) = order(|now| OrderState::Completed { at: now });
        let start = now + Duration::from_secs(3600);
        let before = start - Duration::from_secs(1);
        assert!(order.clone().cancel(Canceller::Buyer, before).is_ok());
        assert_eq!(
            order.clone().cancel(Canceller::Buyer, start),
            Err(Refusal::EventStarted)
        );
        assert!(order.cancel(Canceller::Team, start).is_ok());
    }
}
