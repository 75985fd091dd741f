//! The node under load: one that runs already, or one of our own on loopback.

mod counted;

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;
use tokio::net::TcpStream;

use crate::{clock, process};

pub(crate) use counted::Counted;

const KEY: &str = "loadtest";
const SECRET: &str = "a secret of this load test alone, never of a real node";
const ROOM: &str = "load";
const TOKEN_SECONDS: u64 = 3600;
/// Tries of 50 ms until a started node listens.
const START_TRIES: usize = 200;

/// Which node is put under load.
#[derive(Debug, Args)]
pub(crate) struct NodeOptions {
    /// The node's program; by default the one beside this program.
    #[arg(long)]
    program: Option<PathBuf>,
    /// A running node instead (ws://…), with its process id, key and secret.
    #[arg(long, requires_all = ["pid", "key", "secret"])]
    url: Option<String>,
    #[arg(long)]
    pid: Option<u32>,
    #[arg(long)]
    key: Option<String>,
    #[arg(long)]
    secret: Option<String>,
    /// Operations port of the running node, for figures that it counts itself.
    #[arg(long)]
    operations: Option<SocketAddr>,
    /// Media threads of the node that is started.
    #[arg(long, default_value_t = 1)]
    workers: usize,
    /// Participants that the started node has in a room on its first media thread before it grows to others; by default
    /// what the node takes for it.
    #[arg(long)]
    room_spread: Option<usize>,
    /// The started node's room is a meeting, in which the first hundred are told of each other. Otherwise it is a show, as
    /// in the platform: those who watch hear of the stage alone.
    #[arg(long)]
    meeting: bool,
}

/// A node and the right to mint tokens for it.
#[derive(Debug)]
pub(crate) struct Node {
    url: String,
    pid: u32,
    key: String,
    secret: String,
    operations: Option<SocketAddr>,
    /// Present if we started it; killed with this value.
    child: Option<Child>,
}

impl Node {
    /// The node that is meant: it runs already, or is started.
    pub(crate) async fn of(options: &NodeOptions) -> Result<Self> {
        match (&options.url, options.pid, &options.key, &options.secret) {
            (Some(url), Some(pid), Some(key), Some(secret)) => {
                Ok(Self::running(url, pid, [key, secret], options.operations))
            }
            _ => Self::start(options).await,
        }
    }

    /// A node that runs already.
    pub(crate) fn running(url: &str, pid: u32, [key, secret]: [&str; 2], operations: Option<SocketAddr>) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        Self {
            url,
            pid,
            key: key.to_owned(),
            secret: secret.to_owned(),
            operations,
            child: None,
        }
    }

    /// Starts a node that stands alone on a free port of loopback.
    async fn start(options: &NodeOptions) -> Result<Self> {
        let program = match &options.program {
            Some(program) => program.clone(),
            None => process::beside_this_one("sfu-node")?,
        };
        let spread = options
            .room_spread
            .map(|spread| ("PLENARY_SFU_ROOM_SPREAD", spread.to_string()));
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let operations = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(&program)
            .arg("--standalone")
            .env("PLENARY_SFU_HTTP_LISTEN", format!("127.0.0.1:{port}"))
            .env("PLENARY_SFU_MEDIA_KEY", KEY)
            .env("PLENARY_SFU_MEDIA_SECRET", SECRET)
            .env("PLENARY_TELEMETRY_LISTEN", operations.to_string())
            .env("PLENARY_SFU_WORKERS", options.workers.to_string())
            .env("PLENARY_SFU_AUDIENCE", (!options.meeting).to_string())
            .envs(spread)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}; build it first", program.display()))?;
        let (key, secret) = (KEY.to_owned(), SECRET.to_owned());
        let mut node = Self {
            url: format!("ws://127.0.0.1:{port}"),
            pid: child.id(),
            key,
            secret,
            operations: Some(operations),
            child: Some(child),
        };
        for _ in 0..START_TRIES {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return Ok(node);
            }
            if let Some(status) = node.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                bail!("the node ended at once: {status}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the node does not listen on port {port}")
    }

    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// What the node has counted so far.
    pub(crate) async fn counted(&self) -> Result<Counted> {
        let operations = self
            .operations
            .context("name the node's operations port: --operations")?;
        Counted::by(operations).await
    }

    /// Where a participant connects, token included, and whether they watch whatever is published.
    pub(crate) fn connect_url(&self, identity: &str, watches: bool) -> Result<String> {
        let token = self.token(identity, !watches)?;
        let (Self { url, .. }, subscribe) = (self, u8::from(watches));
        Ok(format!(
            "{url}/rtc?access_token={token}&auto_subscribe={subscribe}&protocol=15&sdk=rust&version=0.1.0"
        ))
    }

    /// A LiveKit access token, good for one participant of the test's room.
    fn token(&self, identity: &str, can_publish: bool) -> Result<String> {
        let claims = Claims {
            iss: &self.key,
            sub: identity,
            exp: clock::since_1970().as_secs() + TOKEN_SECONDS,
            video: Grant {
                room: ROOM,
                room_join: true,
                can_publish,
            },
        };
        let key = EncodingKey::from_secret(self.secret.as_bytes());
        Ok(jsonwebtoken::encode(&Header::default(), &claims, &key)?)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Fails only if it has ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[derive(Serialize)]
struct Claims<'c> {
    iss: &'c str,
    sub: &'c str,
    exp: u64,
    video: Grant<'c>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Grant<'c> {
    room: &'c str,
    room_join: bool,
    can_publish: bool,
}
