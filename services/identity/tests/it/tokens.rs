//! What is in an access token, and that nothing else passes for one: RFC 8725's attacks, one row each.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use plenary_proto::identity::v1::{GetJwksRequest, ListMyOrganizationsRequest};
use serde_json::{Value, json};
use sqlx::Row as _;
use tonic::{Code, Status};

use crate::world::{Person, SECRET, World, refusal, signed};

/// The claims of a token, unverified.
pub(crate) fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The name of the key that signed a token, unverified.
pub(crate) fn key_id(token: &str) -> String {
    part(token, 0)["kid"].as_str().expect("always set").to_owned()
}

fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// Uses a token where any signed-in user may go.
async fn try_token(world: &World, token: &str) -> Result<(), Status> {
    let request = signed(token, ListMyOrganizationsRequest {});
    world.organizations().list_my_organizations(request).await.map(|_| ())
}

/// The Ed25519 key of a seed (RFC 8410 section 7: a prefix and the seed).
fn ed25519(seed: &[u8]) -> EncodingKey {
    let prefix = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ];
    EncodingKey::from_ed_der(&[&prefix[..], seed].concat())
}

/// The world's own signing key, opened as only somebody with both the database and the secret can.
async fn our_key(world: &World) -> EncodingKey {
    let mut connection = world.pool.acquire().await.expect("the database is there");
    let row = sqlx::query("select id, sealed_seed from signing_keys")
        .fetch_one(&mut *connection)
        .await
        .expect("one");
    let (id, sealed): (String, Vec<u8>) = (
        row.try_get("id").expect("text"),
        row.try_get("sealed_seed").expect("bytes"),
    );
    let prk = Salt::new(HKDF_SHA256, b"plenary identity v1").extract(SECRET.as_bytes());
    let okm = prk
        .expand(&[b"seal signing keys"], &AES_256_GCM)
        .expect("the length of a key");
    let key = LessSafeKey::new(UnboundKey::from(okm));
    let (nonce, mut rest) = (*sealed.first_chunk().expect("a nonce"), sealed[12..].to_vec());
    let seed = key
        .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(id), &mut rest)
        .expect("opens");
    ed25519(seed)
}

async fn public_key(world: &World) -> String {
    let response = world
        .accounts()
        .get_jwks(GetJwksRequest {})
        .await
        .expect("for everybody");
    let jwks: Value = serde_json::from_str(&response.into_inner().jwks_json).expect("JSON");
    jwks["keys"][0]["x"].as_str().expect("set").to_owned()
}

/// Name of the attack, and its token.
fn forgeries(person: &Person, public: &str) -> Vec<(&'static str, String)> {
    let good = &person.tokens.access_token;
    let (header, body, signature) = {
        let mut parts = good.split('.');
        (
            parts.next().expect("header"),
            parts.next().expect("claims"),
            parts.next().expect("signature"),
        )
    };
    let with = |key: &str, value: Value| {
        let mut claims = claims(good);
        claims[key] = value;
        encode(&claims)
    };
    let named = |algorithm| Header {
        kid: Some(key_id(good)),
        ..Header::new(algorithm)
    };
    let stranger = |claims: &Value| jsonwebtoken::encode(&named(Algorithm::EdDSA), claims, &ed25519(&[7; 32]));
    let none = encode(&json!({"typ": "JWT", "alg": "none", "kid": key_id(good)}));
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode([9; 32])});
    let own_key = encode(&json!({"typ": "JWT", "alg": "EdDSA", "kid": key_id(good), "jwk": jwk}));
    let confused = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(public).expect("base64"));
    let confused = jsonwebtoken::encode(&named(Algorithm::HS256), &claims(good), &confused).expect("signed");
    let mut flipped = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    flipped[0] ^= 1;
    let administrator = with("roles", json!(["administrator"]));
    vec![
        ("algorithm none", format!("{none}.{body}.")),
        (
            "algorithm none with the old signature",
            format!("{none}.{body}.{signature}"),
        ),
        ("the public key as an HMAC secret", confused),
        ("a key of the attacker", stranger(&claims(good)).expect("signed")),
        ("a key in the header", format!("{own_key}.{body}.{signature}")),
        ("another role", format!("{header}.{administrator}.{signature}")),
        (
            "another user",
            format!(
                "{header}.{}.{signature}",
                with("sub", json!("usr_00000000000000000000000000"))
            ),
        ),
        (
            "a longer life",
            format!("{header}.{}.{signature}", with("exp", json!(4_000_000_000_i64))),
        ),
        (
            "another signature",
            format!("{header}.{body}.{}", URL_SAFE_NO_PAD.encode(flipped)),
        ),
        ("no signature", format!("{header}.{body}.")),
        ("two parts", format!("{header}.{body}")),
        ("the refresh token", person.tokens.refresh_token.clone()),
        (
            "a very long one",
            format!("{header}.{}.{signature}", "A".repeat(20_000)),
        ),
    ]
}

