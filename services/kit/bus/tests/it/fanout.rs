use bytes::Bytes;
use kit_bus::{Bus, Config, Subscription, Update};
use kit_core::{Clock, Rng};
use kit_telemetry::Metrics;
use kit_testing::TestRedis;
use tokio_util::sync::CancellationToken;

use crate::private::PrivateRedis;
use crate::soon;

/// Runs two processes' buses beside `test`.
async fn linked<T: Send>(one: &Bus, two: &Bus, test: impl Future<Output = T> + Send) -> T {
    let stop = CancellationToken::new();
    let test = async {
        let outcome = test.await;
        stop.cancel();
        outcome
    };
    let links = async { tokio::join!(one.clone().run(stop.clone()), two.clone().run(stop.clone())) };
    soon(async { tokio::join!(links, test).1 }).await
}

fn message(text: &'static str) -> Update {
    Update::Message(Bytes::from_static(text.as_bytes()))
}

/// The next message; that some may have been missed is passed over.
async fn next_message(subscription: &mut Subscription) -> Update {
    loop {
        let update = soon(subscription.next()).await;
        if update != Update::Missed {
            return update;
        }
    }
}

#[tokio::test]
async fn without_redis_the_process_serves_itself() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let config = Config::at(format!("redis://{}", nobody.expect("a free port")), "test");
    let bus = Bus::new(&config, &Clock::system(), &Rng::system(), &Metrics::new()).expect("an address");
    let mut subscription = bus.fanout().subscribe("room");
    bus.fanout().publish("other room", "not for us");
    bus.fanout().publish("room", "hello");
    assert_eq!(soon(subscription.next()).await, message("hello"));
    assert!(bus.ping().await.is_err());
}

#[tokio::test]
async fn messages_reach_other_processes_once_and_only_their_topic() {
    let redis = TestRedis::new().await;
    let (one, two) = (redis.bus(&Clock::system()), redis.bus(&Clock::system()));
    linked(&one, &two, async {
        let (mut here, mut there) = (one.fanout().subscribe("room"), two.fanout().subscribe("room"));
        // Both are connected when both have been told to read the state anew.
        assert_eq!(soon(here.next()).await, Update::Missed);
        assert_eq!(soon(there.next()).await, Update::Missed);
        one.fanout().publish("other", "elsewhere");
        for text in ["a", "b", "c"] {
            one.fanout().publish("room", text);
        }
        two.fanout().publish("room", "d");
        for text in ["a", "b", "c"] {
            assert_eq!(next_message(&mut here).await, message(text));
        }
        assert_eq!(
            next_message(&mut here).await,
            message("d"),
            "and nothing of its own again in between"
        );
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push(next_message(&mut there).await);
        }
        assert_eq!(seen[0], message("d"), "its own comes at once");
        assert_eq!(seen[1..], [message("a"), message("b"), message("c")]);
    })
    .await;
}

#[tokio::test]
async fn a_slow_subscriber_is_told_and_nobody_waits_for_it() {
    let redis = TestRedis::new().await;
    let bus = redis.bus(&Clock::system());
    let mut slow = bus.fanout().subscribe("room");
    for _ in 0..1_000 {
        bus.fanout().publish("room", "too much");
    }
    bus.fanout().publish("room", "last");
    assert_eq!(soon(slow.next()).await, Update::Missed);
    let mut rest = 0;
    while soon(slow.next()).await != message("last") {
        rest += 1;
    }
    assert!(rest < 1_000, "the buffer is bounded");
}

#[tokio::test]
async fn leaving_and_coming_back_is_followed() {
    let redis = TestRedis::new().await;
    let (one, two) = (redis.bus(&Clock::system()), redis.bus(&Clock::system()));
    linked(&one, &two, async {
        // Each time the last one of the process leaves, and the next one may come before Redis hears of it.
        for _ in 0..20 {
            let mut there = two.fanout().subscribe("room");
            assert_eq!(soon(there.next()).await, Update::Missed);
            one.fanout().publish("room", "again");
            assert_eq!(next_message(&mut there).await, message("again"));
        }
        let mut stream = Box::pin(two.fanout().subscribe("room").into_stream());
        let first = soon(futures::StreamExt::next(&mut stream)).await;
        assert_eq!(first, Some(Update::Missed));
    })
    .await;
}

#[tokio::test]
async fn after_an_outage_subscribers_are_told_and_served_again() {
    let mut redis = PrivateRedis::start().await;
    let (one, two) = (redis.bus(&Clock::system()), redis.bus(&Clock::system()));
    linked(&one, &two, async {
        let (mut here, mut there) = (one.fanout().subscribe("room"), two.fanout().subscribe("room"));
        assert_eq!(soon(here.next()).await, Update::Missed);
        assert_eq!(soon(there.next()).await, Update::Missed);
        redis.take_away().await;
        one.fanout().publish("room", "only here");
        assert_eq!(soon(here.next()).await, message("only here"));
        redis.bring_back().await;
        assert_eq!(
            soon(there.next()).await,
            Update::Missed,
            "there may have been something"
        );
        one.fanout().publish("room", "everywhere");
        assert_eq!(next_message(&mut there).await, message("everywhere"));
    })
    .await;
}
