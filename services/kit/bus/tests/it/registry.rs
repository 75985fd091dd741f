use std::time::Duration;

use bytes::Bytes;
use kit_bus::Registry;
use kit_core::{Clock, ManualClock};
use kit_testing::TestRedis;
use tokio_util::sync::CancellationToken;

use crate::private::PrivateRedis;
use crate::soon;

const MINUTE: Duration = Duration::from_secs(60);

async fn ids(registry: &Registry) -> Vec<String> {
    registry.list().await.into_keys().collect()
}

#[tokio::test]
async fn entries_are_seen_by_all_until_they_are_removed_or_expire() {
    let redis = TestRedis::new().await;
    let here = redis.bus(&Clock::system()).registry("node");
    let there = redis.bus(&Clock::system()).registry("node");
    here.put("nod_1", "one", MINUTE).await;
    there.put("nod_2", "two", MINUTE).await;
    there.put("nod_2", "renewed", MINUTE).await;
    assert_eq!(ids(&here).await, ["nod_1", "nod_2"]);
    assert_eq!(here.get("nod_2").await, Some(Bytes::from_static(b"renewed")));
    here.remove("nod_1").await;
    assert_eq!(ids(&there).await, ["nod_2"]);
    assert!(ids(&redis.bus(&Clock::system()).registry("other")).await.is_empty());

    here.put("nod_3", "short", Duration::from_millis(1)).await;
    soon(async { while there.get("nod_3").await.is_some() {} }).await;
    assert_eq!(ids(&there).await, ["nod_2"]);
}

#[tokio::test]
async fn what_is_kept_stays_until_it_is_stopped() {
    let redis = TestRedis::new().await;
    let here = redis.bus(&Clock::system()).registry("node");
    let there = redis.bus(&Clock::system()).registry("node");
    let (stop, ttl) = (CancellationToken::new(), Duration::from_millis(150));
    let keep = here.keep("nod_1", || Bytes::from_static(b"one"), ttl, stop.clone());
    let watch = async {
        soon(async { while there.get("nod_1").await.is_none() {} }).await;
        // Three lifetimes, during which it must not be missing once.
        let end = tokio::time::sleep(3 * ttl);
        tokio::pin!(end);
        while futures::poll!(&mut end).is_pending() {
            assert!(there.get("nod_1").await.is_some());
        }
        stop.cancel();
    };
    tokio::join!(keep, watch);
    assert!(ids(&there).await.is_empty());
}

#[tokio::test]
async fn without_redis_the_process_knows_its_own() {
    let mut redis = PrivateRedis::start().await;
    let hand = ManualClock::fixed();
    let (here, there) = (
        redis.bus(&hand.clock()).registry("node"),
        redis.bus(&hand.clock()).registry("node"),
    );
    redis.take_away().await;
    here.put("nod_1", "one", MINUTE).await;
    here.put("nod_2", "two", 2 * MINUTE).await;
    assert_eq!(ids(&here.clone()).await, ["nod_1", "nod_2"]);
    assert!(ids(&there).await.is_empty());
    hand.advance(MINUTE);
    assert_eq!(ids(&here).await, ["nod_2"]);
    redis.bring_back().await;
    here.put("nod_2", "two", MINUTE).await;
    assert_eq!(ids(&there).await, ["nod_2"]);
}
