//! Following a numbered history: listen first, read what is stored next, then pass on what comes; each entry once and in
//! order, whatever the fan-out loses or repeats.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::future::Future;

use futures::stream::{self, Stream};
use prost::Message;

use crate::{Subscription, Update};

/// Every entry after `after`, old and new. Ends with the failure of a read; the reader resumes where it was.
///
/// `updates`, which carry encoded entries, was subscribed before the caller looked at the history. `sequence` is an
/// entry's number: 1, 2, 3, … without a gap. `read` gives the oldest stored entries after a number, some or all; none
/// means that there are no more.
pub fn follow<T, E, R, F>(
    updates: Subscription,
    after: i64,
    sequence: fn(&T) -> i64,
    read: R,
) -> impl Stream<Item = Result<T, E>> + Send
where
    T: Message + Default,
    E: Send,
    R: Fn(i64) -> F + Send + Sync,
    F: Future<Output = Result<Vec<T>, E>> + Send,
{
    let place = Place { next: after + 1 };
    let following = Following {
        updates,
        place,
        sequence,
        stored: VecDeque::new(),
        behind: true,
        read,
    };
    stream::unfold(Some(following), |following| async move {
        let mut following = following?;
        match following.next().await {
            Ok(entry) => Some((Ok(entry), Some(following))),
            Err(error) => Some((Err(error), None)),
        }
    })
}

struct Following<T, R> {
    updates: Subscription,
    place: Place,
    sequence: fn(&T) -> i64,
    /// Read and not yet passed on.
    stored: VecDeque<T>,
    /// There may be stored entries that were not read.
    behind: bool,
    read: R,
}

impl<T: Message + Default, R> Following<T, R> {
    async fn next<E, F>(&mut self) -> Result<T, E>
    where
        R: Fn(i64) -> F,
        F: Future<Output = Result<Vec<T>, E>>,
    {
        loop {
            if let Some(entry) = self.stored.pop_front() {
                return Ok(entry);
            }
            if self.behind {
                let entries = (self.read)(self.place.seen()).await?;
                self.behind = !entries.is_empty();
                let (place, sequence) = (&mut self.place, self.sequence);
                self.stored.extend(
                    entries
                        .into_iter()
                        .filter(|entry| place.sort(sequence(entry)) == Sorted::Next),
                );
                continue;
            }
            // What cannot be read was written by another version; what is stored has the truth.
            match self.updates.next().await {
                Update::Missed => self.behind = true,
                Update::Message(bytes) => match T::decode(bytes) {
                    Ok(entry) => match self.place.sort((self.sequence)(&entry)) {
                        Sorted::Next => return Ok(entry),
                        Sorted::Seen => {}
                        Sorted::Ahead => self.behind = true,
                    },
                    Err(_) => self.behind = true,
                },
            }
        }
    }
}

/// How far a reader is.
#[derive(Clone, Copy, Debug)]
struct Place {
    next: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sorted {
    /// The next one.
    Next,
    /// Passed on before.
    Seen,
    /// Others come before it.
    Ahead,
}

impl Place {
    fn seen(self) -> i64 {
        self.next - 1
    }

    /// Sorts an entry in; the next one moves the place on.
    fn sort(&mut self, sequence: i64) -> Sorted {
        match sequence.cmp(&self.next) {
            Ordering::Less => Sorted::Seen,
            Ordering::Equal => {
                self.next += 1;
                Sorted::Next
            }
            Ordering::Greater => Sorted::Ahead,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures::StreamExt as _;
    use plenary_proto::engagement::v1::ChatMessage;

    use super::*;
    use crate::Fanout;

    fn entry(sequence: i64) -> ChatMessage {
        ChatMessage {
            sequence,
            ..Default::default()
        }
    }

    #[tokio::test]
    async fn every_entry_comes_once_and_in_order_whatever_is_lost_or_repeated() {
        let fanout = Fanout::new();
        let stored = Arc::new(Mutex::new(vec![entry(1), entry(2), entry(3)]));
        let read = {
            let stored = Arc::clone(&stored);
            move |after: i64| {
                let stored = stored.lock().expect("no panic").clone();
                let found = stored
                    .into_iter()
                    .filter(|entry| entry.sequence > after)
                    .take(2)
                    .collect();
                async move { Ok::<Vec<ChatMessage>, String>(found) }
            }
        };
        let mut following = Box::pin(follow(
            fanout.subscribe("t"),
            1,
            |entry: &ChatMessage| entry.sequence,
            read,
        ));
        let mut take = async |count: usize| {
            let mut found = Vec::new();
            for _ in 0..count {
                found.push(
                    following
                        .next()
                        .await
                        .expect("does not end")
                        .expect("no failure")
                        .sequence,
                );
            }
            found
        };
        assert_eq!(take(2).await, [2, 3], "what was stored before");
        fanout.publish("t", entry(3).encode_to_vec());
        fanout.publish("t", entry(4).encode_to_vec());
        assert_eq!(take(1).await, [4], "a repeat is dropped, the next one passed on");
        stored
            .lock()
            .expect("no panic")
            .extend([entry(4), entry(5), entry(6), entry(7)]);
        fanout.publish("t", entry(7).encode_to_vec());
        assert_eq!(take(3).await, [5, 6, 7], "what was not announced is read");
    }
}
