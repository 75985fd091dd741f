//! The ticket desk: orders for the same event that come while others are being placed wait, and are placed together.
//!
//! Placed one by one, each order would keep the row of its ticket type locked until the disk has taken it, and a hot type
//! could not sell faster than the disk flushes. Nobody waits for company: an order that finds the desk of its event idle
//! is placed at once, alone.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kit_core::ids::EventId;
use kit_rpc::Tasks;
use plenary_proto::ticketing::v1::CreateOrderResponse;
use tokio::sync::oneshot;

use crate::Ticketing;
use crate::commands::create_order::Purchase;
use crate::commands::place_orders::{Answers, place_orders};
use crate::error::TicketingError;

/// Orders in one transaction: enough to share a flush, few enough to be decided and written in some milliseconds.
const BATCH_MAX: usize = 100;
/// Orders that wait for one event. The process admits about as many calls at all.
const WAITING_MAX: usize = 2_000;
/// A request that was done elsewhere meanwhile is answered with what is stored at the second look.
const LOOKS: usize = 3;

/// The queues of all events. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    /// An event has a queue while somebody serves it.
    queues: Arc<Mutex<BTreeMap<EventId, VecDeque<Waiting>>>>,
    tasks: Tasks,
}

#[derive(Debug)]
struct Waiting {
    purchase: Purchase,
    told: oneshot::Sender<Answer>,
}

type Answer = Result<CreateOrderResponse, TicketingError>;

impl Desk {
    pub(crate) fn new(tasks: &Tasks) -> Self {
        Self {
            queues: Arc::default(),
            tasks: tasks.clone(),
        }
    }

    /// Places an order with those that wait for the same event. Whoever stops waiting before it is their turn has ordered
    /// nothing.
    pub(crate) async fn place(&self, ticketing: &Ticketing, purchase: Purchase) -> Answer {
        let event = purchase.event.id;
        let (told, answer) = oneshot::channel();
        if self.enqueue(event, Waiting { purchase, told })? {
            // A task of its own: it serves others too, and must not end with the call that began it.
            let serving = Serving {
                desk: self.clone(),
                ticketing: ticketing.clone(),
                event,
                is_over: false,
            };
            self.tasks.spawn("ticket-desk", serving.run());
        }
        // Without an answer, whoever served has failed for all.
        answer.await.unwrap_or(Err(TicketingError::DeskFailed))
    }

    /// Whether somebody has to begin to serve.
    fn enqueue(&self, event: EventId, waiting: Waiting) -> Result<bool, TicketingError> {
        let mut queues = self.queues();
        let is_new = !queues.contains_key(&event);
        let queue = queues.entry(event).or_default();
        if queue.len() >= WAITING_MAX {
            return Err(TicketingError::Overloaded);
        }
        queue.push_back(waiting);
        Ok(is_new)
    }

    fn queues(&self) -> MutexGuard<'_, BTreeMap<EventId, VecDeque<Waiting>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves one event's queue until it is empty.
struct Serving {
    desk: Desk,
    ticketing: Ticketing,
    event: EventId,
    is_over: bool,
}

impl Serving {
    async fn run(mut self) {
        while let Some(batch) = self.next_batch() {
            let (told, purchases): (Vec<_>, Vec<_>) = batch
                .into_iter()
                .map(|waiting| (waiting.told, waiting.purchase))
                .unzip();
            for (told, answer) in told.into_iter().zip(self.serve(&purchases).await) {
                // Who has gone meanwhile finds the order with their next request.
                let _ = told.send(answer);
            }
        }
    }

    /// Who is next, one order of each buyer; the queue is removed when nobody is.
    fn next_batch(&mut self) -> Option<Vec<Waiting>> {
        let mut queues = self.desk.queues();
        let batch = queues.get_mut(&self.event).map(take_batch).unwrap_or_default();
        if batch.is_empty() {
            queues.remove(&self.event);
            self.is_over = true;
            return None;
        }
        Some(batch)
    }

