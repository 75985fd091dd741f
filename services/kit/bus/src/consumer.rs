//! Reading a stream as one of a group: every fact to one member, again and again until it is dealt with.

mod member;

use std::future::Future;
use std::panic::AssertUnwindSafe;

use deadpool_redis::redis::streams::StreamId;
use futures::FutureExt;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, error, info, info_span, warn};

use crate::backoff::{Backoff, pause};
use crate::limits::{ATTEMPTS_MAX, CLAIM_EVERY};
use crate::meters::Labels;
use crate::{BoxError, Error, Fact, Stream};
use member::Member;

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
        let mut member = Member::join(&self.stream, &self.group, &self.member).await?;
        let mut claims = tokio::time::interval(CLAIM_EVERY);
        loop {
            if claims.tick().now_or_never().is_some() {
                let stale = self.take_stale(&mut member).await?;
                self.process_all(&mut member, &stale, stop).await?;
            }
            // Dropping a read that was just answered leaves its entries pending; they are taken over when stale.
            let fresh = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                fresh = member.read() => fresh?,
            };
            if !backoff.is_fresh() {
                info!(stream = self.stream.name(), group = self.group, "consumer is back");
                backoff.reset();
            }
            self.process_all(&mut member, &fresh, stop).await?;
        }
    }

    /// What others left unfinished. An entry that was handed out too often is parked unseen: it may be what brought the
    /// others down.
    async fn take_stale(&self, member: &mut Member<'_>) -> Result<Vec<StreamId>, Error> {
        let mut entries = Vec::new();
        for stale in member.take_stale().await? {
            if stale.deliveries > ATTEMPTS_MAX as usize {
                self.park(member, &stale.entry, &"nobody who took it ever finished it".into())
                    .await?;
            } else {
                entries.push(stale.entry);
            }
        }
        Ok(entries)
    }

    async fn process_all(
        &self,
        member: &mut Member<'_>,
        entries: &[StreamId],
        stop: &CancellationToken,
    ) -> Result<(), Error> {
        let mut rest = entries;
        while let Some((entry, behind)) = rest.split_first() {
            if stop.is_cancelled() || !self.process(member, entry, rest, stop).await? {
                return member.release(rest).await;
            }
            rest = behind;
        }
        Ok(())
    }

    /// Tries the handler until it succeeds or gives up; `false` when `stop` came in between. `held` are the entries that
    /// wait meanwhile, with this one in front.
    async fn process(
        &self,
        member: &mut Member<'_>,
        entry: &StreamId,
        held: &[StreamId],
        stop: &CancellationToken,
    ) -> Result<bool, Error> {
        let fact = match decode(entry) {
            Ok(fact) => fact,
            Err(error) => return self.park(member, entry, &error.into()).await.map(|()| true),
        };
        let mut backoff = Backoff::new();
        let mut attempts = 0;
        loop {
            match self.attempt(&fact).await {
                Ok(()) => {
                    member.acknowledge(entry).await?;
                    self.stream.bus().meters().handled.get_or_create(&self.labels()).inc();
                    return Ok(true);
                }
                Err(Failure::Rejected(error)) => {
                    attempts += 1;
                    if attempts >= self.attempts {
                        return self.park(member, entry, &error).await.map(|()| true);
                    }
                }
                Err(Failure::Unavailable(error)) => {
                    if backoff.is_fresh() {
                        let error: &dyn std::error::Error = &*error;
                        warn!(fact = %fact.id, kind = fact.kind, group = self.group, error, "consumer waits");
                    }
                }
            }
            if !pause(stop, backoff.step()).await {
                return Ok(false);
            }
            member.hold(held).await?;
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

    /// Gives up on an entry, for an operator to look at.
    async fn park(&self, member: &mut Member<'_>, entry: &StreamId, reason: &BoxError) -> Result<(), Error> {
        member.park(entry, &chain(&**reason)).await?;
        self.stream.bus().meters().parked.get_or_create(&self.labels()).inc();
        let error: &dyn std::error::Error = &**reason;
        error!(
            stream = self.stream.name(),
            group = self.group,
            entry = entry.id,
            error,
            "fact parked"
        );
        Ok(())
    }

    fn labels(&self) -> Labels<2> {
        [("stream", self.stream.name().to_owned()), ("group", self.group.clone())]
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
