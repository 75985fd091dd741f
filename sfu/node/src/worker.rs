//! A worker: one thread that owns a UDP port, the peers that use it, and the rooms they are in. Everything is `&mut`;
//! nothing is locked. Control comes as [`Command`]s over a bounded queue, with a wake-up; what clients are told goes out
//! as [`Event`]s, and what the platform is told as [`NodeEvent`]s, both over bounded queues.
//!
//! ```text
//!   commands ─┐                                   ┌─► Event (to one signalling session)
//!   datagrams ─┼─► State: peers, rooms, timers ───┼─► NodeEvent (to reports and chat)
//!   deadlines ─┘                                   └─► Outbox ─► sendmmsg + GSO
//! ```

mod admin;
mod calls;
mod commands;
mod data;
mod datagrams;
mod egress;
mod forwarding;
mod handed;
mod journey;
mod links;
mod member;
mod messages;
mod notes;
mod outputs;
mod pace;
mod path;
mod peers;
mod resume;
mod rooms;
mod seeing;
mod simulate;
mod state;
mod timers;
mod tokens;
mod transfer;

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Weak};
use std::thread;

use kit_core::{Clock, Rng};
use sfu_peer::{DatagramKind, NodeIdentity, demux};

use crate::limits::{COMMANDS, GATHER_COPIES, GATHER_STEP, GATHER_STEPS, HANDED_ROUND, RECEIVE_ROUNDS};
use crate::metrics::WorkerMetrics;
use crate::socket::{Outbox, Port, ReceiveBatch, Waker};
use crate::token::Tokens;

pub(crate) use admin::{AdminRefusal, Announcement, Ask, Reply, Whom};
pub(crate) use calls::RpcAnswer;
pub(crate) use data::chat_packet;
#[cfg(feature = "fuzz")]
pub(crate) use data::fuzz_data_packet;
pub(crate) use journey::{Destination, Journey, Manner};
use links::{Inbox, Link};
pub(crate) use member::MemberKey;
pub(crate) use messages::{
    Action, ChatPost, Command, Event, JoinCommand, Joined, NodeEvent, Place, ResumeCommand, RoomSummary, StreamState,
    TokenTimes,
};
use pace::{Pace, Reports, Taken};
pub(crate) use rooms::RoomSettings;
pub(crate) use seeing::{RoomSeen, Seen};
pub(crate) use simulate::{Cut, Scenario};
use state::{Reach, State};

/// What all workers of a node are made from.
#[derive(Debug, Clone)]
pub(crate) struct WorkerConfig {
    pub(crate) bind: SocketAddr,
    /// Address to name in candidates instead of the bound one's, behind a one-to-one NAT.
    pub(crate) advertise: Option<std::net::IpAddr>,
    pub(crate) identity: NodeIdentity,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    /// Who is told of whom in this node's rooms.
    pub(crate) listing: sfu_core::Listing,
    /// Chat goes to the platform instead of straight to the room.
    pub(crate) platform_chat: bool,
    /// Signs what lets clients in again.
    pub(crate) tokens: Tokens,
    /// Participants that a room has here before it grows to other workers.
    pub(crate) room_spread: usize,
}

/// A worker's number, and its ways to the others and back.
#[derive(Debug)]
pub(crate) struct Seat {
    number: usize,
    waker: Waker,
    links: Vec<Link>,
    inbox: Inbox,
}

/// Places for so many workers who know each other.
pub(crate) fn seats(count: usize) -> io::Result<Vec<Seat>> {
    let wakers = (0..count).map(|_| Waker::new()).collect::<io::Result<Vec<_>>>()?;
    let ends = wakers.iter().cloned().map(links::inbox);
    let (links, inboxes): (Vec<_>, Vec<_>) = ends.unzip();
    let seats = wakers.into_iter().zip(inboxes).enumerate();
    Ok(seats
        .map(|(number, (waker, inbox))| Seat {
            number,
            waker,
            links: links.clone(),
            inbox,
        })
        .collect())
}

/// The other threads' end of a worker.
#[derive(Debug, Clone)]
pub(crate) struct WorkerHandle {
    commands: SyncSender<Command>,
    waker: Waker,
    alive: Weak<()>,
}

/// The worker's queue is full, or the worker is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the media worker is busy")]
pub(crate) struct Busy;

impl WorkerHandle {
    /// Whether the thread runs.
    pub(crate) fn is_alive(&self) -> bool {
        self.alive.strong_count() > 0
    }

    /// Gives the worker something to do, or says at once that it cannot take it.
    pub(crate) fn send(&self, command: Command) -> Result<(), Busy> {
        match self.commands.try_send(command) {
            Ok(()) => {
                self.waker.wake();
                Ok(())
            }
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(Busy),
        }
    }
}

/// A worker's thread, to be joined.
pub(crate) type WorkerThread = thread::JoinHandle<()>;

