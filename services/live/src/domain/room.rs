//! A live room and its states.

use kit_core::ids::{EventId, RoomId, SessionId};
use time::OffsetDateTime;

/// Viewers that fit until the organizer says otherwise.
pub(crate) const CAPACITY_DEFAULT: i32 = 1_000;
/// Viewers that can be allowed for.
pub(crate) const CAPACITY_MAX: i32 = 100_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) id: RoomId,
    pub(crate) session: SessionId,
    pub(crate) event: EventId,
    pub(crate) state: RoomState,
    pub(crate) capacity: i32,
    /// The SFU node that has it; after the end, until the node has closed it.
    pub(crate) node: Option<String>,
}

/// Where a room is in its life, with the times that belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoomState {
    /// Not begun; hosts may be inside.
    Waiting,
    /// On air.
    Live { since: OffsetDateTime },
    /// Over.
    Ended { began: OffsetDateTime, at: OffsetDateTime },
}

/// The step is not one that the room's state allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WrongState;

impl Room {
    /// A room that nobody has opened yet.
    pub(crate) fn new(id: RoomId, session: SessionId, event: EventId) -> Self {
        Self {
            id,
            session,
            event,
            state: RoomState::Waiting,
            capacity: CAPACITY_DEFAULT,
            node: None,
        }
    }

    /// Opens the room, for the first time or again.
    pub(crate) fn go_live(self, now: OffsetDateTime) -> Result<Self, WrongState> {
        match self.state {
            RoomState::Waiting | RoomState::Ended { .. } => Ok(Self {
                state: RoomState::Live { since: now },
                ..self
            }),
            RoomState::Live { .. } => Err(WrongState),
        }
    }

    /// Ends the show.
    pub(crate) fn end(self, now: OffsetDateTime) -> Result<Self, WrongState> {
        match self.state {
            RoomState::Live { since } => Ok(Self {
                state: RoomState::Ended { began: since, at: now },
                ..self
            }),
            RoomState::Waiting | RoomState::Ended { .. } => Err(WrongState),
        }
    }

    /// Whether somebody may take a seat now: viewers while it is live, hosts before as well.
    pub(crate) fn admits(&self, is_host: bool) -> bool {
        match self.state {
            RoomState::Waiting => is_host,
            RoomState::Live { .. } => true,
            RoomState::Ended { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use kit_core::{ManualClock, Rng};

    use super::*;

    fn room() -> (Room, OffsetDateTime) {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
        let room = Room::new(
            RoomId::new(&clock, &rng),
            SessionId::new(&clock, &rng),
            EventId::new(&clock, &rng),
        );
        (room, clock.now())
    }

    #[test]
    fn a_show_begins_ends_and_can_begin_again() {
        let (room, now) = room();
        assert_eq!(room.clone().end(now), Err(WrongState));
        let live = room.go_live(now).expect("it waits");
        assert_eq!(live.clone().go_live(now), Err(WrongState));
        let ended = live.end(now).expect("it is live");
        assert_eq!(ended.state, RoomState::Ended { began: now, at: now });
        assert_eq!(ended.clone().end(now), Err(WrongState));
        ended.go_live(now).expect("it may begin again");
    }

    #[test]
    fn hosts_prepare_and_viewers_wait() {
        let (room, now) = room();
        assert!(room.admits(true) && !room.admits(false));
        let live = room.go_live(now).expect("it waits");
        assert!(live.admits(true) && live.admits(false));
        let ended = live.end(now).expect("it is live");
        assert!(!ended.admits(true) && !ended.admits(false));
    }
}
