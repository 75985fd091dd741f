use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::future::join_all;
use kit_pg::idempotency::{Claim, RequestKey, Stored, claim, once, store, stored};
use kit_pg::{Error, Pool};
use prost_types::Timestamp;
use sqlx::Row;

use crate::sample::{Sample, add, soon};

const METHOD: &str = "/plenary.sample.v1.ThingService/AddThing";

impl Sample {
    fn key(&self, caller: &str, payload: i64) -> RequestKey {
        // Any UUID will do; this one is the same in each call.
        let id = kit_core::ids::FactId::new(&self.clock(), &kit_core::Rng::seeded(9)).uuid();
        RequestKey::new(
            caller,
            METHOD,
            id,
            &Timestamp {
                seconds: payload,
                nanos: 0,
            },
        )
    }

    /// Adds a thing once for `key`; the response is the number of things then.
    async fn add_once(&self, key: &RequestKey, ran: &AtomicU32) -> Result<i64, Error> {
        add_once(&self.pool, key, self.clock().now(), ran).await
    }
}

async fn add_once(pool: &Pool, key: &RequestKey, now: time::OffsetDateTime, ran: &AtomicU32) -> Result<i64, Error> {
    let response = once(pool, key, now, async |tx| {
        let run = ran.fetch_add(1, Ordering::SeqCst);
        add(tx, &format!("thing {run}")).await?;
        let row = sqlx::query("select count(*) from things").fetch_one(&mut **tx).await?;
        Ok::<_, Error>(Timestamp {
            seconds: row.try_get(0)?,
            nanos: 0,
        })
    });
    Ok(response.await?.seconds)
}

#[tokio::test]
async fn the_same_request_again_gets_the_same_response() {
    let sample = Sample::new().await;
    let (key, ran) = (sample.key("usr_1", 1), AtomicU32::new(0));
    assert_eq!(sample.add_once(&key, &ran).await.expect("done"), 1);
    let mut tx = sample.pool.begin().await.expect("begun");
    add(&mut tx, "in between").await.expect("added");
    tx.commit().await.expect("committed");
    assert_eq!(
        sample.add_once(&key, &ran).await.expect("replayed"),
        1,
        "the stored response, not a new one"
    );
    assert_eq!(ran.load(Ordering::SeqCst), 1);
    assert_eq!(
        sample.add_once(&sample.key("usr_2", 1), &ran).await.expect("done"),
        3,
        "another caller's id is another"
    );
}

#[tokio::test]
async fn another_payload_is_refused() {
    let sample = Sample::new().await;
    let ran = AtomicU32::new(0);
    sample.add_once(&sample.key("usr_1", 1), &ran).await.expect("done");
    let error = sample
        .add_once(&sample.key("usr_1", 2), &ran)
        .await
        .expect_err("another payload");
    assert!(matches!(error, Error::RequestIdReused), "{error:?}");
    assert_eq!(sample.count("things").await, 1);
}

#[tokio::test]
async fn a_failed_command_leaves_no_claim() {
    let sample = Sample::new().await;
    let (key, now) = (sample.key("usr_1", 1), sample.clock().now());
    let failed = once(&sample.pool, &key, now, async |tx| {
        add(tx, "half").await?;
        Err::<Timestamp, _>(Error::Malformed("the command failed".into()))
    });
    failed.await.expect_err("failed");
    assert_eq!(
        (sample.count("things").await, sample.count("request_claims").await),
        (0, 0)
    );
    assert_eq!(sample.add_once(&key, &AtomicU32::new(0)).await.expect("tried again"), 1);
}

#[tokio::test]
async fn a_hundred_at_once_run_once() {
    let sample = Sample::new().await;
    let (key, ran) = (sample.key("usr_1", 1), AtomicU32::new(0));
    let calls = (0..100).map(|_| sample.add_once(&key, &ran));
    let responses = soon(join_all(calls)).await;
    let responses: Vec<i64> = responses
        .into_iter()
        .map(|response| response.expect("done or replayed"))
        .collect();
    assert_eq!(responses, vec![1; 100]);
    assert_eq!((ran.load(Ordering::SeqCst), sample.count("things").await), (1, 1));
}

