//! Entries of a room's history.

use kit_core::ids::{MessageId, RoomId, UserId};
use kit_core::{Line, RequestId, Text};
use time::OffsetDateTime;

/// What somebody says: 1 to 1,000 characters.
pub(crate) type ChatText = Text<1, 1000>;

/// The name that an author is shown by: 1 to 80 characters.
pub(crate) type AuthorName = Line<1, 80>;

/// Who made an entry, as they were when they made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) is_host: bool,
}

/// What an entry says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Somebody said this.
    Said(String),
    /// Somebody said something that was taken away.
    Deleted,
    /// Somebody took that away.
    Deletion(MessageId),
}

/// An entry that is to get the next number of its room.
#[derive(Clone, Debug)]
pub(crate) struct NewEntry {
    pub(crate) id: MessageId,
    pub(crate) room: RoomId,
    pub(crate) author: Author,
    pub(crate) content: Content,
    pub(crate) request: RequestId,
    pub(crate) create_time: OffsetDateTime,
}

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: MessageId,
    pub(crate) room: RoomId,
    /// From 1.
    pub(crate) sequence: i64,
    pub(crate) author: Author,
    pub(crate) content: Content,
    pub(crate) create_time: OffsetDateTime,
}

impl NewEntry {
    /// The entry at its place in the room.
    pub(crate) fn at(self, sequence: i64) -> Entry {
        let Self {
            id,
            room,
            author,
            content,
            request: _,
            create_time,
        } = self;
        Entry {
            id,
            room,
            sequence,
            author,
            content,
            create_time,
        }
    }
}

impl Entry {
    /// Whether `who` may take it away: its author and the room's hosts may, while there is something to take.
    pub(crate) fn may_be_deleted_by(&self, who: UserId, is_host: bool) -> bool {
        matches!(self.content, Content::Said(_)) && (is_host || self.author.id == who)
    }
}

#[cfg(test)]
mod tests {
    use kit_core::{ManualClock, Rng};

    use super::*;

    #[test]
    fn authors_and_hosts_take_messages_away_and_nobody_takes_a_removal() {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
        let author = UserId::new(&clock, &rng);
        let other = UserId::new(&clock, &rng);
        let entry = |content| Entry {
            id: MessageId::new(&clock, &rng),
            room: RoomId::new(&clock, &rng),
            sequence: 1,
            author: Author {
                id: author,
                name: "Ada".to_owned(),
                is_host: false,
            },
            content,
            create_time: clock.now(),
        };
        let said = entry(Content::Said("hello".to_owned()));
        assert!(said.may_be_deleted_by(author, false));
        assert!(said.may_be_deleted_by(other, true));
        assert!(!said.may_be_deleted_by(other, false));
        assert!(!entry(Content::Deleted).may_be_deleted_by(author, true));
        assert!(!entry(Content::Deletion(said.id)).may_be_deleted_by(author, true));
    }
}
