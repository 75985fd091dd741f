use std::time::Duration;

use kit_bus::{Limiter, Rate, Verdict};
use kit_core::{Clock, ManualClock};
use kit_testing::TestRedis;

use crate::private::PrivateRedis;
use crate::soon;

async fn allowed(limiter: &Limiter, key: &str, attempts: u32) -> u32 {
    let mut allowed = 0;
    for _ in 0..attempts {
        allowed += u32::from(limiter.take(key).await == Verdict::Allowed);
    }
    allowed
}

#[tokio::test]
async fn processes_share_one_bucket_for_each_key() {
    let redis = TestRedis::new().await;
    let rate = Rate::per_hour(10);
    let one = redis.bus(&Clock::system()).limiter("sign-in", rate);
    let two = redis.bus(&Clock::system()).limiter("sign-in", rate);
    assert_eq!(allowed(&one, "usr_1", 6).await + allowed(&two, "usr_1", 6).await, 10);
    assert_eq!(allowed(&one, "usr_2", 1).await, 1, "another key has another bucket");
    let other = redis.bus(&Clock::system()).limiter("sign-up", rate);
    assert_eq!(allowed(&other, "usr_1", 1).await, 1, "another action too");

    let Verdict::Limited { retry_after } = one.take("usr_1").await else {
        panic!("the bucket is empty")
    };
    // One token of ten an hour comes back in six minutes.
    assert!(
        retry_after <= Duration::from_secs(360) && retry_after > Duration::from_secs(340),
        "{retry_after:?}"
    );
}

#[tokio::test]
async fn a_bucket_fills_again() {
    let redis = TestRedis::new().await;
    let limiter = redis.bus(&Clock::system()).limiter(
        "chat",
        Rate {
            tokens: 2,
            period: Duration::from_millis(100),
        },
    );
    assert_eq!(allowed(&limiter, "usr_1", 2).await, 2);
    assert!(matches!(limiter.take_many("usr_1", 2).await, Verdict::Limited { .. }));
    soon(async { while limiter.take_many("usr_1", 2).await != Verdict::Allowed {} }).await;
}

#[tokio::test]
async fn many_tokens_are_taken_together_or_not_at_all() {
    let redis = TestRedis::new().await;
    let limiter = redis.bus(&Clock::system()).limiter("upload", Rate::per_hour(10));
    assert_eq!(limiter.take_many("usr_1", 7).await, Verdict::Allowed);
    assert!(matches!(limiter.take_many("usr_1", 4).await, Verdict::Limited { .. }));
    assert_eq!(limiter.take_many("usr_1", 3).await, Verdict::Allowed);
    assert_eq!(
        limiter.take_many("usr_2", 1_000).await,
        Verdict::Allowed,
        "more than fits means all of it"
    );
    assert!(matches!(limiter.take("usr_2").await, Verdict::Limited { .. }));
}

#[tokio::test]
async fn without_redis_the_process_counts_for_itself_by_the_same_rule() {
    let mut redis = PrivateRedis::start().await;
    redis.take_away().await;
    let hand = ManualClock::fixed();
    let limiter = redis.bus(&hand.clock()).limiter("sign-in", Rate::per_minute(6));
    assert_eq!(allowed(&limiter, "usr_1", 10).await, 6);
    assert_eq!(
        limiter.take("usr_1").await,
        Verdict::Limited {
            retry_after: Duration::from_secs(10)
        }
    );
    hand.advance(Duration::from_secs(10));
    assert_eq!(allowed(&limiter, "usr_1", 10).await, 1);
    hand.advance(Duration::from_secs(3600));
    assert_eq!(allowed(&limiter, "usr_1", 10).await, 6, "full, and not more than full");
}

#[tokio::test]
async fn redis_is_used_again_when_it_is_back() {
    let mut redis = PrivateRedis::start().await;
    let hand = ManualClock::fixed();
    let one = redis.bus(&hand.clock()).limiter("sign-in", Rate::per_hour(2));
    let two = redis.bus(&hand.clock()).limiter("sign-in", Rate::per_hour(2));
    redis.take_away().await;
    assert_eq!(allowed(&one, "usr_1", 1).await, 1);
    redis.bring_back().await;
    assert_eq!(allowed(&two, "usr_2", 2).await, 2);
    assert_eq!(allowed(&one, "usr_2", 1).await, 1, "it leaves Redis alone for a second");
    hand.advance(Duration::from_secs(2));
    assert_eq!(
        allowed(&one, "usr_2", 1).await,
        0,
        "then it counts with the others again"
    );
}
