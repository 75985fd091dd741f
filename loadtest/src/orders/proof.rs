//! What the store has, compared with what the buyers were told.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use super::door::Door;
use super::rush::Rush;
use super::sale::Sale;

/// All zero when everything is right.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Proof {
    /// Tickets in the store beyond the capacity.
    pub(crate) oversold: usize,
    /// Orders whose answer told of other tickets than the store has of them.
    pub(crate) missing: usize,
    /// Tickets in the store of which no buyer was told.
    pub(crate) unknown: usize,
    /// What the ticket type's counter is off by.
    pub(crate) miscounted: usize,
}

/// Tickets by the order that they are of.
type Tickets = BTreeMap<String, BTreeSet<String>>;

impl Proof {
    pub(crate) async fn of(door: &Door, sale: &Sale, rush: &Rush) -> Result<Self> {
        let mut stored = Tickets::new();
        for ticket in sale.tickets(door).await? {
            stored.entry(ticket.order_id).or_default().insert(ticket.id);
        }
        let mut told = Tickets::new();
        for sold in &rush.sold {
            let tickets = sold.order.tickets.iter().map(|ticket| ticket.id.clone());
            told.entry(sold.order.id.clone()).or_default().extend(tickets);
        }
        let counted = usize::try_from(sale.counted(door).await?)?;
        Ok(Self::compare(&stored, &told, counted, usize::try_from(sale.capacity)?))
    }

    fn compare(stored: &Tickets, told: &Tickets, counted: usize, capacity: usize) -> Self {
        let count: usize = stored.values().map(BTreeSet::len).sum();
        let missing = told
            .iter()
            .filter(|(order, tickets)| tickets.is_empty() || stored.get(*order) != Some(tickets));
        let unknown = stored.iter().filter(|(order, _)| !told.contains_key(*order));
        Self {
            oversold: count.saturating_sub(capacity),
            missing: missing.count(),
            unknown: unknown.map(|(_, tickets)| tickets.len()).sum(),
            miscounted: counted.abs_diff(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tickets(orders: &[(&str, &[&str])]) -> Tickets {
        let set = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        orders
            .iter()
            .map(|(order, ids)| ((*order).to_owned(), set(ids)))
            .collect()
    }

    #[test]
    fn what_was_told_and_what_is_stored_must_be_the_same() {
        let stored = tickets(&[("a", &["1"]), ("b", &["2"])]);
        let right = Proof {
            oversold: 0,
            missing: 0,
            unknown: 0,
            miscounted: 0,
        };
        assert_eq!(Proof::compare(&stored, &stored, 2, 2), right);
        let told = tickets(&[("a", &["1"]), ("c", &["3"]), ("d", &[])]);
        let wrong = Proof {
            oversold: 1,
            missing: 2,
            unknown: 1,
            miscounted: 1,
        };
        assert_eq!(Proof::compare(&stored, &told, 1, 1), wrong);
    }
}
