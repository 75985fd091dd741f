use std::sync::{Arc, Mutex};

use deadpool_redis::redis::streams::StreamRangeReply;
use deadpool_redis::redis::{self, AsyncCommands as _};
use kit_bus::{Bus, Consumer, EntryId, Fact, Failure, Handler, Published};
use kit_core::ids::FactId;
use kit_core::{Clock, ManualClock, Rng};
use kit_testing::TestRedis;
use prost_types::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::private::PrivateRedis;
use crate::soon;

/// What a handler does about a number.
type Answer = Arc<dyn Fn(i64) -> Result<(), Failure> + Send + Sync>;

/// Notes each delivery, then answers as it is told.
#[derive(Clone)]
struct Reader {
    seen: Arc<Mutex<Vec<i64>>>,
    arrived: Arc<Notify>,
    answer: Answer,
}

impl Reader {
    fn new(answer: impl Fn(i64) -> Result<(), Failure> + Send + Sync + 'static) -> Self {
        Self {
            seen: Arc::default(),
            arrived: Arc::default(),
            answer: Arc::new(answer),
        }
    }

    fn agreeable() -> Self {
        Self::new(|_| Ok(()))
    }

    fn seen(&self) -> Vec<i64> {
        self.seen.lock().expect("no panic").clone()
    }

    /// Waits for this many deliveries; says which.
    async fn wait_for(&self, count: usize) -> Vec<i64> {
        soon(async {
            while self.seen().len() < count {
                self.arrived.notified().await;
            }
        })
        .await;
        self.seen()
    }
}

impl Handler for Reader {
    async fn handle(&self, fact: &Fact) -> Result<(), Failure> {
        let number = fact
            .decode::<Timestamp>()
            .expect("well formed")
            .expect("a number")
            .seconds;
        self.seen.lock().expect("no panic").push(number);
        self.arrived.notify_one();
        (self.answer)(number)
    }
}

fn fact(number: i64) -> Fact {
    let clock = ManualClock::fixed().clock();
    let id = FactId::new(&clock, &Rng::system());
    Fact::new(
        id,
        clock.now(),
        &Timestamp {
            seconds: number,
            nanos: 0,
        },
    )
}

async fn publish(bus: &Bus, numbers: impl IntoIterator<Item = i64>) {
    let facts: Vec<Fact> = numbers.into_iter().map(fact).collect();
    let published = bus
        .facts("sample")
        .publish(EntryId::default(), &facts)
        .await
        .expect("published");
    assert!(matches!(published, Published::Done(entries) if entries.len() == facts.len()));
}

/// Runs a consumer beside `test`, and stops it afterwards.
async fn beside<T: Send>(consumer: Consumer<Reader>, test: impl Future<Output = T> + Send) -> T {
    let stop = CancellationToken::new();
    let test = async {
        let outcome = test.await;
        stop.cancel();
        outcome
    };
    soon(async { tokio::join!(consumer.run(stop.clone()), test).1 }).await
}

fn consumer(bus: &Bus, group: &str, reader: &Reader) -> Consumer<Reader> {
    Consumer::new(bus.facts("sample"), group, reader.clone())
}

/// Redis, without the crate in between.
async fn direct(redis: &TestRedis) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(redis.config().url.expose()).expect("an address");
    client.get_multiplexed_async_connection().await.expect("connected")
}

fn key(redis: &TestRedis, rest: &str) -> String {
    format!("{}:facts:sample{rest}", redis.config().prefix)
}

/// Entries that `group` has read and not acknowledged.
async fn pending(redis: &TestRedis, group: &str) -> usize {
    let reply: redis::streams::StreamPendingReply = direct(redis)
        .await
        .xpending(key(redis, ""), group)
        .await
        .expect("counted");
    reply.count()
}

