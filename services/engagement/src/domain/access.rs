//! Who may do what in a room, from what `live` says about it.

/// Where a room is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoomState {
    Waiting,
    Live,
    Ended,
}

/// What somebody may do in a room now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoomAccess {
    pub(crate) can_host: bool,
    pub(crate) can_join: bool,
    pub(crate) state: RoomState,
}

/// An answer about writing from outside the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    Granted,
    /// Only hosts write without being in the room.
    NotInRoom,
    /// The show is over.
    NotOpen,
}

impl RoomAccess {
    /// May they write without being in the room?
    pub(crate) fn to_write(self) -> Permission {
        if !self.can_host {
            Permission::NotInRoom
        } else if self.state == RoomState::Ended {
            Permission::NotOpen
        } else {
            Permission::Granted
        }
    }

    /// May they read its history?
    pub(crate) fn to_read(self) -> bool {
        self.can_host || self.can_join
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_write_from_outside_and_only_before_the_end() {
        let access = |can_host, can_join, state| RoomAccess {
            can_host,
            can_join,
            state,
        };
        assert_eq!(access(true, true, RoomState::Waiting).to_write(), Permission::Granted);
        assert_eq!(access(true, true, RoomState::Live).to_write(), Permission::Granted);
        assert_eq!(access(true, true, RoomState::Ended).to_write(), Permission::NotOpen);
        assert_eq!(access(false, true, RoomState::Live).to_write(), Permission::NotInRoom);
        assert!(access(false, true, RoomState::Ended).to_read());
        assert!(!access(false, false, RoomState::Live).to_read());
    }
}
