use std::time::Duration;

use kit_pg::idempotency::{Claim, RequestKey, claim};
use kit_pg::{housekeeping, inbox, outbox};
use kit_testing::TestRedis;
use prost_types::Timestamp;

use crate::sample::Sample;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[tokio::test]
async fn each_table_forgets_after_its_time() {
    let (sample, redis) = (Sample::new().await, TestRedis::new().await);
    let (clock, now) = (sample.clock(), sample.clock().now());
    let mut tx = sample.pool.begin().await.expect("begun");
    let key = RequestKey::new("usr_1", "/x", sample.fact(0).id.uuid(), &Timestamp::default());
    let Claim::Fresh(fresh) = claim::<Timestamp>(&mut tx, &key, now).await.expect("claimed") else {
        panic!("new")
    };
    fresh.complete(&mut tx, &Timestamp::default()).await.expect("completed");
    assert!(inbox::accept(&mut tx, sample.fact(0).id, now).await.expect("accepted"));
    outbox::append(&mut tx, &sample.fact(1)).await.expect("appended");
    tx.commit().await.expect("committed");
    outbox::Relay::new(&sample.pool, &redis.bus(&clock))
        .drain()
        .await
        .expect("published");
    let mut tx = sample.pool.begin().await.expect("begun");
    outbox::append(&mut tx, &sample.fact(2)).await.expect("appended");
    tx.commit().await.expect("committed");

    let counts = async || {
        (
            sample.count("request_claims").await,
            sample.count("outbox").await,
            sample.count("inbox").await,
        )
    };
    assert_eq!(housekeeping::sweep(&sample.pool, &clock).await.expect("swept"), 0);
    assert_eq!(counts().await, (1, 2, 1));
    sample.hand.advance(DAY);
    assert_eq!(housekeeping::sweep(&sample.pool, &clock).await.expect("swept"), 1);
    assert_eq!(counts().await, (0, 2, 1));
    sample.hand.advance(2 * DAY);
    assert_eq!(housekeeping::sweep(&sample.pool, &clock).await.expect("swept"), 1);
    assert_eq!(counts().await, (0, 1, 1), "what waits stays, however long");
    sample.hand.advance(11 * DAY);
    assert_eq!(housekeeping::sweep(&sample.pool, &clock).await.expect("swept"), 1);
    assert_eq!(counts().await, (0, 1, 0));
}
