//! The link between this process' hub and the others', over Redis' publish and subscribe.
//!
//! The wanted state is the hub's set of topics; the link compares it with what the connection is subscribed to and
//! closes the difference. A new connection is subscribed to nothing, so finding back after an outage is no special case.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use bytes::Bytes;
use deadpool_redis::redis::aio::{PubSubSink, PubSubStream};
use deadpool_redis::redis::{self, Msg};
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{Outgoing, Update};
use crate::backoff::Backoff;
use crate::limits::{COMMAND_TIMEOUT, FANOUT_BATCH_MAX, FANOUT_PING_EVERY};
use crate::{Bus, Error};

/// Bytes in front of a message that say which process sent it, so that it does not get its own message twice.
const ORIGIN_BYTES: usize = size_of::<u128>();

pub(crate) async fn run(bus: &Bus, stop: &CancellationToken) {
    let waiting = bus
        .fanout()
        .0
        .waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let mut outgoing = waiting.expect("a bus is run once");
    let both = async { tokio::join!(send(bus, &mut outgoing), receive(bus)) };
    stop.run_until_cancelled(Box::pin(both)).await;
}

/// Hands messages to Redis in batches. A batch that cannot be handed over now is dropped: late updates are worth less
/// than the memory and the delay that keeping them costs.
async fn send(bus: &Bus, outgoing: &mut mpsc::Receiver<Outgoing>) {
    let mut batch = Vec::with_capacity(FANOUT_BATCH_MAX);
    let mut away = false;
    while outgoing.recv_many(&mut batch, FANOUT_BATCH_MAX).await > 0 {
        let sent = publish(bus, &batch).await;
        if let (Err(error), false) = (&sent, away) {
            warn!(
                error = error as &dyn std::error::Error,
                "live updates stay in this process"
            );
        }
        away = sent.is_err();
        if away {
            bus.meters().dropped.inc_by(batch.len() as u64);
        }
        batch.clear();
    }
}

async fn publish(bus: &Bus, batch: &[Outgoing]) -> Result<(), Error> {
    let mut pipeline = redis::pipe();
    for Outgoing { topic, message } in batch {
        let mut framed = Vec::with_capacity(ORIGIN_BYTES + message.len());
        framed.extend_from_slice(&bus.instance().to_le_bytes());
        framed.extend_from_slice(message);
        pipeline
            .cmd("PUBLISH")
            .arg(bus.key("fanout", topic))
            .arg(framed)
            .ignore();
    }
    Ok(pipeline.query_async(&mut bus.connection().await?).await?)
}

async fn receive(bus: &Bus) {
    let mut backoff = Backoff::new();
    loop {
        let Err(error) = session(bus, &mut backoff).await;
        if backoff.is_fresh() {
            warn!(
                error = &error as &dyn std::error::Error,
                "live updates of other processes do not arrive"
            );
        }
        tokio::time::sleep(backoff.step()).await;
    }
}

/// Listens over one connection until it breaks.
async fn session(bus: &Bus, backoff: &mut Backoff) -> Result<std::convert::Infallible, Error> {
    let (mut sink, mut messages) = connect(bus).await?;
    if !backoff.is_fresh() {
        info!("live updates of other processes arrive again");
        backoff.reset();
    }
    let hub = bus.fanout();
    let mut subscribed = BTreeMap::new();
    let mut ping = tokio::time::interval(FANOUT_PING_EVERY);
    reconcile(bus, &mut sink, &mut subscribed).await?;
    loop {
        tokio::select! {
            () = hub.0.changed.notified() => reconcile(bus, &mut sink, &mut subscribed).await?,
            message = messages.next() => deliver(bus, message.ok_or_else(closed)?),
            _ = ping.tick() => answered(sink.ping::<redis::Value>()).await.map(drop)?,
        }
    }
}

async fn connect(bus: &Bus) -> Result<(PubSubSink, PubSubStream), Error> {
    Ok(answered(bus.client().get_async_pubsub()).await?.split())
}

/// Subscribes to what is wanted and unsubscribes from what no longer is. `subscribed` has the topics' numbers: one that
/// was left and opened again in between is a new one to its subscriber.
async fn reconcile(bus: &Bus, sink: &mut PubSubSink, subscribed: &mut BTreeMap<String, u64>) -> Result<(), Error> {
    let wanted: BTreeMap<String, u64> = bus
        .fanout()
        .topics()
        .by_name
        .iter()
        .map(|(name, topic)| (name.clone(), topic.number))
        .collect();
    let gone: Vec<String> = subscribed
        .keys()
        .filter(|name| !wanted.contains_key(*name))
        .map(|name| bus.key("fanout", name))
        .collect();
    if !gone.is_empty() {
        answered(sink.unsubscribe(gone)).await?;
    }
    let new = || {
        wanted
            .iter()
            .filter(|(name, number)| subscribed.get(*name) != Some(number))
            .map(|(name, _)| name)
    };
    let channels: Vec<String> = new().map(|name| bus.key("fanout", name)).collect();
    if !channels.is_empty() {
        answered(sink.subscribe(channels)).await?;
        new().for_each(|name| bus.fanout().deliver(name, Update::Missed));
    }
    *subscribed = wanted;
    Ok(())
}

fn deliver(bus: &Bus, message: Msg) {
    let prefix = bus.key("fanout", "");
    let Some(topic) = message.get_channel_name().strip_prefix(&prefix).map(str::to_owned) else {
        return;
    };
    let framed = Bytes::copy_from_slice(message.get_payload_bytes());
    let Some((origin, _)) = framed.split_first_chunk() else {
        return;
    };
    if u128::from_le_bytes(*origin) != bus.instance() {
        bus.fanout()
            .deliver(&topic, Update::Message(framed.slice(ORIGIN_BYTES..)));
    }
}

/// The result of `call`, or that Redis did not answer in time.
async fn answered<T>(call: impl Future<Output = redis::RedisResult<T>>) -> Result<T, Error> {
    match tokio::time::timeout(COMMAND_TIMEOUT, call).await {
        Ok(answer) => Ok(answer?),
        Err(elapsed) => Err(Error::Unavailable(elapsed.into())),
    }
}

fn closed() -> Error {
    Error::Unavailable("the connection was closed".into())
}