#[tokio::test]
async fn a_token_says_who_where_and_for_how_long() {
    let world = World::new().await;
    let (person, organization) = world.organizer("ada@example.org", "Rust Friends").await;
    let claims = claims(&person.tokens.access_token);
    let now = world.hand.clock().now().unix_timestamp();
    assert_eq!(
        (claims["iss"].as_str(), claims["aud"].as_str()),
        (Some("plenary"), Some("plenary"))
    );
    assert_eq!(claims["sub"], person.user.id);
    assert!(claims["sid"].as_str().is_some_and(|sid| sid.starts_with("lgn_")));
    assert_eq!(
        (claims["iat"].as_i64(), claims["exp"].as_i64()),
        (Some(now), Some(now + 300))
    );
    assert_eq!(claims["roles"], json!(["organizer"]));
    assert_eq!(claims["orgs"], json!({ organization.id: "owner" }));
    assert_eq!(
        (claims["ev"].as_bool(), claims["name"].as_str()),
        (Some(true), Some("Ada"))
    );
    assert_eq!(claims["email"], "ada@example.org");
    assert_eq!(part(&person.tokens.access_token, 0)["alg"], "EdDSA");
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let world = World::new().await;
    let person = world.person("ada@example.org").await;
    try_token(&world, &person.tokens.access_token)
        .await
        .expect("the good one");
    for (attack, token) in forgeries(&person, &public_key(&world).await) {
        let result = try_token(&world, &token).await;
        assert!(result.is_err(), "{attack} was let in");
        assert_eq!(
            refusal(result),
            (Code::Unauthenticated, "TOKEN_INVALID".to_owned()),
            "{attack}"
        );
    }
}

#[tokio::test]
async fn a_token_ends_with_its_time() {
    let world = World::new().await;
    let person = world.person("ada@example.org").await;
    world.advance(300);
    try_token(&world, &person.tokens.access_token)
        .await
        .expect("within the skew of clocks");
    world.advance(60);
    let refused = refusal(try_token(&world, &person.tokens.access_token).await);
    assert_eq!(refused, (Code::Unauthenticated, "TOKEN_EXPIRED".to_owned()));
}

#[tokio::test]
async fn tokens_of_our_key_with_wrong_claims_are_refused() {
    let world = World::new().await;
    let person = world.person("ada@example.org").await;
    let now = world.hand.clock().now().unix_timestamp();
    let signer = our_key(&world).await;
    let wrong = [
        ("another audience", "aud", json!("elsewhere")),
        ("another issuer", "iss", json!("elsewhere")),
        ("expired", "exp", json!(now - 61)),
        ("issued more than a minute from now", "iat", json!(now + 61)),
        ("no expiry", "exp", Value::Null),
        (
            "a subject that is no user",
            "sub",
            json!("evt_00000000000000000000000000"),
        ),
    ];
    let sign = |claims: &Value| {
        let header = Header {
            kid: Some(key_id(&person.tokens.access_token)),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, claims, &signer).expect("signed")
    };
    let good = claims(&person.tokens.access_token);
    try_token(&world, &sign(&good)).await.expect("the key is ours");
    for (what, key, value) in wrong {
        let mut claims = good.clone();
        claims[key] = value;
        let (code, reason) = refusal(try_token(&world, &sign(&claims)).await);
        assert_eq!(code, Code::Unauthenticated, "{what}");
        assert!(
            ["TOKEN_INVALID", "TOKEN_EXPIRED"].contains(&reason.as_str()),
            "{what}: {reason}"
        );
    }
}
