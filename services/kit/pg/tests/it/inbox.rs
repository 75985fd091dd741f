use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::future::join_all;
use kit_bus::{EntryId, Fact, Failure, Handler as _, Published};
use kit_pg::inbox::{FactHandler, consumer};
use kit_pg::{BoxError, Migrations, PgConnection, Pool};
use kit_testing::{TestDb, TestRedis};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::sample::{self, Sample, add, number, soon};

/// Adds a thing for each fact, and fails as often as it is told to.
#[derive(Clone, Default)]
struct AddThing {
    attempts: Arc<AtomicU32>,
    failures: u32,
    done: Arc<Notify>,
}

impl FactHandler for AddThing {
    async fn handle(&self, connection: &mut PgConnection, fact: &Fact) -> Result<(), BoxError> {
        add(connection, &format!("thing {}", number(fact))).await?;
        if self.attempts.fetch_add(1, Ordering::SeqCst) < self.failures {
            return Err("failed after the change".into());
        }
        self.done.notify_one();
        Ok(())
    }
}

#[tokio::test]
async fn a_fact_takes_effect_once_however_often_it_comes() {
    let (sample, redis) = (Sample::new().await, TestRedis::new().await);
    let bus = redis.bus(&sample.clock());
    let (fact, handler, stop) = (sample.fact(1), AddThing::default(), CancellationToken::new());
    let last = sample.fact(2);
    let facts = [fact.clone(), fact.clone(), fact, last];
    let published = bus
        .facts("elsewhere")
        .publish(EntryId::default(), &facts)
        .await
        .expect("published");
    assert!(matches!(published, Published::Done(entries) if entries.len() == 4));

    let run = consumer(&sample.pool, &bus, "elsewhere", handler.clone()).run(stop.clone());
    let wait = async {
        handler.done.notified().await;
        handler.done.notified().await;
        stop.cancel();
    };
    soon(async { tokio::join!(run, wait) }).await;
    assert_eq!(handler.attempts.load(Ordering::SeqCst), 2);
    assert_eq!((sample.count("things").await, sample.count("inbox").await), (2, 2));
}

#[tokio::test]
async fn deliveries_at_the_same_time_take_effect_once() {
    let sample = Sample::new().await;
    let redis = TestRedis::new().await;
    let bus = redis.bus(&sample.clock());
    let handler = AddThing::default();
    let once = kit_pg::inbox::Once::new(&sample.pool, &sample.clock(), handler.clone());
    let fact = sample.fact(1);
    drop(bus);
    let handled = soon(join_all((0..20).map(|_| once.handle(&fact)))).await;
    assert!(handled.iter().all(Result::is_ok), "{handled:?}");
    assert_eq!(
        (handler.attempts.load(Ordering::SeqCst), sample.count("things").await),
        (1, 1)
    );
}

#[tokio::test]
async fn a_failed_handler_leaves_nothing_and_is_tried_again() {
    let sample = Sample::new().await;
    let handler = AddThing {
        failures: 1,
        ..AddThing::default()
    };
    let once = kit_pg::inbox::Once::new(&sample.pool, &sample.clock(), handler);
    let fact = sample.fact(1);
    let failure = once.handle(&fact).await.expect_err("told to");
    assert!(matches!(failure, Failure::Rejected(_)), "{failure:?}");
    assert_eq!((sample.count("things").await, sample.count("inbox").await), (0, 0));
    once.handle(&fact).await.expect("not told to");
    assert_eq!((sample.count("things").await, sample.count("inbox").await), (1, 1));
}

#[tokio::test]
async fn a_database_that_is_away_is_waited_for() {
    let sample = Sample::new().await;
    // The pool of a process whose database has just gone.
    let pool: Pool = sample.db.pool();
    pool.close().await;
    let once = kit_pg::inbox::Once::new(&pool, &sample.clock(), AddThing::default());
    let failure = once.handle(&sample.fact(1)).await.expect_err("no database");
    assert!(matches!(failure, Failure::Unavailable(_)), "{failure:?}");
}

/// From a command in one service to its effect in another, over everything in between.
#[tokio::test]
async fn a_fact_travels_from_outbox_to_inbox() {
    const TARGET: Migrations = Migrations {
        schema: "target",
        ..sample::MIGRATIONS
    };
    let db = TestDb::with(&[&sample::MIGRATIONS, &TARGET]).await;
    let redis = TestRedis::new().await;
    let sample = Sample::over(db);
    let bus = redis.bus(&sample.clock());
    let (handler, stop) = (AddThing::default(), CancellationToken::new());
    let target = sample.db.pool_of("target");

    let relay = kit_pg::outbox::Relay::new(&sample.pool, &bus).run(stop.clone());
    let run = consumer(&target, &bus, "sample", handler.clone()).run(stop.clone());
    let work = async {
        let mut tx = sample.pool.begin().await.expect("begun");
        add(&mut tx, "cause").await.expect("added");
        kit_pg::outbox::append(&mut tx, &sample.fact(5))
            .await
            .expect("appended");
        tx.commit().await.expect("committed");
        handler.done.notified().await;
        stop.cancel();
    };
    soon(async { tokio::join!(relay, run, work) }).await;
    let mut connection = target.acquire().await.expect("connected");
    let row = sqlx::query("select name from things")
        .fetch_one(&mut *connection)
        .await
        .expect("one thing");
    assert_eq!(sqlx::Row::get::<String, _>(&row, 0), "thing 5");
}
