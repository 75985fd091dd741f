//! What a node's connections share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kit_core::{Clock, Rng};
use kit_rpc::Host;
use sfu_core::Listing;
use sfu_core::output::Participant;
use sfu_peer::NodeIdentity;
use tokio::sync::mpsc;

use crate::config::Config;
use crate::limits::{MOVED_TOKEN_LIFE, NODE_EVENTS, SEE_TIMEOUT, WORKERS_MAX};
use crate::metrics::NodeMetrics;
use crate::token::{AdminGrant, Grant, TokenError, Tokens};
use crate::worker::{self, Busy, Command, NodeEvent, RoomSeen, WorkerConfig, WorkerHandle, WorkerThread};

/// A token that stops waiting: the process begins to end.
pub(crate) type Stopping = tokio_util::sync::CancellationToken;

/// A running node.
#[derive(Debug)]
pub(crate) struct Node {
    id: String,
    clock: Clock,
    rng: Rng,
    tokens: Tokens,
    workers: Vec<WorkerHandle>,
    metrics: NodeMetrics,
    stopping: Stopping,
    started: time::OffsetDateTime,
    arrivals: AtomicU64,
}

/// A node that was started: the node, its threads, and what they tell.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) node: Arc<Node>,
    pub(crate) threads: Vec<WorkerThread>,
    pub(crate) events: mpsc::Receiver<NodeEvent>,
}

impl Node {
    /// Binds the workers' sockets and starts their threads.
    pub(crate) fn start(config: &Config, host: &Host) -> anyhow::Result<Started> {
        let metrics = NodeMetrics::register(&host.metrics);
        let identity = NodeIdentity::generate()?;
        let (events, received) = mpsc::channel(NODE_EVENTS);
        let count = match config.workers {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            count => count,
        };
        let tokens = Tokens::new(
            &config.media_key,
            config.media_secret.expose().as_bytes(),
            host.clock.clone(),
        );
        if count > WORKERS_MAX {
            anyhow::bail!("{count} media workers are more than {WORKERS_MAX}");
        }
        let mut workers = Vec::with_capacity(count);
        let mut threads = Vec::with_capacity(count);
        for (number, seat) in worker::seats(count)?.into_iter().enumerate() {
            let mut bind = config.media_listen;
            if bind.port() != 0 {
                let port = usize::from(bind.port()) + number;
                bind.set_port(u16::try_from(port).map_err(|_| anyhow::anyhow!("no UDP port {port} for a worker"))?);
            }
            let worker = WorkerConfig {
                bind,
                advertise: config.advertise_ip,
                identity: identity.clone(),
                clock: host.clock.clone(),
                rng: host.rng.clone(),
                listing: if config.audience.unwrap_or(config.platform) {
                    Listing::Audience
                } else {
                    Listing::Open
                },
                platform_chat: config.platform,
                tokens: tokens.clone(),
                room_spread: config.room_spread,
            };
            let (handle, thread) = worker::start(seat, worker, metrics.worker(number), events.clone())
                .map_err(|error| anyhow::anyhow!("cannot start a media worker on UDP {bind}: {error}"))?;
            workers.push(handle);
            threads.push(thread);
        }
        let node = Self {
            id: config.node_id.clone(),
            clock: host.clock.clone(),
            rng: host.rng.clone(),
            tokens,
            workers,
            metrics,
            stopping: host.stopping(),
            started: host.clock.now(),
            arrivals: AtomicU64::new(0),
        };
        Ok(Started {
            node: Arc::new(node),
            threads,
            events: received,
        })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) const fn rng(&self) -> &Rng {
        &self.rng
    }

    pub(crate) const fn metrics(&self) -> &NodeMetrics {
        &self.metrics
    }

    pub(crate) const fn started(&self) -> time::OffsetDateTime {
        self.started
    }

    pub(crate) fn stopping(&self) -> Stopping {
        self.stopping.clone()
    }

    pub(crate) fn verify(&self, token: &str) -> Result<Grant, TokenError> {
        self.tokens.verify(token)
    }

    pub(crate) fn verify_admin(&self, token: &str) -> Result<AdminGrant, TokenError> {
        self.tokens.verify_admin(token)
    }

    /// A token with which the participant can join a room, as what they are.
    pub(crate) fn token_for(&self, participant: &Participant, room: &str) -> Result<String, TokenError> {
        self.tokens.sign(participant, room, MOVED_TOKEN_LIFE)
    }

    /// The number of somebody who comes now: greater than everybody's before.
    pub(crate) fn next_arrival(&self) -> u64 {
        self.arrivals.fetch_add(1, Ordering::Relaxed)
    }

    pub(crate) fn workers(&self) -> &[WorkerHandle] {
        &self.workers
    }

    /// The worker that a room is at home on: it lets people in, and knows on which worker they are.
    pub(crate) fn worker_of(&self, room: &str) -> &WorkerHandle {
        &self.workers[self.worker_number(room)]
    }

    /// That worker's number, the same for everybody who asks, without a table: by a hash of the name. What follows a `#` does not count, so that
    /// rooms between which people move, like a stage and its backstage, are together.
    pub(crate) fn worker_number(&self, room: &str) -> usize {
        let family = room.split('#').next().unwrap_or(room);
        // FNV-1a: short names, no attacker's choice (rooms are named by the platform), and nothing to import.
        let hash = family.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        usize::try_from(hash % self.workers.len() as u64).unwrap_or_default()
    }

    pub(crate) fn worker(&self, number: usize) -> Option<&WorkerHandle> {
        self.workers.get(number)
    }

    /// Whether every worker's thread runs.
    pub(crate) fn is_whole(&self) -> bool {
        self.workers.iter().all(WorkerHandle::is_alive)
    }

    /// Rooms and participants at present.
    pub(crate) fn census(&self) -> (i32, i32) {
        let (rooms, participants) = self.metrics.census(self.workers.len());
        let count = |number: i64| i32::try_from(number).unwrap_or(i32::MAX);
        (count(rooms), count(participants))
    }

    /// Packets that our side lost, received too late or not sent.
    pub(crate) fn lost(&self) -> u64 {
        self.metrics.lost(self.workers.len())
    }

    /// How a room's connections are: an answer of each worker, whether or not the room is on it.
    pub(crate) async fn see(&self, room: &str) -> Result<Vec<RoomSeen>, Busy> {
        let mut answers = Vec::with_capacity(self.workers.len());
        for worker in &self.workers {
            let (reply, answer) = tokio::sync::oneshot::channel();
            let room = room.to_owned();
            worker.send(Command::See { room, reply })?;
            answers.push(answer);
        }
        let all = futures::future::try_join_all(answers);
        let answered = tokio::time::timeout(SEE_TIMEOUT, all).await;
        answered.map_err(|_| Busy)?.map_err(|_| Busy)
    }

    /// Puts everybody out, gives their goodbyes time to leave, and ends the workers.
    pub(crate) async fn shut_down(&self, threads: Vec<WorkerThread>) {
        for worker in &self.workers {
            let _ = worker.send(Command::Drain);
        }
        tokio::time::sleep(FAREWELL).await;
        for worker in &self.workers {
            let _ = worker.send(Command::Stop);
        }
        let _ = tokio::task::spawn_blocking(move || threads.into_iter().for_each(|thread| drop(thread.join()))).await;
    }
}

/// How long clients' connections have to hear that the node shuts down before its sockets close.
const FAREWELL: Duration = Duration::from_millis(200);
