//! What is over is removed, and nothing else.

use crate::world::{PASSWORD, World};

const DAY: u64 = 24 * 60 * 60;

#[tokio::test]
async fn each_thing_goes_when_its_time_has_come() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    world.sign_up("unverified@example.org").await;
    let counts = async || {
        world.run_jobs().await;
        (
            world.count("users").await,
            world.count("links").await,
            world.count("logins").await,
            world.count("throttles").await,
        )
    };
    let (users, links, logins, throttles) = counts().await;
    assert_eq!((users, links, logins), (2, 1, 1));
    assert!(throttles > 0);
    world.advance(DAY + 1);
    assert_eq!(counts().await, (2, 0, 1, 0), "links and full buckets");
    world.advance(13 * DAY);
    assert_eq!(counts().await, (1, 0, 1, 0), "accounts that were never verified");
    world.advance(31 * DAY);
    assert_eq!(counts().await, (1, 0, 0, 0), "sessions that ended a month ago");
    assert_eq!(
        world
            .log_in("ada@example.org", PASSWORD)
            .await
            .expect("still there")
            .user,
        ada.user
    );
}
