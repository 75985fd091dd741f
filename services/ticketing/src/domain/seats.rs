//! Who gets seats, when many want some at the same moment.

use std::collections::BTreeMap;

use kit_core::ids::TicketTypeId;

use super::order::Order;
use super::ticket_type::TicketType;

/// The seats of some ticket types, while nobody else can take any: orders are served from it one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Seats(BTreeMap<TicketTypeId, TicketType>);

/// How an order's seats move. No way makes more of them than there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Free → held.
    Hold,
    /// Held → sold.
    Sell,
    /// Free → sold.
    HoldAndSell,
    /// Held → free.
    Release,
    /// Sold → free.
    Return,
}

/// Not so many seats are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SoldOut {
    pub(crate) ticket_type: TicketTypeId,
    pub(crate) remaining: i32,
}

impl Move {
    /// What is added to held and to sold for each seat.
    pub(crate) fn signs(self) -> (i32, i32) {
        match self {
            Self::Hold => (1, 0),
            Self::Sell => (-1, 1),
            Self::HoldAndSell => (0, 1),
            Self::Release => (-1, 0),
            Self::Return => (0, -1),
        }
    }
}

impl Seats {
    pub(crate) fn new(types: Vec<TicketType>) -> Self {
        Self(types.into_iter().map(|found| (found.id, found)).collect())
    }

    pub(crate) fn of(&self, id: TicketTypeId) -> Option<&TicketType> {
        self.0.get(&id)
    }

    /// Each type, as the orders that were served have left it.
    pub(crate) fn types(&self) -> impl Iterator<Item = &TicketType> {
        self.0.values()
    }

    /// Moves the seats of one order, after those of the held order in whose place it comes have been given back. All of
    /// them or none.
    pub(crate) fn serve(&mut self, replaced: Option<&Order>, order: &Order, how: Move) -> Result<(), SoldOut> {
        let before = self.0.clone();
        let served = self.try_serve(replaced, order, how);
        if served.is_err() {
            self.0 = before;
        }
        served
    }

    fn try_serve(&mut self, replaced: Option<&Order>, order: &Order, how: Move) -> Result<(), SoldOut> {
        for line in replaced.into_iter().flat_map(|replaced| &replaced.lines) {
            self.shift(line.ticket_type, Move::Release, line.quantity);
        }
        for line in &order.lines {
            let id = line.ticket_type;
            let remaining = self.of(id).map_or(0, TicketType::remaining);
            if remaining < line.quantity {
                return Err(SoldOut {
                    ticket_type: id,
                    remaining: remaining.max(0),
                });
            }
            self.shift(id, how, line.quantity);
        }
        Ok(())
    }

    fn shift(&mut self, id: TicketTypeId, how: Move, quantity: i32) {
        if let Some(found) = self.0.get_mut(&id) {
            let (held, sold) = how.signs();
            found.held += held * quantity;
            found.sold += sold * quantity;
        }
    }
}

#[cfg(test)]
mod tests {
    use kit_core::{ManualClock, Rng};

    use super::*;
    use crate::domain::order::tests::{held, order};
    use crate::domain::ticket_type::tests::ticket_type;

    /// Seats of one type, and an order of so many of them.
    fn scene(capacity: i32, quantity: i32) -> (Seats, Order) {
        let (found, _) = ticket_type(capacity, 0, 0);
        let (mut order, _) = order(held);
        order.lines.truncate(1);
        order.lines[0].ticket_type = found.id;
        order.lines[0].quantity = quantity;
        (Seats::new(vec![found]), order)
    }

    fn counts(seats: &Seats) -> Vec<(i32, i32)> {
        seats.types().map(|found| (found.held, found.sold)).collect()
    }

    #[test]
    fn who_comes_first_is_served_until_nothing_is_left() {
        let (mut seats, order) = scene(5, 2);
        assert_eq!(seats.serve(None, &order, Move::HoldAndSell), Ok(()));
        assert_eq!(seats.serve(None, &order, Move::Hold), Ok(()));
        let gone = SoldOut {
            ticket_type: order.lines[0].ticket_type,
            remaining: 1,
        };
        assert_eq!(seats.serve(None, &order, Move::Hold), Err(gone));
        assert_eq!(counts(&seats), [(2, 2)]);
    }

    #[test]
    fn a_replaced_orders_seats_come_back_first_and_only_if_the_new_one_fits() {
        let (mut seats, first) = scene(3, 2);
        assert_eq!(seats.serve(None, &first, Move::Hold), Ok(()));
        let mut second = first.clone();
        second.lines[0].quantity = 4;
        let refused = seats
            .serve(Some(&first), &second, Move::Hold)
            .expect_err("three at most");
        assert_eq!((refused.remaining, counts(&seats)), (3, vec![(2, 0)]));
        second.lines[0].quantity = 3;
        assert_eq!(seats.serve(Some(&first), &second, Move::Hold), Ok(()));
        assert_eq!(counts(&seats), [(3, 0)]);
    }

    #[test]
    fn an_order_of_two_types_gets_both_or_nothing() {
        let (mut seats, mut order) = scene(1, 1);
        let (mut wide, _) = ticket_type(10, 0, 0);
        wide.id = TicketTypeId::new(&ManualClock::fixed().clock(), &Rng::seeded(2));
        let narrow = order.lines[0].clone();
        order.lines = vec![narrow.clone(), narrow];
        order.lines[0].ticket_type = wide.id;
        order.lines[1].quantity = 2;
        seats.0.insert(wide.id, wide);
        seats.serve(None, &order, Move::Hold).expect_err("one of the second");
        assert!(counts(&seats).iter().all(|counts| *counts == (0, 0)));
    }
}
