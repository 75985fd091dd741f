use std::sync::{Arc, Mutex};

use deadpool_redis::redis::AsyncCommands as _;
use futures::future::join_all;
use kit_bus::{Bus, Consumer, EntryId, Fact, Failure, Handler, Published};
use kit_pg::outbox::{Relay, append};
use kit_testing::TestRedis;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::sample::{Sample, add, number, soon};

/// Notes what arrives, in order.
#[derive(Clone, Default)]
struct Reader {
    seen: Arc<Mutex<Vec<i64>>>,
    arrived: Arc<Notify>,
}

impl Handler for Reader {
    async fn handle(&self, fact: &Fact) -> Result<(), Failure> {
        self.seen.lock().expect("no panic").push(number(fact));
        self.arrived.notify_one();
        Ok(())
    }
}

impl Reader {
    /// What has arrived in the stream of the sample once there are `count` deliveries.
    async fn read(bus: &Bus, count: usize) -> Vec<i64> {
        let (reader, stop) = (Self::default(), CancellationToken::new());
        let run = Consumer::new(bus.facts("sample"), "reader", reader.clone()).run(stop.clone());
        let wait = async {
            while reader.seen.lock().expect("no panic").len() < count {
                reader.arrived.notified().await;
            }
            stop.cancel();
        };
        soon(async { tokio::join!(run, wait) }).await;
        let seen = reader.seen.lock().expect("no panic");
        seen.clone()
    }
}

async fn append_one(sample: &Sample, number: i64) {
    let mut tx = sample.pool.begin().await.expect("begun");
    append(&mut tx, &sample.fact(number)).await.expect("appended");
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn facts_of_committed_transactions_are_published_in_order() {
    let (sample, redis) = (Sample::new().await, TestRedis::new().await);
    let bus = redis.bus(&sample.clock());
    let relay = Relay::new(&sample.pool, &bus);
    for number in 0..450 {
        append_one(&sample, number).await;
    }
    let mut tx = sample.pool.begin().await.expect("begun");
    add(&mut tx, "never").await.expect("added");
    append(&mut tx, &sample.fact(1_000)).await.expect("appended");
    drop(tx);

    assert_eq!(relay.drain().await.expect("published"), 450);
    assert_eq!(relay.drain().await.expect("nothing waits"), 0);
    assert_eq!(Reader::read(&bus, 450).await, (0..450).collect::<Vec<_>>());
    assert_eq!(sample.count("waiting").await, 0);
}

#[tokio::test]
async fn a_commit_wakes_the_relay() {
    let (sample, redis) = (Sample::new().await, TestRedis::new().await);
    let bus = redis.bus(&sample.clock());
    let stop = CancellationToken::new();
    let work = async {
        append_one(&sample, 1).await;
        let first = Reader::read(&bus, 1).await;
        append_one(&sample, 2).await;
        let second = Reader::read(&bus, 1).await;
        stop.cancel();
        (first, second)
    };
    let relay = Relay::new(&sample.pool, &bus).run(stop.clone());
    let (_, seen) = soon(async { tokio::join!(relay, work) }).await;
    assert_eq!(seen, (vec![1], vec![2]));
}

#[tokio::test]
async fn relays_of_several_replicas_publish_each_fact_once() {
    let (sample, redis) = (Sample::new().await, TestRedis::new().await);
    let bus = redis.bus(&sample.clock());
    for number in 0..500 {
        append_one(&sample, number).await;
    }
    let relays: Vec<Relay> = (0..3).map(|_| Relay::new(&sample.db.pool(), &bus)).collect();
    let published = join_all(relays.iter().map(Relay::drain)).await;
    assert_eq!(
        published
            .into_iter()
            .map(|count| count.expect("published"))
            .sum::<u64>(),
        500
    );
    assert_eq!(Reader::read(&bus, 500).await, (0..500).collect::<Vec<_>>());
}

/// The moment that matters: the facts are in the stream, and the process dies before the outbox knows.
#[tokio::test]
async fn a_relay_that_dies_between_publishing_and_marking_publishes_again() {
    let (sample, redis) = (Sample::new().await, TestRedis::new().await);
    let bus = redis.bus(&sample.clock());
    append_one(&sample, 7).await;
    let relay = Relay::new(&sample.pool, &bus);
    let mut blocker = sample.db.pool().begin().await.expect("begun");
    sqlx::query("lock table outbox in share row exclusive mode")
        .execute(&mut *blocker)
        .await
        .expect("locked");
    {
        // Reading goes on under this lock and marking does not, so the relay stops exactly there; then it is dropped.
        let drain = relay.drain();
        tokio::pin!(drain);
        let arrived = async {
            while bus.facts("sample").entries().await.expect("counted") == 0 {
                tokio::task::yield_now().await;
            }
        };
        soon(async {
            tokio::select! {
                _ = &mut drain => panic!("it cannot have marked the fact"),
                () = arrived => {}
            }
        })
        .await;
    }
    drop(blocker);
    assert_eq!(sample.count("waiting").await, 1, "the outbox does not know");
    assert_eq!(soon(relay.drain()).await.expect("published"), 1);
    assert_eq!(
        Reader::read(&bus, 2).await,
        [7, 7],
        "at least once: the inbox makes it once"
    );
}

#[tokio::test]
async fn what_redis_loses_is_published_again() {
    let (sample, redis) = (Sample::new().await, TestRedis::new().await);
    let bus = redis.bus(&sample.clock());
    let relay = Relay::new(&sample.pool, &bus);
    for number in 0..3 {
        append_one(&sample, number).await;
    }
    relay.drain().await.expect("published");

    let client = deadpool_redis::redis::Client::open(redis.config().url.expose()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connected");
    let key = format!("{}:facts:sample", redis.config().prefix);
    assert_eq!(connection.del::<_, u32>(&key).await.expect("deleted"), 1);

    append_one(&sample, 3).await;
    assert_eq!(relay.drain().await.expect("noticed and published"), 4);
    assert_eq!(Reader::read(&bus, 4).await, [0, 1, 2, 3]);
}

#[tokio::test]
async fn a_stream_says_what_it_lost_and_publishes_nothing_then() {
    let (sample, redis) = (Sample::new().await, TestRedis::new().await);
    let stream = redis.bus(&sample.clock()).facts("sample");
    let Published::Done(entries) = stream
        .publish(EntryId::default(), &[sample.fact(1)])
        .await
        .expect("published")
    else {
        panic!("nothing was lost");
    };
    let last = entries[0];
    let ahead = EntryId {
        ms: last.ms + 1,
        seq: 0,
    };
    let lost = stream.publish(ahead, &[sample.fact(2)]).await.expect("answered");
    assert_eq!(lost, Published::Lost(last));
    assert_eq!(stream.entries().await.expect("counted"), 1);
    assert!(
        matches!(stream.publish(last, &[]).await.expect("answered"), Published::Done(entries) if entries.is_empty())
    );
}