/// Binds the port and starts the thread.
pub(crate) fn start(
    seat: Seat,
    config: WorkerConfig,
    metrics: WorkerMetrics,
    events: tokio::sync::mpsc::Sender<NodeEvent>,
) -> io::Result<(WorkerHandle, WorkerThread)> {
    let Seat {
        number,
        waker,
        links,
        inbox,
    } = seat;
    let port = Arc::new(Port::bind(config.bind)?);
    let (commands, received) = sync_channel(COMMANDS);
    let alive = Arc::new(());
    let handle = WorkerHandle {
        commands,
        waker: waker.clone(),
        alive: Arc::downgrade(&alive),
    };
    let local = port.urgent().local_addr()?;
    let candidate = SocketAddr::new(config.advertise.unwrap_or_else(|| local.ip()), local.port());
    tracing::info!(worker = number, %local, %candidate, "media worker started");
    let outbox = Outbox::new(Arc::clone(&port));
    let reach = Reach {
        links,
        node_events: events,
    };
    let state = State::new(number, config, candidate, outbox, metrics, reach);
    let mut worker = Worker {
        port,
        waker,
        receive: ReceiveBatch::new(),
        commands: received,
        inbox,
        state,
        pace: Pace::default(),
        reports: Reports::default(),
        _alive: alive,
    };
    let thread = thread::Builder::new()
        .name(format!("sfu-worker-{number}"))
        .spawn(move || worker.run())?;
    Ok((handle, thread))
}

struct Worker {
    port: Arc<Port>,
    waker: Waker,
    receive: ReceiveBatch,
    commands: Receiver<Command>,
    inbox: Inbox,
    state: State,
    pace: Pace,
    reports: Reports,
    /// Gone with the thread, however it ends.
    _alive: Arc<()>,
}

impl Worker {
    fn run(&mut self) {
        loop {
            // A panic is a mistake of ours in one room; the other workers' rooms must not pay for it, and this worker's
            // clients come back by themselves. State that was being changed is not trusted again.
            match catch_unwind(AssertUnwindSafe(|| self.turn())) {
                Ok(true) => {}
                Ok(false) => return,
                Err(_) => {
                    tracing::error!("a media worker panicked; its rooms begin anew");
                    self.start_over();
                }
            }
        }
    }

    /// One turn of the loop. False when the worker has to end.
    fn turn(&mut self) -> bool {
        let (watch, timeout) = self.reports.wait(self.state.clock_now(), self.state.time_to_next());
        if let Err(error) = self.port.wait(watch, &self.waker, timeout) {
            tracing::error!(%error, "waiting for datagrams failed; the worker ends");
            return false;
        }
        self.state.note_idle(self.pace.idle(self.state.clock_now()));
        if !self.take_commands() {
            self.state.settle();
            return false;
        }
        self.take_notes();
        let port = Arc::clone(&self.port);
        self.take_datagrams(port.urgent());
        self.take_handed();
        if let Some(socket) = port.reports() {
            self.take_reports(socket);
        }
        self.state.fire_timers();
        self.state.look_if_due();
        self.state.settle();
        self.inbox.publish(self.state.members.len(), self.state.copies);
        self.pace.ended(self.state.clock_now());
        true
    }

    /// False when the worker has to end.
    fn take_commands(&mut self) -> bool {
        loop {
            match self.commands.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => return false,
                Ok(command) => self.state.command(command),
                Err(TryRecvError::Empty) => return true,
            }
        }
    }

    fn start_over(&mut self) {
        // Before the others hear of it, and perhaps send somebody.
        self.inbox.publish(0, 0);
        self.state.start_over();
    }

    fn take_notes(&mut self) {
        self.inbox.open();
        if self.inbox.take_cut_off() {
            tracing::error!("a media worker did not read what the others told it; its rooms begin anew");
            while self.inbox.note().is_some() {}
            self.start_over();
        }
        self.state.begin_turn();
        while let Some((from, note)) = self.inbox.note() {
            self.state.note(from, note);
            self.state.settle_rooms();
        }
        self.state.send_notes();
    }

    fn take_handed(&mut self) {
        self.state.begin_turn();
        for _ in 0..HANDED_ROUND {
            let Some(handed) = self.inbox.handed() else { return };
            self.state.handed(&handed);
        }
        // There is more: no rest before it.
        self.waker.wake();
    }

    /// Handles what lies in a socket of the port, in so many rounds at most.
    fn take_datagrams(&mut self, socket: &UdpSocket) -> Taken {
        let mut taken = Taken::Nothing;
        let mut acknowledges = false;
        for batches in 1..=RECEIVE_ROUNDS {
            if !received(self.receive.receive(socket)) {
                return taken;
            }
            self.gather(socket);
            acknowledges |= self.receive.any(is_message);
            taken = Taken::All { batches, acknowledges };
            let is_drained = !self.receive.is_full();
            self.state.datagrams(&mut self.receive);
            if is_drained {
                return taken;
            }
        }
        Taken::Part
    }

    fn take_reports(&mut self, socket: &UdpSocket) {
        let now = self.state.clock_now();
        if self.reports.are_due(now) {
            let taken = self.take_datagrams(socket);
            self.reports.read(now, taken);
        }
    }

    /// In the middle of a picture that many watch, waits a little for the rest of it: what leaves together costs each
    /// viewer one send. Gives up when a step brings nothing, for then the publisher spaces its packets further apart.
    fn gather(&mut self, socket: &UdpSocket) {
        if self.state.copies() < GATHER_COPIES {
            return;
        }
        for _ in 0..GATHER_STEPS {
            if self.receive.is_full() || !self.receive.last().is_some_and(is_amid_picture) {
                return;
            }
            thread::sleep(GATHER_STEP);
            if !received(self.receive.receive_more(socket)) {
                return;
            }
        }
    }
}

