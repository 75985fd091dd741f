//! Reading a stream as one of a group: every fact to one member, again and again until it is dealt with.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::streams::{
    StreamAutoClaimReply, StreamId, StreamInfoConsumersReply, StreamPendingCountReply, StreamReadReply,
};
use deadpool_redis::redis::{self, RedisResult};
use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, info, info_span, warn};

use crate::backoff::{Backoff, pause};
use crate::limits::{
    ATTEMPTS_MAX, CLAIM_EVERY, CONSUMER_FORGOTTEN_AFTER, PARKED_ENTRIES_MAX, READ_BATCH_MAX, READ_BLOCK, STALE_AFTER,
};
use crate::meters::Labels;
use crate::{BoxError, Error, Fact, Stream};

/// What a consumer does with each fact.
pub trait Handler: Send + Sync {
    /// Deals with one delivery. The same fact may come again, also after success, and also at the same time in another
    /// process: being idempotent is the handler's part. `kit_pg::inbox` does it for all who keep their effects in
    /// PostgreSQL.
    ///
    /// Facts that the handler has no interest in are a success.
    fn handle(&self, fact: &Fact) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// Why a handler did not deal with a fact.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something that the handler needs is away. The fact waits as long as it takes, and so do those behind it.
    #[error("what the handler needs is not available")]
    Unavailable(#[source] BoxError),
    /// The handler cannot deal with this fact. After a few attempts it is parked, and the ones behind it go on.
    #[error("the handler rejects the fact")]
    Rejected(#[source] BoxError),
}

/// One member of a consumer group. Facts come in order to a group of one member; several members share them out, and
/// then a fact can overtake another.
#[derive(Debug)]
pub struct Consumer<H> {
    stream: Stream,
    group: String,
    member: String,
    attempts: u32,
    handler: H,
}

impl<H: Handler> Consumer<H> {
    /// A member of `group` (by convention the name of the consuming service). A new group starts with all that the
    /// stream still has.
    pub fn new(stream: Stream, group: &str, handler: H) -> Self {
        let member = format!("{:032x}", stream.bus().instance());
        Self {
            stream,
            group: group.to_owned(),
            member,
            attempts: ATTEMPTS_MAX,
            handler,
        }
    }

    /// The same, but a rejected fact is parked after `attempts`.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Consumes until `stop`; the fact at hand is finished first. Survives Redis going away.
    pub async fn run(self, stop: CancellationToken) {
        let mut backoff = Backoff::new();
        while !stop.is_cancelled() {
            let Err(error) = Box::pin(self.session(&stop, &mut backoff)).await else {
                return;
            };
            if backoff.is_fresh() {
                warn!(
                    stream = self.stream.name(),
                    group = self.group,
                    error = &error as &dyn std::error::Error,
                    "consumer waits for Redis"
                );
            }
            pause(&stop, backoff.step()).await;
        }
    }

    /// Works over one connection until `stop` (`Ok`) or until something breaks.
    async fn session(&self, stop: &CancellationToken, backoff: &mut Backoff) -> Result<(), Error> {
        let mut connection = self.stream.bus().dedicated(READ_BLOCK).await?;
        self.join(&mut connection).await?;
        let mut claims = tokio::time::interval(CLAIM_EVERY);
        loop {
            if claims.tick().now_or_never().is_some() {
                let stale = self.claim_stale(&mut connection).await?;
                self.process_all(&mut connection, stale, stop).await?;
            }
            // Dropping a read that was just answered leaves its entries pending; they are taken over when stale.
            let fresh = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                fresh = self.read(&mut connection) => fresh?,
            };
            if !backoff.is_fresh() {
                info!(stream = self.stream.name(), group = self.group, "consumer is back");
                backoff.reset();
            }
            self.process_all(&mut connection, fresh, stop).await?;
        }
    }

    /// Makes sure that the group exists, and forgets members whose process is gone.
    async fn join(&self, connection: &mut MultiplexedConnection) -> Result<(), Error> {
        let created: RedisResult<()> = redis::cmd("XGROUP")
            .arg("CREATE")
            .arg(self.stream.key())
            .arg(&self.group)
            .arg("0")
            .arg("MKSTREAM")
            .query_async(connection)
            .await;
        if let Err(error) = created
            && error.code() != Some("BUSYGROUP")
        {
            return Err(error.into());
        }
        let members: StreamInfoConsumersReply = redis::cmd("XINFO")
            .arg("CONSUMERS")
            .arg(self.stream.key())
            .arg(&self.group)
            .query_async(connection)
            .await?;
        let gone = |idle: usize| u128::try_from(idle).is_ok_and(|idle| idle > CONSUMER_FORGOTTEN_AFTER.as_millis());
        for member in members
            .consumers
            .iter()
            .filter(|member| member.pending == 0 && gone(member.idle))
        {
            let mut delete = redis::cmd("XGROUP");
            delete
                .arg("DELCONSUMER")
                .arg(self.stream.key())
                .arg(&self.group)
                .arg(&member.name);
            delete.query_async::<()>(connection).await?;
        }
        Ok(())
    }

    async fn read(&self, connection: &mut MultiplexedConnection) -> Result<Vec<StreamId>, Error> {
        let mut command = redis::cmd("XREADGROUP");
        command
            .arg("GROUP")
            .arg(&self.group)
            .arg(&self.member)
            .arg("COUNT")
            .arg(READ_BATCH_MAX);
        command
            .arg("BLOCK")
            .arg(millis(READ_BLOCK))
            .arg("STREAMS")
            .arg(self.stream.key())
            .arg(">");
        let reply: Option<StreamReadReply> = command.query_async(connection).await?;
        Ok(reply
            .into_iter()
            .flat_map(|reply| reply.keys)
            .flat_map(|key| key.ids)
            .collect())
    }

    /// Takes over what others left unfinished. An entry that was delivered too often is parked unseen: it may be what
    /// brought the others down.
    async fn claim_stale(&self, connection: &mut MultiplexedConnection) -> Result<Vec<StreamId>, Error> {
        let mut claim = redis::cmd("XAUTOCLAIM");
        claim
            .arg(self.stream.key())
            .arg(&self.group)
            .arg(&self.member)
            .arg(millis(STALE_AFTER))
            .arg("0-0");
        let reply: StreamAutoClaimReply = claim.arg("COUNT").arg(READ_BATCH_MAX).query_async(connection).await?;
        let mut entries = Vec::with_capacity(reply.claimed.len());
        for entry in reply.claimed {
            let mut pending = redis::cmd("XPENDING");
            pending
                .arg(self.stream.key())
                .arg(&self.group)
                .arg(&entry.id)
                .arg(&entry.id)
                .arg(1);
            let reply: StreamPendingCountReply = pending.query_async(connection).await?;
            let deliveries = reply.ids.first().map_or(0, |pending| pending.times_delivered);
            if deliveries > ATTEMPTS_MAX as usize {
                self.park(connection, &entry, &"nobody who took it ever finished it".into())
                    .await?;
            } else {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    async fn process_all(
        &self,
        connection: &mut MultiplexedConnection,
        entries: Vec<StreamId>,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        for (index, entry) in entries.iter().enumerate() {
            if stop.is_cancelled() {
                return Ok(());
            }
            self.process(connection, &entries[index..], entry, stop).await?;
        }
        Ok(())
    }

    /// Tries the handler until it succeeds, gives up, or `stop` leaves the entry pending.
    async fn process(
        &self,
        connection: &mut MultiplexedConnection,
        held: &[StreamId],
        entry: &StreamId,
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let fact = match decode(entry) {
            Ok(fact) => fact,
            Err(error) => return self.park(connection, entry, &error.into()).await,
        };
        let mut backoff = Backoff::new();
        let mut attempts = 0;
        loop {
            match self.attempt(&fact).await {
                Ok(()) => return self.acknowledge(connection, entry).await,
                Err(Failure::Rejected(error)) if attempts + 1 >= self.attempts => {
                    return self.park(connection, entry, &error).await;
                }
                Err(Failure::Rejected(_)) => attempts += 1,
                Err(Failure::Unavailable(error)) if backoff.is_fresh() => {
                    warn!(fact = %fact.id, kind = fact.kind, group = self.group, error = &*error as &dyn std::error::Error, "consumer waits");
                }
                Err(Failure::Unavailable(_)) => {}
            }
            if !pause(stop, backoff.step()).await {
                return Ok(());
            }
            self.hold(connection, held).await?;
        }
    }

    /// A panic is a bug in the handler for this fact, and must not take the consumer with it.
    async fn attempt(&self, fact: &Fact) -> Result<(), Failure> {
        let span = info_span!("fact", id = %fact.id, kind = fact.kind, group = self.group);
        if let Some(parent) = &fact.trace_parent {
            kit_telemetry::trace::set_parent(&span, parent);
        }
        let handled = AssertUnwindSafe(self.handler.handle(fact))
            .catch_unwind()
            .instrument(span)
            .await;
        handled.unwrap_or_else(|_| Err(Failure::Rejected("the handler panicked".into())))
    }

    /// Keeps entries that wait for their turn from looking stale to others.
    async fn hold(&self, connection: &mut MultiplexedConnection, entries: &[StreamId]) -> Result<(), Error> {
        let mut claim = redis::cmd("XCLAIM");
        claim.arg(self.stream.key()).arg(&self.group).arg(&self.member).arg(0);
        for entry in entries {
            claim.arg(&entry.id);
        }
        Ok(claim.arg("JUSTID").query_async(connection).await?)
    }

    async fn acknowledge(&self, connection: &mut MultiplexedConnection, entry: &StreamId) -> Result<(), Error> {
        let mut command = redis::cmd("XACK");
        command.arg(self.stream.key()).arg(&self.group).arg(&entry.id);
        command.query_async::<()>(connection).await?;
        self.stream.bus().meters().handled.get_or_create(&self.labels()).inc();
        Ok(())
    }

    /// Moves an entry aside, to the stream `…:parked:<group>`, where an operator finds it with the reason.
    async fn park(
        &self,
        connection: &mut MultiplexedConnection,
        entry: &StreamId,
        reason: &BoxError,
    ) -> Result<(), Error> {
        error!(
            stream = self.stream.name(),
            group = self.group,
            entry = entry.id,
            error = &**reason as &dyn std::error::Error,
            "fact parked"
        );
        let mut add = redis::cmd("XADD");
        add.arg(self.parked())
            .arg("MAXLEN")
            .arg("~")
            .arg(PARKED_ENTRIES_MAX)
            .arg("*");
        add.arg("entry").arg(&entry.id).arg("reason").arg(chain(&**reason));
        add.arg("fact").arg(entry.get::<Vec<u8>>("fact").unwrap_or_default());
        let mut acknowledge = redis::cmd("XACK");
        acknowledge.arg(self.stream.key()).arg(&self.group).arg(&entry.id);
        let mut both = redis::pipe();
        both.atomic()
            .add_command(add)
            .ignore()
            .add_command(acknowledge)
            .ignore();
        both.query_async::<()>(connection).await?;
        self.stream.bus().meters().parked.get_or_create(&self.labels()).inc();
        Ok(())
    }

    fn labels(&self) -> Labels<2> {
        [("stream", self.stream.name().to_owned()), ("group", self.group.clone())]
    }

    fn parked(&self) -> String {
        format!("{}:parked:{}", self.stream.key(), self.group)
    }
}

fn decode(entry: &StreamId) -> Result<Fact, Error> {
    let bytes: Vec<u8> = entry
        .get("fact")
        .ok_or_else(|| Error::malformed("an entry without a fact"))?;
    Fact::from_wire(&bytes)
}

/// An error and its causes in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).expect("the bounds of this crate are minutes")
}
