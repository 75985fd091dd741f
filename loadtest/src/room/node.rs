//! The node under load: one that runs already, or one of our own on loopback.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use jsonwebtoken::{EncodingKey, Header};
use serde::Serialize;
use tokio::net::TcpStream;

use crate::{clock, process};

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
    /// Media threads of the node that is started.
    #[arg(long, default_value_t = 1)]
    workers: usize,
    /// Participants that the started node has in a room on its first media thread before it grows to others; by default
    /// what the node takes for it.
    #[arg(long)]
    room_spread: Option<usize>,
}

/// A node and the right to mint tokens for it.
#[derive(Debug)]
pub(crate) struct Node {
    url: String,
    pid: u32,
    key: String,
    secret: String,
    /// Present if we started it; killed with this value.
    child: Option<Child>,
}

impl Node {
    /// The node that is meant: it runs already, or is started.
    pub(crate) async fn of(options: &NodeOptions) -> Result<Self> {
        match (&options.url, options.pid, &options.key, &options.secret) {
            (Some(url), Some(pid), Some(key), Some(secret)) => Ok(Self::running(url, pid, key, secret)),
            _ => Self::start(options).await,
        }
    }

    /// A node that runs already.
    fn running(url: &str, pid: u32, key: &str, secret: &str) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        Self {
            url,
            pid,
            key: key.to_owned(),
            secret: secret.to_owned(),
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
        let child = Command::new(&program)
            .arg("--standalone")
            .env("PLENARY_SFU_HTTP_LISTEN", format!("127.0.0.1:{port}"))
            .env("PLENARY_SFU_MEDIA_KEY", KEY)
            .env("PLENARY_SFU_MEDIA_SECRET", SECRET)
            .env("PLENARY_SFU_WORKERS", options.workers.to_string())
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

    /// Where a participant connects, token included.
    pub(crate) fn connect_url(&self, identity: &str) -> Result<String> {
        let token = self.token(identity)?;
        let Self { url, .. } = self;
        Ok(format!(
            "{url}/rtc?access_token={token}&auto_subscribe=1&protocol=15&sdk=rust&version=0.1.0"
        ))
    }

    /// A LiveKit access token, good for one participant of the test's room.
    fn token(&self, identity: &str) -> Result<String> {
        let claims = Claims {
            iss: &self.key,
            sub: identity,
            exp: clock::since_1970().as_secs() + TOKEN_SECONDS,
            video: Grant {
                room: ROOM,
                room_join: true,
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
}
