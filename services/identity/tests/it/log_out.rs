//! `LogOut` and `LogOutEverywhere`.

use plenary_proto::identity::v1::{LogOutEverywhereRequest, LogOutRequest};

use crate::world::{PASSWORD, World, reason};

async fn log_out(world: &World, refresh_token: &str) {
    let refresh_token = refresh_token.to_owned();
    world
        .accounts()
        .log_out(LogOutRequest { refresh_token })
        .await
        .expect("always succeeds");
}

#[tokio::test]
async fn logging_out_here_leaves_the_other_sessions() {
    let world = World::new().await;
    let here = world.person("ada@example.org").await;
    let there = world
        .log_in("ada@example.org", PASSWORD)
        .await
        .expect("the right password");
    log_out(&world, &here.tokens.refresh_token).await;
    log_out(&world, &here.tokens.refresh_token).await;
    assert_eq!(reason(world.refresh(&here.tokens.refresh_token).await), "SESSION_ENDED");
    assert!(world.refresh(&there.tokens.refresh_token).await.is_ok());
}

#[tokio::test]
async fn a_spent_token_logs_out_too_and_an_invented_one_does_not() {
    let world = World::new().await;
    let first = world.person("ada@example.org").await;
    let second = world
        .refresh(&first.tokens.refresh_token)
        .await
        .expect("the newest token");
    let mut invented = second.tokens.refresh_token.clone().into_bytes();
    invented[60] = if invented[60] == b'A' { b'B' } else { b'A' };
    log_out(&world, &String::from_utf8(invented).expect("ASCII")).await;
    log_out(&world, "nonsense").await;
    let third = world
        .refresh(&second.tokens.refresh_token)
        .await
        .expect("nothing has happened");
    log_out(&world, &first.tokens.refresh_token).await;
    assert_eq!(
        reason(world.refresh(&third.tokens.refresh_token).await),
        "SESSION_ENDED"
    );
}

#[tokio::test]
async fn logging_out_everywhere_ends_all_of_ones_own_sessions() {
    let world = World::new().await;
    let here = world.person("ada@example.org").await;
    let there = world
        .log_in("ada@example.org", PASSWORD)
        .await
        .expect("the right password");
    let grace = world.person("grace@example.org").await;
    world
        .accounts()
        .log_out_everywhere(here.asks(LogOutEverywhereRequest {}))
        .await
        .expect("signed in");
    for gone in [here, there] {
        assert_eq!(reason(world.refresh(&gone.tokens.refresh_token).await), "SESSION_ENDED");
    }
    assert!(world.refresh(&grace.tokens.refresh_token).await.is_ok());
    assert!(world.log_in("ada@example.org", PASSWORD).await.is_ok());
}
