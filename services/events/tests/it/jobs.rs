//! What happens by itself: events that nobody ended end.

use std::time::Duration;

use events::jobs::Done;
use plenary_proto::events::v1::EventState;

use crate::world::{Plan, World};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn what_nobody_ended_ends_after_its_grace_once() {
    let world = World::new().await;
    let ada = world.organizer();
    let plan = |days| Plan {
        start: time::Duration::days(days),
        ..Plan::default()
    };
    let live = world
        .moved_on(&ada, plan(0), &["submit", "approve", "publish", "start"])
        .await;
    let never_started = world.published(&ada, plan(0)).await;
    let later = world.published(&ada, plan(1)).await;
    let waiting = world.moved_on(&ada, plan(0), &["submit"]).await;
    let facts = world.facts().await.len();

    let jobs = events::build_jobs(&world.config, &world.app.host).await.expect("jobs");
    // The events are six hours long, the grace is twelve: at its very end nothing is overdue yet.
    world.app.hand.advance(18 * HOUR);
    assert_eq!(jobs.look().await, Done::default());
    world.app.hand.advance(Duration::from_secs(1));
    let other = events::build_jobs(&world.config, &world.app.host)
        .await
        .expect("a second replica's jobs");
    let (one, two) = tokio::join!(jobs.look(), other.look());
    assert_eq!(one.events_ended + two.events_ended, 2);
    assert_eq!(jobs.look().await, Done::default());

    let state = async |id: &str| world.get(&ada, id).await.expect("one's own").state();
    assert_eq!(state(&live.id).await, EventState::Ended);
    assert_eq!(state(&never_started.id).await, EventState::Ended);
    assert_eq!(state(&later.id).await, EventState::Published);
    assert_eq!(state(&waiting.id).await, EventState::Submitted);
    assert_eq!(world.facts().await[facts..], ["EventEnded", "EventEnded"]);
}
