//! Everybody buys at once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use plenary_proto::ticketing::v1::order_service_client::OrderServiceClient;
use plenary_proto::ticketing::v1::{AttendeeDetails, CreateOrderRequest, Order, OrderDetails, OrderItem};
use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::door::{Door, Person, key};
use super::sale::Sale;
use crate::clock;

/// Times that an order whose outcome is not known is sent again, with the same key.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// What the buyers were told.
#[derive(Debug, Default)]
pub(crate) struct Rush {
    pub(crate) sold: Vec<Sold>,
    /// Refusals by reason, those before a repetition too.
    pub(crate) refused: BTreeMap<String, usize>,
    /// Orders of which nobody knows what became of them.
    pub(crate) given_up: usize,
    pub(crate) sent_twice: usize,
    /// Idempotency keys whose two answers were not the same.
    pub(crate) answered_apart: usize,
    /// From the first order's sending to the last good answer.
    pub(crate) selling: Duration,
}

/// A good answer.
#[derive(Debug)]
pub(crate) struct Sold {
    pub(crate) order: Order,
    latency: Duration,
    at: Instant,
}

/// What the buyers share.
#[derive(Debug)]
struct Queue {
    next: AtomicUsize,
    demand: usize,
    double_click_every: usize,
    event: String,
    ticket_type: String,
}

/// Has each buyer order one ticket after another until as many were wanted as `demand` says.
pub(crate) async fn run(
    door: &Door,
    sale: &Sale,
    buyers: Vec<Person>,
    demand: usize,
    double_click_every: usize,
) -> Result<Rush> {
    let queue = Arc::new(Queue {
        next: AtomicUsize::new(0),
        demand,
        double_click_every,
        event: sale.event.clone(),
        ticket_type: sale.ticket_type.clone(),
    });
    let start = clock::now();
    let mut running = JoinSet::new();
    for person in buyers {
        let buyer = Buyer {
            orders: OrderServiceClient::new(door.channel()),
            person,
            told: Rush::default(),
        };
        running.spawn(buyer.buy(Arc::clone(&queue)));
    }
    let mut rush = Rush::default();
    while let Some(told) = running.join_next().await {
        rush.add(told?.context("a buyer failed")?);
    }
    let last = rush.sold.iter().map(|sold| sold.at).max();
    rush.selling = last.context("nothing was sold")?.saturating_duration_since(start);
    rush.sold.sort_by_key(|sold| sold.latency);
    Ok(rush)
}

struct Buyer {
    orders: OrderServiceClient<Channel>,
    person: Person,
    told: Rush,
}

impl Buyer {
    async fn buy(mut self, queue: Arc<Queue>) -> Result<Rush> {
        loop {
            let number = queue.next.fetch_add(1, Ordering::Relaxed);
            if number >= queue.demand {
                return Ok(self.told);
            }
            let request = self.wanted(&queue, number);
            let every = queue.double_click_every;
            let first = if every > 0 && number.is_multiple_of(every) {
                self.twice(&request).await?
            } else {
                let sent = clock::now();
                let answer = self.send(&request).await?;
                answer.map(|order| self.sold(order, sent))
            };
            if let Err(refusal) = first {
                self.refused(&request, refusal).await?;
            }
        }
    }

    fn wanted(&self, queue: &Queue, number: usize) -> CreateOrderRequest {
        let attendee = AttendeeDetails {
            name: format!("Buyer of {number}"),
            email: self.person.email.clone(),
        };
        CreateOrderRequest {
            request_id: key(number),
            event_id: queue.event.clone(),
            items: vec![OrderItem {
                ticket_type_id: queue.ticket_type.clone(),
                quantity: 1,
            }],
            details: Some(OrderDetails {
                attendees: vec![attendee],
            }),
        }
    }

    async fn send(&self, request: &CreateOrderRequest) -> Result<Result<Order, Status>> {
        let sent = self.person.request(request.clone())?;
        match self.orders.clone().create_order(sent).await {
            Ok(answer) => Ok(Ok(answer.into_inner().order.context("an answer without an order")?)),
            Err(status) => Ok(Err(status)),
        }
    }

    /// A double click: both are answered, and with the same.
    async fn twice(&mut self, request: &CreateOrderRequest) -> Result<Result<(), Status>> {
        self.told.sent_twice += 1;
        let sent = clock::now();
        let (one, other) = tokio::join!(self.send(request), self.send(request));
        let (one, other) = (one?, other?);
        if let (Ok(one), Ok(other)) = (&one, &other)
            && one != other
        {
            self.told.answered_apart += 1;
            self.sold(other.clone(), sent);
        }
        // The other one may have found what this one had to be refused.
        Ok(one.or(other).map(|order| self.sold(order, sent)))
    }

    fn sold(&mut self, order: Order, sent: Instant) {
        let at = clock::now();
        self.told.sold.push(Sold {
            order,
            latency: at.saturating_duration_since(sent),
            at,
        });
    }

    /// Notes a refusal. One that leaves open what happened is asked about, by sending the same again.
    async fn refused(&mut self, request: &CreateOrderRequest, mut refusal: Status) -> Result<()> {
        for _ in 0..TRIES {
            *self.told.refused.entry(reason(&refusal)).or_default() += 1;
            let is_open = matches!(
                refusal.code(),
                Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted | Code::Cancelled | Code::Unknown
            );
            if !is_open {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
            let sent = clock::now();
            match self.send(request).await? {
                Ok(order) => {
                    self.sold(order, sent);
                    return Ok(());
                }
                Err(again) => refusal = again,
            }
        }
        self.told.given_up += 1;
        Ok(())
    }
}

fn reason(status: &Status) -> String {
    match status.get_details_error_info() {
        Some(info) => info.reason,
        None => format!("{:?}: {}", status.code(), status.message()),
    }
}

impl Rush {
    fn add(&mut self, other: Self) {
        self.sold.extend(other.sold);
        for (reason, count) in other.refused {
            *self.refused.entry(reason).or_default() += count;
        }
        self.given_up += other.given_up;
        self.sent_twice += other.sent_twice;
        self.answered_apart += other.answered_apart;
    }

    /// That of so large a share of the good answers or less.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index of a sorted list"
    )]
    pub(crate) fn latency_ms(&self, share: f64) -> f64 {
        let index = (self.sold.len() as f64 * share) as usize;
        let found = self.sold.get(index).or(self.sold.last());
        found.map_or(f64::NAN, |sold| sold.latency.as_secs_f64() * 1e3)
    }
}
