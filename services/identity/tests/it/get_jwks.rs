//! `GetJwks`.

use plenary_proto::identity::v1::GetJwksRequest;

use crate::world::World;

#[tokio::test]
async fn the_set_holds_public_keys_and_no_private_one() {
    let world = World::new().await;
    let response = world
        .accounts()
        .get_jwks(GetJwksRequest {})
        .await
        .expect("for everybody");
    let jwks: serde_json::Value = serde_json::from_str(&response.into_inner().jwks_json).expect("JSON");
    let keys = jwks["keys"].as_array().expect("a list");
    assert_eq!(keys.len(), 1);
    let key = keys[0].as_object().expect("a key");
    assert_eq!(
        (key["kty"].as_str(), key["crv"].as_str()),
        (Some("OKP"), Some("Ed25519"))
    );
    assert_eq!((key["alg"].as_str(), key["use"].as_str()), (Some("EdDSA"), Some("sig")));
    assert_eq!(key["x"].as_str().map(str::len), Some(43));
    assert!(!key.contains_key("d"), "{key:?}");
}
