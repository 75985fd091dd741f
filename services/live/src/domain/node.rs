//! SFU nodes and the choice of one.

use std::time::Duration;

use time::OffsetDateTime;

/// How long a node counts as there after its last sign: three of them.
pub(crate) const SILENCE: Duration = Duration::from_secs(15);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) id: String,
    /// An https URI, or `inproc:NAME`.
    pub(crate) address: String,
    pub(crate) free_seats: i32,
    pub(crate) start_time: OffsetDateTime,
    pub(crate) seen_time: OffsetDateTime,
}

impl Node {
    pub(crate) fn is_there(&self, now: OffsetDateTime) -> bool {
        self.seen_time + SILENCE > now
    }
}

/// The node for a room: the one that has it, while it is there; else the one with the most free seats.
pub(crate) fn place<'a>(nodes: &'a [Node], current: Option<&str>, now: OffsetDateTime) -> Option<&'a Node> {
    let there = || nodes.iter().filter(|node| node.is_there(now));
    let kept = there().find(|node| Some(node.id.as_str()) == current);
    kept.or_else(|| {
        there()
            .filter(|node| node.free_seats > 0)
            .max_by_key(|node| node.free_seats)
    })
}

#[cfg(test)]
mod tests {
    use kit_core::ManualClock;

    use super::*;

    #[test]
    fn a_room_stays_while_its_node_is_there_and_moves_to_the_freest() {
        let now = ManualClock::fixed().clock().now();
        let node = |id: &str, free_seats, age: u64| Node {
            id: id.to_owned(),
            address: String::new(),
            free_seats,
            start_time: now,
            seen_time: now - Duration::from_secs(age),
        };
        let nodes = [
            node("full", 0, 1),
            node("gone", 900, 15),
            node("small", 10, 1),
            node("large", 20, 1),
        ];
        let placed = |current| place(&nodes, current, now).map(|node| node.id.as_str());
        assert_eq!(placed(None), Some("large"));
        assert_eq!(placed(Some("full")), Some("full"));
        assert_eq!(placed(Some("gone")), Some("large"));
        assert_eq!(place(&nodes[..2], None, now), None);
    }
}