    async fn serve(&self, purchases: &[Purchase]) -> Answers {
        match place_orders(&self.ticketing, purchases).await {
            Ok(Some(answers)) => return answers,
            Err(error) if error.is_transient() => return failed(error, purchases.len()),
            // What is wrong with one of them is no reason to refuse the others.
            Ok(None) | Err(_) => {}
        }
        let mut answers = Answers::with_capacity(purchases.len());
        for purchase in purchases {
            answers.push(self.serve_alone(purchase).await);
        }
        answers
    }

    async fn serve_alone(&self, purchase: &Purchase) -> Answer {
        for _ in 0..LOOKS {
            if let Some(answers) = place_orders(&self.ticketing, std::slice::from_ref(purchase)).await? {
                return answers.into_iter().next().unwrap_or(Err(TicketingError::DeskFailed));
            }
        }
        Err(TicketingError::DeskFailed)
    }
}

/// Should serving panic, those who wait are told, and the next order finds no queue that nobody serves.
impl Drop for Serving {
    fn drop(&mut self) {
        if !self.is_over {
            self.desk.queues().remove(&self.event);
        }
    }
}

/// The first says why, and it is logged once.
fn failed(error: kit_pg::Error, count: usize) -> Answers {
    let others = std::iter::repeat_with(|| Err(TicketingError::DeskFailed));
    std::iter::once(Err(error.into())).chain(others).take(count).collect()
}

fn take_batch(queue: &mut VecDeque<Waiting>) -> Vec<Waiting> {
    let (mut batch, mut later, mut buyers) = (Vec::new(), VecDeque::new(), BTreeSet::new());
    while batch.len() < BATCH_MAX
        && let Some(waiting) = queue.pop_front()
    {
        if waiting.told.is_closed() {
            continue;
        }
        if buyers.insert(waiting.purchase.buyer.id) {
            batch.push(waiting);
        } else {
            later.push_back(waiting);
        }
    }
    later.append(queue);
    *queue = later;
    batch
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kit_core::ids::UserId;
    use kit_core::{Clock, ManualClock, RequestId, Rng};
    use kit_pg::idempotency::RequestKey;
    use tracing::Span;

    use super::*;
    use crate::commands::create_order::NewOrder;
    use crate::domain::event::{EventSnapshot, EventView};
    use crate::domain::order::Buyer;

    fn waiting(clock: &Clock, rng: &Rng, buyer: UserId) -> (Waiting, oneshot::Receiver<Answer>) {
        let event = EventId::new(clock, rng);
        let request_id: RequestId = "0191e2a0-0000-7000-8000-000000000000".parse().expect("a UUID");
        let snapshot = EventSnapshot {
            title: String::new(),
            start_time: None,
            end_time: None,
            time_zone: String::new(),
        };
        let purchase = Purchase {
            buyer: Buyer {
                id: buyer,
                email: String::new(),
            },
            event: EventView {
                id: event,
                snapshot,
                is_open: true,
                can_manage: false,
                can_check_in: false,
            },
            new: NewOrder {
                event,
                items: BTreeMap::new(),
                attendees: None,
            },
            key: RequestKey::new("usr", "CreateOrder", request_id.uuid(), &()),
            span: Span::none(),
        };
        let (told, answer) = oneshot::channel();
        (Waiting { purchase, told }, answer)
    }

    #[test]
    fn a_batch_has_one_order_of_each_buyer_and_none_of_those_who_have_gone() {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
        let [ada, bob, eve] = [(); 3].map(|()| UserId::new(&clock, &rng));
        let (mut queue, mut answers) = (VecDeque::new(), Vec::new());
        for buyer in [ada, ada, eve, bob, ada] {
            let (waiting, answer) = waiting(&clock, &rng, buyer);
            queue.push_back(waiting);
            answers.push(answer);
        }
        drop(answers.remove(2));
        let mut next = || -> Vec<UserId> {
            let batch = take_batch(&mut queue);
            batch.iter().map(|waiting| waiting.purchase.buyer.id).collect()
        };
        assert_eq!(next(), [ada, bob]);
        assert_eq!(next(), [ada]);
        assert_eq!(next(), [ada]);
        assert_eq!(next(), []);
    }
}