#[tokio::test]
async fn a_second_request_waits_and_takes_over_when_the_first_fails() {
    let sample = Sample::new().await;
    let (key, now, ran) = (sample.key("usr_1", 1), sample.clock().now(), AtomicU32::new(0));
    let mut first = sample.pool.begin().await.expect("begun");
    assert!(matches!(
        claim::<Timestamp>(&mut first, &key, now).await.expect("claimed"),
        Claim::Fresh(_)
    ));
    let second = sample.add_once(&key, &ran);
    tokio::pin!(second);
    assert!(futures::poll!(&mut second).is_pending(), "it cannot know yet");
    drop(first);
    assert_eq!(soon(second).await.expect("its turn now"), 1);
}

#[tokio::test]
async fn a_day_later_the_id_is_free_again() {
    let sample = Sample::new().await;
    let ran = AtomicU32::new(0);
    sample.add_once(&sample.key("usr_1", 1), &ran).await.expect("done");
    let key = sample.key("usr_1", 2);
    sample.hand.advance(Duration::from_secs(24 * 3600 - 1));
    let later = sample.clock().now();
    assert!(matches!(
        add_once(&sample.pool, &key, later, &ran).await,
        Err(Error::RequestIdReused)
    ));
    sample.hand.advance(Duration::from_secs(1));
    let later = sample.clock().now();
    assert_eq!(add_once(&sample.pool, &key, later, &ran).await.expect("free"), 2);
    assert_eq!(sample.count("request_claims").await, 1);
}

/// Futures of commands are spawned by servers, so they must be `Send` with what they borrow.
#[test]
fn once_can_be_spawned() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    fn check(pool: &Pool, key: &RequestKey, now: time::OffsetDateTime, name: &str) {
        drop(sent(once(pool, key, now, async |tx| {
            add(tx, name).await?;
            Ok::<_, Error>(Timestamp::default())
        })));
    }
    let _ = check;
}

/// As a command does that answers many requests in one transaction.
#[tokio::test]
async fn many_requests_are_looked_up_and_stored_together() {
    let sample = Sample::new().await;
    let now = sample.clock().now();
    let (one, other, changed) = (sample.key("usr_1", 1), sample.key("usr_2", 1), sample.key("usr_1", 2));
    let response = |seconds| Timestamp { seconds, nanos: 0 };
    let mut tx = sample.pool.begin().await.expect("begun");
    let fresh = stored::<Timestamp>(&mut tx, &[&one, &other], now).await.expect("read");
    assert!(fresh.iter().all(Option::is_none));
    let done = [(&one, response(7)), (&other, response(8))];
    assert!(store(&mut tx, &done, now).await.expect("written"));
    tx.commit().await.expect("committed");

    let mut tx = sample.pool.begin().await.expect("begun");
    let found = stored::<Timestamp>(&mut tx, &[&other, &changed, &one], now)
        .await
        .expect("read");
    assert!(
        matches!(
            &found[..],
            [Some(Stored::Response(other)), Some(Stored::OtherRequest), Some(Stored::Response(one))]
                if (other.seconds, one.seconds) == (8, 7)
        ),
        "{found:?}"
    );
    // Somebody else was faster with one of them.
    let third = sample.key("usr_3", 1);
    assert!(
        !store(&mut tx, &[(&one, response(9)), (&third, response(9))], now)
            .await
            .expect("written")
    );
    tx.rollback().await.expect("rolled back");
    // A command of the usual kind finds it too.
    let claimed = claim::<Timestamp>(&mut sample.pool.acquire().await.expect("a connection"), &one, now).await;
    assert!(matches!(claimed, Ok(Claim::Replay(response)) if response.seconds == 7));
    // After a day the id is free.
    let tomorrow = now + Duration::from_secs(24 * 3600);
    let mut connection = sample.pool.acquire().await.expect("a connection");
    let expired = stored::<Timestamp>(&mut connection, &[&one], tomorrow)
        .await
        .expect("read");
    assert!(expired[0].is_none());
    assert!(
        store(&mut connection, &[(&one, response(9))], tomorrow)
            .await
            .expect("written")
    );
}
