//! A node for one test.

use std::net::SocketAddr;

use jsonwebtoken::{EncodingKey, Header, encode};
use kit_config::{Loader, Sources};
use kit_core::{Clock, Rng};
use kit_rpc::{Host, Part, proof};
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "a secret of at least thirty-two bytes";

/// A running node. Dropping it ends its tasks and threads.
pub(crate) struct TestNode {
    pub(crate) host: Host,
    pub(crate) tokens: proof::Tokens,
    pub(crate) livekit: SocketAddr,
}

impl TestNode {
    /// A plain LiveKit server.
    pub(crate) async fn start() -> Self {
        Self::start_with(false, Vec::new()).await
    }

    /// A plain LiveKit server whose rooms have one participant on their first worker, and then go where the fewest are.
    pub(crate) async fn start_spread() -> Self {
        Self::assemble("platform = false\nroom_spread = 1", Vec::new()).await
    }

    /// A node beside these parts of the platform.
    pub(crate) async fn start_with(platform: bool, parts: Vec<Part>) -> Self {
        Self::assemble(&format!("platform = {platform}"), parts).await
    }

    async fn assemble(keys: &str, parts: Vec<Part>) -> Self {
        let file = format!(
            "[sfu]\nmedia_secret = \"{SECRET}\"\n{keys}\nworkers = 2\nhttp_listen = \"127.0.0.1:0\"\n\
             address = \"inproc:sfu\"\n"
        );
        let mut loader = Loader::new(Sources::empty().with_file(&file).expect("TOML"));
        let config = sfu_node::Config::load(&mut loader);
        loader.finish().expect("a good configuration");
        let tokens = proof::Tokens::new(Clock::system(), Rng::system());
        let host = tokens.host();
        let assembled = sfu_node::assemble(config, host.clone()).await.expect("a node");
        let livekit = assembled.livekit.expect("it listens");
        parts.into_iter().for_each(|part| host.mount(part));
        host.mount(assembled.part);
        host.start();
        Self { host, tokens, livekit }
    }
}

impl TestNode {
    /// How many participants each of the two workers has.
    pub(crate) fn placed(&self) -> [u32; 2] {
        let metrics = self.host.metrics.encode();
        std::array::from_fn(|worker| {
            let name = format!("plenary_sfu_participants{{worker=\"{worker}\"}} ");
            let value = metrics.lines().find_map(|line| line.strip_prefix(&name));
            value.map_or(0, |value| value.parse().expect("a number"))
        })
    }
}

impl Drop for TestNode {
    fn drop(&mut self) {
        self.host.tasks.stop();
    }
}

/// A media token for anybody who may do everything.
pub(crate) fn token(identity: &str, room: &str) -> String {
    token_with(identity, room, json!({}))
}

/// A media token with more grants, good for longer than any test takes.
pub(crate) fn token_with(identity: &str, room: &str, grants: Value) -> String {
    token_for(identity, room, grants, 3_600)
}

/// A media token that is good for so many seconds.
pub(crate) fn token_for(identity: &str, room: &str, grants: Value, seconds: i64) -> String {
    sign(&claims(identity, room, grants, seconds))
}

/// A media token of a join that is traced.
pub(crate) fn traced_token(identity: &str, room: &str, parent: &str) -> String {
    let mut claims = claims(identity, room, json!({}), 3_600);
    claims["trace"] = parent.into();
    sign(&claims)
}

fn claims(identity: &str, room: &str, grants: Value, seconds: i64) -> Value {
    let now = Clock::system().now().unix_timestamp();
    let mut video = json!({ "roomJoin": true, "room": room });
    if let (Some(video), Value::Object(grants)) = (video.as_object_mut(), grants) {
        video.extend(grants);
    }
    json!({
        "iss": "plenary", "sub": identity, "name": format!("{identity}'s name"), "nbf": now - 5, "exp": now + seconds,
        "metadata": "m", "attributes": { "a": "b" }, "video": video,
    })
}

fn sign(claims: &Value) -> String {
    encode(&Header::default(), claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("signed")
}
