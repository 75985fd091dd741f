//! The stream of facts of one service.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use deadpool_redis::redis::{self, Script, Value};

use crate::limits::STREAM_ENTRIES_MAX;
use crate::{Bus, Error, Fact};

static PUBLISH: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/publish.lua")));

/// Where an entry stands in its stream; later entries are greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryId {
    /// Milliseconds of Redis' clock.
    pub ms: u64,
    /// Number within the millisecond.
    pub seq: u64,
}

/// What became of facts that were to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// They are in the stream, in this order.
    Done(Vec<EntryId>),
    /// Nothing was published: the stream ends here, before an entry that was published earlier. Redis has lost data.
    Lost(EntryId),
}

/// A handle on one stream.
#[derive(Clone, Debug)]
pub struct Stream {
    bus: Bus,
    name: String,
    key: String,
}

impl Stream {
    pub(crate) fn new(bus: Bus, name: &str) -> Self {
        let key = bus.key("facts", name);
        Self {
            bus,
            name: name.to_owned(),
            key,
        }
    }

    /// Appends `facts` in order, all or none, if the stream still has the entry `known` or a later one.
    ///
    /// `known` is what makes an outbox notice a Redis that came back empty or from an old snapshot: streams outlive
    /// their trimming, so the last id ever given out only goes back when data was lost.
    ///
    /// # Errors
    /// Redis is away. The facts may be in the stream all the same; publish them again, consumers deduplicate.
    pub async fn publish(&self, known: EntryId, facts: &[Fact]) -> Result<Published, Error> {
        let mut call = PUBLISH.key(&self.key);
        call.arg(known.ms).arg(known.seq).arg(STREAM_ENTRIES_MAX);
        for fact in facts {
            call.arg(fact.to_wire());
        }
        let reply: Vec<Value> = call.invoke_async(&mut self.bus.connection().await?).await?;
        let (done, ids) = reply.split_first().ok_or_else(|| Error::malformed("an empty reply"))?;
        let ids = ids.iter().map(entry_id).collect::<Result<Vec<_>, _>>()?;
        match (done, ids.first()) {
            (Value::Int(1), _) => {
                let labels = [("stream", self.name.clone())];
                self.bus
                    .meters()
                    .published
                    .get_or_create(&labels)
                    .inc_by(ids.len() as u64);
                Ok(Published::Done(ids))
            }
            (_, Some(&last)) => Ok(Published::Lost(last)),
            _ => Err(Error::malformed("a reply without an entry id")),
        }
    }

    /// Tells the metrics how many facts wait to be published. Whoever has the outbox knows.
    pub fn report_waiting(&self, facts: i64) {
        let labels = [("stream", self.name.clone())];
        self.bus.meters().waiting.get_or_create(&labels).set(facts);
    }

    /// Entries in the stream now.
    ///
    /// # Errors
    /// Redis is away.
    pub async fn entries(&self) -> Result<usize, Error> {
        self.bus.query(redis::cmd("XLEN").arg(&self.key)).await
    }

    pub(crate) fn bus(&self) -> &Bus {
        &self.bus
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

fn entry_id(value: &Value) -> Result<EntryId, Error> {
    redis::from_redis_value_ref::<String>(value)
        .map_err(Error::malformed)?
        .parse()
}

impl FromStr for EntryId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (ms, seq) = text
            .split_once('-')
            .ok_or_else(|| Error::malformed("an entry id without a dash"))?;
        Ok(Self {
            ms: ms.parse().map_err(Error::malformed)?,
            seq: seq.parse().map_err(Error::malformed)?,
        })
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.seq)
    }
}