#[tokio::test]
async fn each_group_gets_everything_in_order() {
    let redis = TestRedis::new().await;
    let bus = redis.bus(&Clock::system());
    publish(&bus, 0..150).await;
    for group in ["one", "two"] {
        let reader = Reader::agreeable();
        let seen = beside(consumer(&bus, group, &reader), reader.wait_for(150)).await;
        assert_eq!(seen, (0..150).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn members_of_a_group_share_the_facts() {
    let redis = TestRedis::new().await;
    let (bus, other) = (redis.bus(&Clock::system()), redis.bus(&Clock::system()));
    let reader = Reader::agreeable();
    let both = beside(consumer(&bus, "one", &reader), async {
        beside(consumer(&other, "one", &reader), async {
            for number in 0..200 {
                publish(&bus, [number]).await;
            }
            reader.wait_for(200).await
        })
        .await
    });
    let mut seen = both.await;
    seen.sort_unstable();
    assert_eq!(seen, (0..200).collect::<Vec<_>>(), "each once");
}

#[tokio::test]
async fn what_is_away_is_waited_for_and_keeps_the_order() {
    let redis = TestRedis::new().await;
    let bus = redis.bus(&Clock::system());
    publish(&bus, [1, 2]).await;
    let failures = Arc::new(Mutex::new(3));
    let reader = Reader::new(move |_| {
        let mut failures = failures.lock().expect("no panic");
        if *failures == 0 {
            return Ok(());
        }
        *failures -= 1;
        Err(Failure::Unavailable("the database is away".into()))
    });
    // One attempt is all that a rejected fact would get.
    let seen = beside(consumer(&bus, "one", &reader).with_attempts(1), reader.wait_for(5)).await;
    assert_eq!(seen, [1, 1, 1, 1, 2]);
    assert_eq!(pending(&redis, "one").await, 0);
}

#[tokio::test]
async fn poison_is_parked_with_its_reason_and_the_rest_goes_on() {
    let redis = TestRedis::new().await;
    let bus = redis.bus(&Clock::system());
    publish(&bus, [1, 13, 14, 2]).await;
    let reader = Reader::new(|number| match number {
        13 => Err(Failure::Rejected("thirteen is not liked here".into())),
        14 => panic!("a bug in the handler"),
        _ => Ok(()),
    });
    let seen = beside(consumer(&bus, "one", &reader).with_attempts(2), reader.wait_for(6)).await;
    assert_eq!(seen, [1, 13, 13, 14, 14, 2]);

    let parked: StreamRangeReply = direct(&redis)
        .await
        .xrange_all(key(&redis, ":parked:one"))
        .await
        .expect("read");
    let reasons: Vec<String> = parked
        .ids
        .iter()
        .map(|entry| entry.get("reason").expect("a reason"))
        .collect();
    assert_eq!(reasons, ["thirteen is not liked here", "the handler panicked"]);
    assert_eq!(pending(&redis, "one").await, 0);
}

#[tokio::test]
async fn what_is_no_fact_is_parked_at_once() {
    let redis = TestRedis::new().await;
    let bus = redis.bus(&Clock::system());
    let _: String = direct(&redis)
        .await
        .xadd(key(&redis, ""), "*", &[("fact", "nonsense")])
        .await
        .expect("added");
    publish(&bus, [1]).await;
    let reader = Reader::agreeable();
    assert_eq!(beside(consumer(&bus, "one", &reader), reader.wait_for(1)).await, [1]);
    let parked: usize = direct(&redis)
        .await
        .xlen(key(&redis, ":parked:one"))
        .await
        .expect("counted");
    assert_eq!(parked, 1);
}

/// A member dies with an entry in its hands; another takes it over once it is stale.
#[tokio::test]
async fn what_a_dead_member_held_is_taken_over() {
    let redis = TestRedis::new().await;
    let bus = redis.bus(&Clock::system());
    publish(&bus, [1, 2]).await;
    let mut direct = direct(&redis).await;
    let stream = key(&redis, "");
    let _: () = direct.xgroup_create(&stream, "one", "0").await.expect("made");
    let read = redis::streams::StreamReadOptions::default()
        .group("one", "dead")
        .count(2);
    let read: redis::streams::StreamReadReply = direct.xread_options(&[&stream], &[">"], &read).await.expect("read");
    let ids: Vec<&str> = read.keys[0].ids.iter().map(|entry| entry.id.as_str()).collect();
    // As if the first had been read two minutes ago, and had brought its reader down each of twenty times.
    let aged = |id: &str, deliveries: u32| {
        let mut claim = redis::cmd("XCLAIM");
        claim.arg(&stream).arg("one").arg("dead").arg(0).arg(id);
        claim
            .arg("IDLE")
            .arg(120_000)
            .arg("RETRYCOUNT")
            .arg(deliveries)
            .arg("JUSTID");
        claim
    };
    for (id, deliveries) in [(ids[0], 20), (ids[1], 1)] {
        let _: redis::Value = aged(id, deliveries).query_async(&mut direct).await.expect("aged");
    }
    let reader = Reader::agreeable();
    assert_eq!(beside(consumer(&bus, "one", &reader), reader.wait_for(1)).await, [2]);
    assert_eq!(pending(&redis, "one").await, 0);
    let parked: usize = direct.xlen(key(&redis, ":parked:one")).await.expect("counted");
    assert_eq!(parked, 1, "what brings its readers down is not tried again");
}

/// A restart in the middle of a batch costs no minute of waiting.
#[tokio::test]
async fn what_a_stopped_member_did_not_get_to_is_taken_over_at_once() {
    let redis = TestRedis::new().await;
    let (bus, other) = (redis.bus(&Clock::system()), redis.bus(&Clock::system()));
    publish(&bus, 0..10).await;
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    let reader = Reader::new(move |number| {
        if number == 3 {
            stopping.cancel();
        }
        Ok(())
    });
    soon(consumer(&bus, "one", &reader).run(stop)).await;
    assert_eq!(reader.seen(), [0, 1, 2, 3], "the fact at hand is finished");
    assert_eq!(pending(&redis, "one").await, 6);

    let next = Reader::agreeable();
    let seen = beside(consumer(&other, "one", &next), next.wait_for(6)).await;
    assert_eq!(seen, [4, 5, 6, 7, 8, 9]);
    assert_eq!(pending(&redis, "one").await, 0);
}

#[tokio::test]
async fn consuming_goes_on_after_redis_was_away() {
    let mut redis = PrivateRedis::start().await;
    let bus = redis.bus(&Clock::system());
    publish(&bus, [1]).await;
    let reader = Reader::agreeable();
    let seen = beside(consumer(&bus, "one", &reader), async {
        reader.wait_for(1).await;
        redis.take_away().await;
        let error = bus
            .facts("sample")
            .publish(EntryId::default(), &[fact(2)])
            .await
            .expect_err("nobody is there");
        assert!(error.is_unavailable(), "{error:?}");
        redis.bring_back().await;
        publish(&bus, [3]).await;
        reader.wait_for(2).await
    });
    assert_eq!(seen.await, [1, 3]);
}
