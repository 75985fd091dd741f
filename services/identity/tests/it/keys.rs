//! The signing keys over time.

use plenary_proto::identity::v1::{GetJwksRequest, ListMyOrganizationsRequest};

use crate::tokens::key_id;
use crate::world::{PASSWORD, World, reason};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

async fn published(world: &World) -> Vec<String> {
    let jwks = world
        .accounts()
        .get_jwks(GetJwksRequest {})
        .await
        .expect("for everybody")
        .into_inner()
        .jwks_json;
    let jwks: serde_json::Value = serde_json::from_str(&jwks).expect("JSON");
    let keys = jwks["keys"].as_array().expect("a list").clone();
    keys.iter()
        .map(|key| key["kid"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn a_new_key_is_published_before_it_signs_and_an_old_one_until_its_tokens_are_gone() {
    let world = World::new().await;
    world.person("ada@example.org").await;
    let log_in = async || {
        world
            .log_in("ada@example.org", PASSWORD)
            .await
            .expect("the right password")
    };
    let first = key_id(&log_in().await.tokens.access_token);
    assert_eq!(published(&world).await, std::slice::from_ref(&first));

    world.advance(30 * DAY);
    world.run_jobs().await;
    let both = published(&world).await;
    assert_eq!((both.len(), &both[0]), (2, &first));
    assert_eq!(key_id(&log_in().await.tokens.access_token), first, "not yet");

    world.advance(HOUR);
    let person = log_in().await;
    assert_eq!(key_id(&person.tokens.access_token), both[1]);
    world
        .organizations()
        .list_my_organizations(person.asks(ListMyOrganizationsRequest {}))
        .await
        .expect("verified");
    world.run_jobs().await;
    assert_eq!(
        published(&world).await.len(),
        2,
        "tokens of the first key are still around"
    );

    world.advance(HOUR);
    world.run_jobs().await;
    assert_eq!(published(&world).await, [both[1].clone()]);
    assert_eq!(world.count("signing_keys").await, 1);
}

#[tokio::test]
async fn replicas_use_the_same_keys_and_accept_each_others_tokens() {
    let world = World::new().await;
    let person = world.person("ada@example.org").await;
    let (host, _identity) = world.replica(2).await;
    let line = host.switchboard.line(kit_rpc::GATEWAY, identity::NAME);
    let mut organizations =
        plenary_proto::identity::v1::organization_service_client::OrganizationServiceClient::new(line);
    let answer = organizations
        .list_my_organizations(person.asks(ListMyOrganizationsRequest {}))
        .await;
    answer.expect("signed by the other replica, with the same key");
    assert_eq!(world.count("signing_keys").await, 1);
}

#[tokio::test]
async fn replicas_that_look_at_the_same_moment_make_one_key() {
    let world = World::new().await;
    let replicas = futures::future::join_all((2..8).map(|seed| world.replica(seed))).await;
    assert_eq!(world.count("signing_keys").await, 1);
    for round in 0..3 {
        world.advance(30 * DAY);
        let looks = futures::future::join_all(replicas.iter().map(|(_, identity)| identity.run_jobs_once())).await;
        assert!(looks.iter().all(Result::is_ok), "{looks:?}");
        assert_eq!(
            world.count("signing_keys").await,
            2,
            "round {round}: the one that signs, and its successor"
        );
        world.advance(2 * HOUR);
        world.run_jobs().await;
        assert_eq!(world.count("signing_keys").await, 1);
    }
}

#[tokio::test]
async fn another_secret_opens_no_key_and_ends_every_session() {
    let world = World::new().await;
    let person = world.person("ada@example.org").await;
    let (host, _identity) = world
        .replica_with_secret("another secret of a test, just as little of one")
        .await;
    let line = || host.switchboard.line(kit_rpc::GATEWAY, identity::NAME);
    let mut accounts = plenary_proto::identity::v1::account_service_client::AccountServiceClient::new(line());
    let refresh_token = person.tokens.refresh_token.clone();
    let request = plenary_proto::identity::v1::RefreshSessionRequest { refresh_token };
    assert_eq!(reason(accounts.refresh_session(request).await), "SESSION_ENDED");
    let mut organizations =
        plenary_proto::identity::v1::organization_service_client::OrganizationServiceClient::new(line());
    let refused = organizations
        .list_my_organizations(person.asks(ListMyOrganizationsRequest {}))
        .await;
    assert_eq!(reason(refused), "TOKEN_INVALID");
}

#[tokio::test]
async fn the_database_does_not_hold_a_key_that_signs() {
    let world = World::new().await;
    let mut connection = world.pool.acquire().await.expect("the database is there");
    let row = sqlx::query("select id, sealed_seed from signing_keys")
        .fetch_one(&mut *connection)
        .await
        .expect("one");
    let (id, sealed): (String, Vec<u8>) = (
        sqlx::Row::try_get(&row, "id").expect("text"),
        sqlx::Row::try_get(&row, "sealed_seed").expect("bytes"),
    );
    for seed in sealed.windows(32) {
        let signer = kit_rpc::Signer::from_seed(seed.try_into().expect("32 bytes"));
        assert_ne!(signer.key_id(), id);
    }
}
