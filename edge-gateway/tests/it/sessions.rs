//! Signing in, staying signed in and signing out, and who may not make a browser do so.

use http::{Method, StatusCode};
use serde_json::json;

use crate::client::Answer;
use crate::world::World;

const CREDENTIALS: &str = r#"{"email": "ada@example.org", "password": "right"}"#;

fn paths(world: &World) -> Vec<String> {
    let seen = world.fakes.seen().into_iter();
    seen.map(|seen| seen.path.rsplit('/').next().unwrap_or("").to_owned())
        .collect()
}

fn assert_cookie_is_gone(answer: &Answer) {
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("plenary-refresh=;") && cookie.ends_with("Max-Age=0"),
        "{cookie}"
    );
}

#[tokio::test]
async fn signing_in_gives_a_cookie_and_a_token() {
    let world = World::new().await;
    let answer = world.browser().json(Method::POST, "/session", "", CREDENTIALS).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let expected = json!({
        "access_token": world.tokens.token(&world.user),
        "expires_time": "2026-01-01T12:05:00Z",
        "user": {
            "id": "usr_1", "email": "ada@example.org", "display_name": "Ada", "email_verified": true,
            "picture_id": "img_1",
        },
    });
    assert_eq!(answer.json(), expected);
    assert_eq!(
        answer.header("set-cookie"),
        "plenary-refresh=refresh-1; HttpOnly; SameSite=Strict; Path=/session; Max-Age=3600"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(world.fakes.seen()[0].headers["x-client-address"], "127.0.0.1");
}

#[tokio::test]
async fn behind_tls_the_cookie_is_bound_to_it() {
    let world = World::with("public_url = \"https://events.example.org\"").await;
    let headers = [
        ("content-type", "application/json"),
        ("origin", "https://events.example.org"),
    ];
    let answer = world
        .browser()
        .ask(Method::POST, "/session", &headers, CREDENTIALS)
        .await;
    assert_eq!(
        answer.header("set-cookie"),
        "__Secure-plenary-refresh=refresh-1; HttpOnly; SameSite=Strict; Secure; Path=/session; Max-Age=3600"
    );
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
}

#[tokio::test]
async fn refusals_say_why() {
    let world = World::new().await;
    let open = async |password: &str| {
        let body = json!({"email": "ada@example.org", "password": password}).to_string();
        world.browser().json(Method::POST, "/session", "", &body).await
    };
    let wrong = open("wrong").await;
    assert_eq!(
        (wrong.status, wrong.header("set-cookie")),
        (StatusCode::UNAUTHORIZED, "")
    );
    assert_eq!(wrong.header("content-type"), "application/problem+json");
    assert_eq!(wrong.json()["reason"], "CREDENTIALS_WRONG");
    let often = open("often").await;
    assert_eq!(often.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(often.json()["retry_after_ms"], 1_500);
    assert_eq!(often.header("retry-after"), "2");
}

#[tokio::test]
async fn a_malformed_body_is_refused_without_being_repeated() {
    let world = World::new().await;
    for body in [
        "",
        "{}",
        r#"{"email": 1, "password": "hunter2"}"#,
        r#"{"password": "hunter2""#,
    ] {
        let answer = world.browser().json(Method::POST, "/session", "", body).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(answer.json()["reason"], "BODY_INVALID");
        assert!(!answer.text().contains("hunter2"));
    }
    let long = "x".repeat(100_000);
    let answer = world.browser().json(Method::POST, "/session", "", &long).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(world.fakes.seen().is_empty());
}

#[tokio::test]
async fn pages_of_others_cannot_use_the_session() {
    let world = World::new().await;
    let browser = world.browser();
    let cookie = ("cookie", "plenary-refresh=refresh-1");
    let json = ("content-type", "application/json");
    let foreign = [
        vec![cookie, json, ("origin", "https://evil.example")],
        vec![cookie, json, ("origin", "null")],
        vec![cookie, json, ("sec-fetch-site", "cross-site")],
        vec![cookie, json, ("sec-fetch-site", "same-site")],
    ];
    for (method, path) in [
        (Method::POST, "/session"),
        (Method::POST, "/session/refresh"),
        (Method::DELETE, "/session"),
        (Method::DELETE, "/session?everywhere=true"),
    ] {
        for headers in &foreign {
            let answer = browser.ask(method.clone(), path, headers, CREDENTIALS).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path} {headers:?}");
            assert_eq!(answer.json()["reason"], "ORIGIN_REFUSED");
        }
        // What a form of another page could send without asking first.
        for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
            let headers = [cookie, ("content-type", content_type)];
            let answer = browser.ask(method.clone(), path, &headers, CREDENTIALS).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{method} {path} {content_type}");
            assert_eq!(answer.json()["reason"], "JSON_REQUIRED");
        }
    }
    assert!(world.fakes.seen().is_empty());
}

#[tokio::test]
async fn refreshing_spends_the_cookie_for_the_next() {
    let world = World::new().await;
    let answer = world
        .browser()
        .json(Method::POST, "/session/refresh", "plenary-refresh=refresh-1", "{}")
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.json()["user"]["display_name"], "Ada");
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("plenary-refresh=refresh-2;"), "{cookie}");
}

#[tokio::test]
async fn a_refusal_leaves_the_cookie_which_may_be_a_newer_one_by_then() {
    let world = World::new().await;
    for cookie in ["plenary-refresh=spent", ""] {
        let answer = world
            .browser()
            .json(Method::POST, "/session/refresh", cookie, "{}")
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.json()["reason"], "SESSION_ENDED");
        assert_eq!(answer.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn an_outage_does_not_sign_anybody_out() {
    let world = World::new().await;
    world.fakes.take_identity_away();
    let answer = world
        .browser()
        .json(Method::POST, "/session/refresh", "plenary-refresh=refresh-1", "{}")
        .await;
    assert_eq!(
        (answer.status, answer.header("set-cookie")),
        (StatusCode::SERVICE_UNAVAILABLE, "")
    );
}

#[tokio::test]
async fn signing_out_here() {
    let world = World::new().await;
    let answer = world
        .browser()
        .json(Method::DELETE, "/session", "plenary-refresh=refresh-1", "{}")
        .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_cookie_is_gone(&answer);
    assert_eq!(paths(&world), ["LogOut"]);
    let again = world.browser().json(Method::DELETE, "/session", "", "{}").await;
    assert_eq!(again.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn signing_out_everywhere_is_done_as_the_user() {
    let world = World::new().await;
    let path = "/session?everywhere=true";
    let answer = world
        .browser()
        .json(Method::DELETE, path, "plenary-refresh=refresh-1", "{}")
        .await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text());
    assert_cookie_is_gone(&answer);
    assert_eq!(paths(&world), ["RefreshSession", "LogOutEverywhere"]);
    let token = format!("Bearer {}", world.tokens.token(&world.user));
    assert_eq!(world.fakes.seen()[1].headers["authorization"], token.as_str());

    let ended = world
        .browser()
        .json(Method::DELETE, path, "plenary-refresh=spent", "{}")
        .await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    let nobody = world.browser().json(Method::DELETE, path, "", "{}").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}
