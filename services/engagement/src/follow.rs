//! Following a room: listen first, read history next, then pass on what comes, each entry once and in order.

use std::collections::VecDeque;

use futures::Stream;
use kit_bus::{Subscription, Update};
use kit_core::ids::RoomId;
use plenary_proto::engagement::v1::ChatMessage;
use prost::Message;

use crate::Engagement;
use crate::convert;
use crate::domain::{Announced, Follower};
use crate::error::EngagementError;
use crate::store;

/// Entries read at a time.
const HISTORY_BATCH: i64 = 200;

/// One reader's place in a room.
pub(crate) struct Following {
    engagement: Engagement,
    room: RoomId,
    updates: Subscription,
    follower: Follower,
    /// Read and not yet passed on.
    history: VecDeque<ChatMessage>,
    /// There may be more history than was read.
    behind: bool,
}

impl Following {
    /// Begins after `after`, or with the next new entry. Answers with the room's newest number as well.
    pub(crate) async fn begin(
        engagement: &Engagement,
        room: RoomId,
        after: Option<i64>,
    ) -> Result<(i64, Self), EngagementError> {
        let updates = engagement.bus.fanout().subscribe(&crate::topic(room));
        let last = store::last_sequence(&mut *engagement.pool.acquire().await?, room).await?;
        let after = after.unwrap_or(last);
        let following = Self {
            engagement: engagement.clone(),
            room,
            updates,
            follower: Follower::after(after),
            history: VecDeque::new(),
            behind: last > after,
        };
        Ok((last, following))
    }

    /// Every entry from there on. Ends with the failure of a read; the reader resumes.
    pub(crate) fn into_stream(self) -> impl Stream<Item = Result<ChatMessage, EngagementError>> + Send {
        futures::stream::unfold(Some(self), |following| async move {
            let mut following = following?;
            match following.next().await {
                Ok(message) => Some((Ok(message), Some(following))),
                Err(error) => Some((Err(error), None)),
            }
        })
    }

    async fn next(&mut self) -> Result<ChatMessage, EngagementError> {
        loop {
            if let Some(message) = self.history.pop_front() {
                return Ok(message);
            }
            if self.behind {
                self.read_history().await?;
                continue;
            }
            match self.updates.next().await {
                Update::Missed => self.behind = true,
                // What cannot be read was not written by this service; history has the truth.
                Update::Message(bytes) => match ChatMessage::decode(bytes) {
                    Ok(message) => match self.follower.announce(message.sequence) {
                        Announced::Next => return Ok(message),
                        Announced::Seen => {}
                        Announced::Ahead => self.behind = true,
                    },
                    Err(_) => self.behind = true,
                },
            }
        }
    }

    async fn read_history(&mut self) -> Result<(), EngagementError> {
        let mut connection = self.engagement.pool.acquire().await?;
        let entries = store::after(&mut connection, self.room, self.follower.seen(), HISTORY_BATCH).await?;
        self.behind = i64::try_from(entries.len()) == Ok(HISTORY_BATCH);
        for entry in entries {
            if self.follower.announce(entry.sequence) == Announced::Next {
                self.history.push_back(convert::message(entry));
            }
        }
        Ok(())
    }
}
