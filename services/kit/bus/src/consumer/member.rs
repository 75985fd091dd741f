//! What a member of a consumer group says to Redis.

use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::streams::{
    StreamAutoClaimReply, StreamId, StreamInfoConsumersReply, StreamPendingCountReply, StreamReadReply,
};
use deadpool_redis::redis::{self, Cmd, RedisResult};

use crate::limits::{CONSUMER_FORGOTTEN_AFTER, PARKED_ENTRIES_MAX, READ_BATCH_MAX, READ_BLOCK, STALE_AFTER};
use crate::{Error, Stream};

/// A member with its connection, which is its own since reading blocks it.
pub(super) struct Member<'a> {
    key: &'a str,
    group: &'a str,
    name: &'a str,
    connection: MultiplexedConnection,
}

/// An entry that somebody took and did not finish in time.
pub(super) struct Stale {
    pub(super) entry: StreamId,
    /// How often it was handed out.
    pub(super) deliveries: usize,
}

impl<'a> Member<'a> {
    /// Joins the group, which is made if needed, and forgets members whose process is gone.
    pub(super) async fn join(stream: &'a Stream, group: &'a str, name: &'a str) -> Result<Self, Error> {
        let connection = stream.bus().dedicated(READ_BLOCK).await?;
        let mut member = Self {
            key: stream.key(),
            group,
            name,
            connection,
        };
        let mut create = redis::cmd("XGROUP");
        create.arg("CREATE").arg(member.key).arg(group).arg("0").arg("MKSTREAM");
        let created: RedisResult<()> = create.query_async(&mut member.connection).await;
        match created {
            Err(error) if error.code() != Some("BUSYGROUP") => Err(error.into()),
            _ => member.forget_others().await.map(|()| member),
        }
    }

    async fn forget_others(&mut self) -> Result<(), Error> {
        let mut list = redis::cmd("XINFO");
        list.arg("CONSUMERS").arg(self.key).arg(self.group);
        let others: StreamInfoConsumersReply = list.query_async(&mut self.connection).await?;
        for other in others.consumers {
            let is_gone = u128::try_from(other.idle).is_ok_and(|idle| idle > CONSUMER_FORGOTTEN_AFTER.as_millis());
            if other.pending == 0 && is_gone {
                let mut delete = redis::cmd("XGROUP");
                delete.arg("DELCONSUMER").arg(self.key).arg(self.group).arg(other.name);
                delete.query_async::<()>(&mut self.connection).await?;
            }
        }
        Ok(())
    }

    /// Entries that nobody has taken yet. Waits for some, for a while.
    pub(super) async fn read(&mut self) -> Result<Vec<StreamId>, Error> {
        let mut read = redis::cmd("XREADGROUP");
        read.arg("GROUP")
            .arg(self.group)
            .arg(self.name)
            .arg("COUNT")
            .arg(READ_BATCH_MAX);
        read.arg("BLOCK")
            .arg(millis(READ_BLOCK))
            .arg("STREAMS")
            .arg(self.key)
            .arg(">");
        let reply: Option<StreamReadReply> = read.query_async(&mut self.connection).await?;
        let keys = reply.into_iter().flat_map(|reply| reply.keys);
        Ok(keys.flat_map(|key| key.ids).collect())
    }

    /// Takes over what others left unfinished.
    pub(super) async fn take_stale(&mut self) -> Result<Vec<Stale>, Error> {
        let mut claim = redis::cmd("XAUTOCLAIM");
        claim
            .arg(self.key)
            .arg(self.group)
            .arg(self.name)
            .arg(millis(STALE_AFTER))
            .arg("0-0");
        claim.arg("COUNT").arg(READ_BATCH_MAX);
        let reply: StreamAutoClaimReply = claim.query_async(&mut self.connection).await?;
        let mut taken = Vec::with_capacity(reply.claimed.len());
        for entry in reply.claimed {
            let mut pending = redis::cmd("XPENDING");
            pending
                .arg(self.key)
                .arg(self.group)
                .arg(&entry.id)
                .arg(&entry.id)
                .arg(1);
            let reply: StreamPendingCountReply = pending.query_async(&mut self.connection).await?;
            let deliveries = reply.ids.first().map_or(0, |pending| pending.times_delivered);
            taken.push(Stale { entry, deliveries });
        }
        Ok(taken)
    }

    /// Keeps entries that wait for their turn here from looking stale to others.
    pub(super) async fn hold(&mut self, entries: &[StreamId]) -> Result<(), Error> {
        self.set_idle(entries, Duration::ZERO).await
    }

    /// Gives entries that will not get their turn here to whoever looks next.
    pub(super) async fn release(&mut self, entries: &[StreamId]) -> Result<(), Error> {
        self.set_idle(entries, STALE_AFTER).await
    }

    /// Says how long entries have been left alone. Not a delivery, so it does not count as one.
    async fn set_idle(&mut self, entries: &[StreamId], idle: Duration) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut claim = redis::cmd("XCLAIM");
        claim.arg(self.key).arg(self.group).arg(self.name).arg(0);
        for entry in entries {
            claim.arg(&entry.id);
        }
        claim.arg("IDLE").arg(millis(idle)).arg("JUSTID");
        Ok(claim.query_async(&mut self.connection).await?)
    }

    /// Done with: nobody gets it again.
    pub(super) async fn acknowledge(&mut self, entry: &StreamId) -> Result<(), Error> {
        Ok(self.acknowledgement(entry).query_async(&mut self.connection).await?)
    }

    /// Moves an entry aside, to the stream `…:parked:<group>`, with the reason.
    pub(super) async fn park(&mut self, entry: &StreamId, reason: &str) -> Result<(), Error> {
        let mut add = redis::cmd("XADD");
        add.arg(format!("{}:parked:{}", self.key, self.group));
        add.arg("MAXLEN").arg("~").arg(PARKED_ENTRIES_MAX).arg("*");
        add.arg("entry").arg(&entry.id).arg("reason").arg(reason);
        add.arg("fact").arg(entry.get::<Vec<u8>>("fact").unwrap_or_default());
        let mut both = redis::pipe();
        both.atomic()
            .add_command(add)
            .ignore()
            .add_command(self.acknowledgement(entry))
            .ignore();
        Ok(both.query_async(&mut self.connection).await?)
    }

    fn acknowledgement(&self, entry: &StreamId) -> Cmd {
        let mut acknowledge = redis::cmd("XACK");
        acknowledge.arg(self.key).arg(self.group).arg(&entry.id);
        acknowledge
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).expect("the bounds of this crate are minutes")
}
