//! A seat: who may be in a room, until when, and through which connection.

use std::time::Duration;

use kit_core::ids::{RoomId, UserId};
use time::OffsetDateTime;

/// How long a media token can be used to come in.
pub(crate) const GRANT: Duration = Duration::from_secs(120);
/// How long a seat is kept after its node's last sign. It outlives a database that is away for a minute, with the time since
/// the report before (15 s), the call that fails, and the time until the next: whoever is in a room must not be put out
/// because nobody could write down that they are. A node that is back names who is there, so a seat is not held in vain.
pub(crate) const PRESENCE: Duration = Duration::from_secs(120);
/// When to ask again for a seat in a full room: somebody may have left by then.
pub(crate) const FULL_RETRY: Duration = Duration::from_secs(30);
/// How long a seat is kept for somebody who has left, since a broken connection looks like leaving.
pub(crate) const RETURN: Duration = Duration::from_secs(5);

/// One person's claim to be in one room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    pub(crate) room: RoomId,
    pub(crate) user: UserId,
    pub(crate) is_host: bool,
    pub(crate) connection: Option<Connection>,
    /// Until when the newest token may still be used; none once it has been.
    pub(crate) grant_until: Option<OffsetDateTime>,
    pub(crate) until: OffsetDateTime,
}

/// What holds the seat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) node: String,
    pub(crate) sid: String,
}

impl Lease {
    /// A seat with a token on its way. `held` is the one the person has already: its connection keeps it until the new
    /// one comes.
    pub(crate) fn grant(room: RoomId, user: UserId, is_host: bool, held: Option<Self>, now: OffsetDateTime) -> Self {
        let grant_until = now + GRANT;
        let connection = held.and_then(|lease| lease.connection);
        Self {
            room,
            user,
            is_host,
            connection,
            grant_until: Some(grant_until),
            until: grant_until,
        }
    }

    /// A node has seen the person on a connection.
    pub(crate) fn seen(self, connection: Connection, now: OffsetDateTime) -> Self {
        let came = self.connection.as_ref() != Some(&connection);
        let grant_until = self.grant_until.filter(|_| !came);
        let until = (now + PRESENCE).max(grant_until.unwrap_or(now));
        Self {
            connection: Some(connection),
            grant_until,
            until,
            ..self
        }
    }

    /// A connection is gone. That of an earlier one says nothing about the seat.
    pub(crate) fn left(self, connection: &Connection, now: OffsetDateTime) -> Self {
        if self.connection.as_ref() != Some(connection) {
            return self;
        }
        let until = self.grant_until.unwrap_or(now).max(now + RETURN);
        Self {
            connection: None,
            until,
            ..self
        }
    }
}

/// Whether one more viewer fits beside `taken` viewers' leases.
pub(crate) fn fits(taken: i64, capacity: i32) -> bool {
    taken < i64::from(capacity)
}

#[cfg(test)]
mod tests {
    use kit_core::{ManualClock, Rng};

    use super::*;

    fn setting() -> (Lease, OffsetDateTime) {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
        let now = clock.now();
        (
            Lease::grant(RoomId::new(&clock, &rng), UserId::new(&clock, &rng), false, None, now),
            now,
        )
    }

    fn via(sid: &str) -> Connection {
        Connection {
            node: "sfu-1".to_owned(),
            sid: sid.to_owned(),
        }
    }

    #[test]
    fn a_seat_is_given_back_soon_after_leaving() {
        let (lease, now) = setting();
        let lease = lease.seen(via("A"), now);
        assert_eq!(lease.until, now + PRESENCE);
        let lease = lease.left(&via("A"), now);
        assert_eq!((lease.connection, lease.until), (None, now + RETURN));
    }

    #[test]
    fn moving_a_seat_survives_any_order_of_news() {
        let (lease, now) = setting();
        let lease = lease.seen(via("A"), now);
        let moving = Lease::grant(lease.room, lease.user, false, Some(lease), now);
        let orders: [&[&str]; 4] = [&["+B", "-A"], &["-A", "+B"], &["+A", "-A", "+B"], &["+A", "+B", "-A"]];
        for order in orders {
            let end = order.iter().fold(moving.clone(), |lease, news| match news.split_at(1) {
                ("+", sid) => lease.seen(via(sid), now),
                (_, sid) => lease.left(&via(sid), now),
            });
            assert_eq!(
                (end.connection, end.until),
                (Some(via("B")), now + PRESENCE),
                "{order:?}"
            );
        }
    }

    #[test]
    fn an_old_connection_does_not_shorten_a_fresh_grant() {
        let (lease, now) = setting();
        let lease = lease.seen(via("A"), now);
        let moving = Lease::grant(lease.room, lease.user, false, Some(lease), now);
        assert_eq!(moving.left(&via("A"), now).until, now + GRANT);
    }

    #[test]
    fn capacity_is_a_limit_and_not_a_goal() {
        assert!(fits(0, 1));
        assert!(!fits(1, 1));
    }
}
