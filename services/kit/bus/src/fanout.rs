//! Live updates to whoever is listening now, in this process and in every other.
//!
//! The contract is *bounded and lossy, but loss is told*: a subscriber that was too slow, or whose process was cut off
//! from Redis, gets [`Update::Missed`] and reads the state it follows anew from where it is kept. So updates carry
//! sequence numbers of their own, and nothing depends on one arriving.

pub(crate) mod link;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::stream::{self, Stream};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, broadcast, mpsc};

use crate::limits::{FANOUT_BUFFER_MESSAGES, FANOUT_OUTGOING_MAX};

/// What a subscriber receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// What somebody published, here or elsewhere.
    Message(Bytes),
    /// There may have been messages that did not arrive. The first subscriber of a topic gets one soon after
    /// subscribing, when messages of other processes begin to arrive: read the state after subscribing, and again at
    /// each of these.
    Missed,
}

/// The hub that subscribers and publishers of this process share. Cheap to clone.
#[derive(Clone)]
pub struct Fanout(Arc<Hub>);

struct Hub {
    topics: Mutex<Topics>,
    /// Wakes the link when topics came or went.
    changed: Notify,
    outgoing: mpsc::Sender<Outgoing>,
    /// Taken by the link while it runs.
    waiting: Mutex<Option<mpsc::Receiver<Outgoing>>>,
}

/// What somebody in this process listens to.
#[derive(Default)]
struct Topics {
    by_name: HashMap<String, Topic>,
    /// Topics that there have been.
    opened: u64,
}

struct Topic {
    sender: broadcast::Sender<Update>,
    /// Tells it from an earlier topic of the same name, whose subscribers have all left.
    number: u64,
}

/// A message for the other processes.
struct Outgoing {
    topic: String,
    message: Bytes,
}

/// One subscriber's place in a topic; dropping it is how to unsubscribe.
#[derive(Debug)]
pub struct Subscription {
    // Before `fanout`: leaving the topic must come before looking whether it is empty.
    receiver: Option<broadcast::Receiver<Update>>,
    topic: String,
    fanout: Fanout,
}

impl Fanout {
    pub(crate) fn new() -> Self {
        let (outgoing, waiting) = mpsc::channel(FANOUT_OUTGOING_MAX);
        Self(Arc::new(Hub {
            topics: Mutex::default(),
            changed: Notify::new(),
            outgoing,
            waiting: Mutex::new(Some(waiting)),
        }))
    }

    /// Listens to `topic`, for example `"room.rm_…"`. Messages of this process arrive from now on.
    pub fn subscribe(&self, topic: &str) -> Subscription {
        let mut topics = self.topics();
        let Topics { by_name, opened } = &mut *topics;
        let Topic { sender, .. } = by_name.entry(topic.to_owned()).or_insert_with(|| {
            *opened += 1;
            self.0.changed.notify_one();
            Topic {
                sender: broadcast::channel(FANOUT_BUFFER_MESSAGES).0,
                number: *opened,
            }
        });
        Subscription {
            receiver: Some(sender.subscribe()),
            topic: topic.to_owned(),
            fanout: self.clone(),
        }
    }

    /// Tells everyone who listens to `topic`. Never waits: this process is served at once, the others through Redis if
    /// it is there and keeps up.
    pub fn publish(&self, topic: &str, message: impl Into<Bytes>) {
        let message = message.into();
        self.deliver(topic, Update::Message(message.clone()));
        // A full queue means that Redis is away or too slow. The others notice by the gap in the sequence.
        let _ = self.0.outgoing.try_send(Outgoing {
            topic: topic.to_owned(),
            message,
        });
    }

    fn deliver(&self, topic: &str, update: Update) {
        if let Some(topic) = self.topics().by_name.get(topic) {
            // Fails when the last subscriber is just leaving.
            let _ = topic.sender.send(update);
        }
    }

    fn topics(&self) -> MutexGuard<'_, Topics> {
        self.0.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// The next update. Waits for ever when there is none; may be dropped while waiting without losing anything.
    pub async fn next(&mut self) -> Update {
        let receiver = self.receiver.as_mut().expect("taken only by drop");
        match receiver.recv().await {
            Ok(update) => update,
            // The sender lives in the hub as long as a subscription does, so only lagging is possible.
            Err(RecvError::Lagged(_) | RecvError::Closed) => Update::Missed,
        }
    }

    /// The same as a stream that does not end.
    pub fn into_stream(self) -> impl Stream<Item = Update> + Send {
        stream::unfold(self, |mut subscription| async move {
            let update = subscription.next().await;
            Some((update, subscription))
        })
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut topics = self.fanout.topics();
        self.receiver = None;
        let is_empty = |topic: &Topic| topic.sender.receiver_count() == 0;
        if topics.by_name.get(&self.topic).is_some_and(is_empty) {
            topics.by_name.remove(&self.topic);
            self.fanout.0.changed.notify_one();
        }
    }
}

impl fmt::Debug for Fanout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fanout")
            .field("topics", &self.topics().by_name.len())
            .finish_non_exhaustive()
    }
}
