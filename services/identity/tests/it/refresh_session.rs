//! `RefreshSession`.

use crate::world::{Person, World, reason, refusal};
use tonic::Code;

fn token(person: &Person) -> &str {
    &person.tokens.refresh_token
}

#[tokio::test]
async fn each_token_is_replaced_by_its_successor() {
    let world = World::new().await;
    let mut person = world.person("ada@example.org").await;
    let mut seen = vec![token(&person).to_owned()];
    for _ in 0..5 {
        world.advance(240);
        person = world.refresh(token(&person)).await.expect("the newest token");
        assert!(!seen.contains(&person.tokens.refresh_token));
        seen.push(token(&person).to_owned());
    }
}

#[tokio::test]
async fn a_spent_token_ends_the_family_once_its_successor_was_used() {
    let world = World::new().await;
    let first = world.person("ada@example.org").await;
    let second = world.refresh(token(&first)).await.expect("the newest token");
    let third = world.refresh(token(&second)).await.expect("the newest token");
    world.advance(11);
    let refused = refusal(world.refresh(token(&first)).await);
    assert_eq!(refused, (Code::Unauthenticated, "SESSION_ENDED".to_owned()));
    assert_eq!(
        reason(world.refresh(token(&third)).await),
        "SESSION_ENDED",
        "the thief and the owner alike"
    );
    let again = world
        .log_in("ada@example.org", crate::world::PASSWORD)
        .await
        .expect("the right password");
    assert!(
        world.refresh(token(&again)).await.is_ok(),
        "a new session is not touched"
    );
}

#[tokio::test]
async fn a_lost_answer_signs_nobody_out_however_late_it_is_asked_for_again() {
    let world = World::new().await;
    let (home, train) = (Some("192.0.2.1"), Some("198.51.100.1"));
    let first = world.person("ada@example.org").await;
    let lost = world.refresh_from(home, token(&first)).await.expect("the newest token");
    world.advance(3_600);
    let second = world
        .refresh_from(train, token(&first))
        .await
        .expect("the answer was lost");
    assert_eq!(token(&second), token(&lost));
    let third = world
        .refresh_from(train, token(&second))
        .await
        .expect("the newest token");
    world.advance(300);
    let fourth = world
        .refresh_from(train, token(&third))
        .await
        .expect("the newest token");
    world.advance(300);
    let again = world.refresh_from(home, token(&third)).await.expect("lost once more");
    assert_eq!(token(&again), token(&fourth));
}

#[tokio::test]
async fn what_two_hold_ends_when_the_second_of_them_comes() {
    let world = World::new().await;
    let (owner, thief) = (Some("192.0.2.1"), Some("198.51.100.1"));
    let stolen = world.person("ada@example.org").await;
    let owners = world
        .refresh_from(owner, token(&stolen))
        .await
        .expect("the newest token");
    world.advance(60);
    let thiefs = world
        .refresh_from(thief, token(&stolen))
        .await
        .expect("looks like a lost answer");
    assert_eq!(token(&thiefs), token(&owners));
    let next = world
        .refresh_from(owner, token(&owners))
        .await
        .expect("the newest token");
    world.advance(60);
    assert_eq!(reason(world.refresh_from(thief, token(&thiefs)).await), "SESSION_ENDED");
    assert_eq!(reason(world.refresh_from(owner, token(&next)).await), "SESSION_ENDED");
}

#[tokio::test]
async fn a_lost_answer_is_given_again_within_the_grace() {
    let world = World::new().await;
    let first = world.person("ada@example.org").await;
    let second = world.refresh(token(&first)).await.expect("the newest token");
    world.advance(9);
    let again = world.refresh(token(&first)).await.expect("within the grace");
    assert_eq!(token(&again), token(&second));
    let third = world.refresh(token(&again)).await.expect("the newest token");
    assert_ne!(token(&third), token(&second));
}

#[tokio::test]
async fn the_grace_is_for_the_same_client_only() {
    let world = World::new().await;
    let (home, elsewhere) = (Some("192.0.2.1"), Some("198.51.100.1"));
    let first = world.person("ada@example.org").await;
    let second = world.refresh_from(home, token(&first)).await.expect("the newest token");
    let third = world
        .refresh_from(home, token(&second))
        .await
        .expect("the newest token");
    assert_eq!(
        reason(world.refresh_from(elsewhere, token(&first)).await),
        "SESSION_ENDED"
    );
    assert_eq!(reason(world.refresh_from(home, token(&third)).await), "SESSION_ENDED");
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_both_stay_in() {
    let world = World::new().await;
    let first = world.person("ada@example.org").await;
    let tabs = futures::future::join_all((0..8).map(|_| world.refresh(token(&first)))).await;
    let tokens: Vec<String> = tabs
        .into_iter()
        .map(|tab| tab.expect("within the grace").tokens.refresh_token)
        .collect();
    assert!(tokens.iter().all(|token| *token == tokens[0]), "one successor for all");
    world.advance(60);
    assert!(world.refresh(&tokens[0]).await.is_ok());
}

#[tokio::test]
async fn a_tab_that_comes_late_is_given_the_newest_token() {
    let world = World::new().await;
    let first = world.person("ada@example.org").await;
    let second = world.refresh(token(&first)).await.expect("the newest token");
    let third = world.refresh(token(&second)).await.expect("the newest token");
    let late = world.refresh(token(&first)).await.expect("within the grace");
    assert_eq!(token(&late), token(&third));
}

#[tokio::test]
async fn an_invented_token_gets_nothing_and_ends_nothing() {
    let world = World::new().await;
    let person = world.person("ada@example.org").await;
    let last = if token(&person).ends_with('A') { "E" } else { "A" };
    let tampered = format!("{}{last}", &token(&person)[..token(&person).len() - 1]);
    for invented in ["", "nonsense", tampered.as_str(), &"A".repeat(70), &"A".repeat(100_000)] {
        assert_eq!(reason(world.refresh(invented).await), "SESSION_ENDED", "{invented:.20}");
    }
    assert!(world.refresh(token(&person)).await.is_ok());
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_in_any_case_after_90_days() {
    const DAY: u64 = 24 * 60 * 60;
    let world = World::new().await;
    let idle = world.person("ada@example.org").await;
    world.advance(14 * DAY);
    assert_eq!(reason(world.refresh(token(&idle)).await), "SESSION_ENDED");
    let mut person = world
        .log_in("ada@example.org", crate::world::PASSWORD)
        .await
        .expect("the right password");
    for _ in 0..6 {
        world.advance(13 * DAY);
        world.run_jobs().await;
        person = world.refresh(token(&person)).await.expect("not idle");
    }
    let end = person.tokens.refresh_expire_time.expect("set").seconds;
    assert_eq!(
        end,
        world.hand.clock().now().unix_timestamp() + 12 * 24 * 60 * 60,
        "90 days after the log-in"
    );
    world.advance(12 * DAY);
    assert_eq!(reason(world.refresh(token(&person)).await), "SESSION_ENDED");
}

#[tokio::test]
async fn a_refreshed_token_knows_what_has_changed() {
    let world = World::new().await;
    let (person, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let roles: Vec<i32> = person.user.roles.clone();
    assert_eq!(roles, [2, 3], "attendee and organizer");
    let claims = crate::tokens::claims(&person.tokens.access_token);
    assert_eq!(claims["orgs"][&organization.id], "owner");
    assert_eq!(claims["roles"], serde_json::json!(["organizer"]));
}