/// Whether something came.
fn received(outcome: io::Result<bool>) -> bool {
    outcome
        .inspect_err(|error| tracing::warn!(%error, "receiving failed"))
        .unwrap_or(false)
}

/// Whether a datagram is a media packet that is not the last of its picture: its marker bit is unset, which is not
/// encrypted (RFC 3550 §5.1).
fn is_amid_picture(datagram: &[u8]) -> bool {
    demux::classify(datagram) == DatagramKind::Rtp && datagram.get(1).is_some_and(|byte| byte & 0x80 == 0)
}

/// Whether a datagram is of the messages: an acknowledgement, or a message itself.
fn is_message(datagram: &[u8]) -> bool {
    demux::classify(datagram) == DatagramKind::Dtls
}

#[cfg(test)]
mod tests {
    use super::*;
    use sfu_core::input::{LeaveReason, Permissions, PublishRight};
    use tokio::sync::mpsc;

    pub(super) fn config(clock: Clock) -> WorkerConfig {
        WorkerConfig {
            bind: "127.0.0.1:0".parse().expect("an address"),
            advertise: None,
            identity: NodeIdentity::generate().expect("a certificate"),
            rng: Rng::system(),
            listing: sfu_core::Listing::Open,
            platform_chat: false,
            room_spread: 1,
            tokens: Tokens::new("key", b"a secret of at least thirty-two bytes", clock.clone()),
            clock,
        }
    }

    fn only_seat() -> Seat {
        seats(1).expect("an eventfd").pop().expect("one")
    }

    pub(super) fn join(events: mpsc::Sender<Event>) -> Command {
        join_as("ada", 0, events)
    }

    pub(super) fn join_as(identity: &str, order: u64, events: mpsc::Sender<Event>) -> Command {
        join_room("room", identity, order, events)
    }

    pub(super) fn join_room(room: &str, identity: &str, order: u64, events: mpsc::Sender<Event>) -> Command {
        let permissions = Permissions {
            publish: PublishRight::Everything,
            subscribe: true,
            publish_data: true,
            update_metadata: false,
            hidden: false,
        };
        Command::Join(Box::new(JoinCommand {
            room: room.to_owned(),
            sid: format!("PA_{identity}{order}"),
            room_sid: "RM_1".to_owned(),
            identity: identity.to_owned(),
            name: String::new(),
            metadata: String::new(),
            attributes: std::collections::BTreeMap::new(),
            permissions,
            token: TokenTimes {
                not_before: 0,
                expires_at: i64::MAX,
            },
            auto_subscribe: true,
            trace: None,
            naming: crate::signal::Naming::Track,
            order,
            events,
        }))
    }

    #[test]
    fn the_marker_tells_whether_a_picture_goes_on() {
        let rtp = |second| [0x80, second, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 1];
        assert!(is_amid_picture(&rtp(96)));
        assert!(!is_amid_picture(&rtp(96 | 0x80)));
        assert!(!is_amid_picture(&rtp(201)), "RTCP");
        assert!(!is_amid_picture(&[]));
    }

    #[test]
    fn a_panic_ends_the_sessions_of_a_worker_and_not_the_worker() {
        let metrics = crate::metrics::NodeMetrics::register(&kit_telemetry::Metrics::new()).worker(0);
        let (node_events, mut told) = mpsc::channel(16);
        let (worker, thread) = start(only_seat(), config(Clock::system()), metrics, node_events).expect("a worker");
        let (events, mut received) = mpsc::channel(16);
        worker.send(join(events)).expect("taken");
        assert!(matches!(received.blocking_recv(), Some(Event::Joined(_))));
        worker.send(Command::Panic).expect("taken");
        let last = std::iter::from_fn(|| received.blocking_recv()).last();
        assert!(
            matches!(last, Some(Event::Left(LeaveReason::ServerShutdown))),
            "{last:?}"
        );

        let (events, mut received) = mpsc::channel(16);
        worker.send(join(events)).expect("taken");
        assert!(
            matches!(received.blocking_recv(), Some(Event::Joined(_))),
            "the worker goes on"
        );
        assert!(worker.is_alive());
        worker.send(Command::Stop).expect("taken");
        thread.join().expect("an orderly end");
        assert!(!worker.is_alive());
        let told: Vec<_> = std::iter::from_fn(|| told.try_recv().ok()).collect();
        let departures = told
            .iter()
            .filter(|event| matches!(event, NodeEvent::Left { .. }))
            .count();
        assert_eq!(departures, 1, "the platform hears of those who were put out");
    }
}
