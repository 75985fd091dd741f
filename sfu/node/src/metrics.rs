//! What a node counts. Workers count into shared atomics once for each turn of their loop, never for each packet.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use kit_telemetry::Metrics;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use crate::socket::Sent;

/// The label of what belongs to one worker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Worker {
    worker: u64,
}

/// The labels of what went nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Lost {
    worker: u64,
    cause: Cause,
}

/// Why a packet went nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EncodeLabelValue)]
enum Cause {
    /// From an address and of a connection that nobody knows.
    Stranger,
    /// Malformed, forged, replayed or out of place.
    Invalid,
    /// Media of a track that was not announced, or is not allowed.
    Unrouted,
    /// Received, and dropped by the kernel before the worker took it.
    Overflow,
    /// To be sent, and not taken by the kernel.
    Unsent,
    /// Received, and not handed to another worker, which was behind.
    Behind,
}

/// A value from 0 to 1.
type Share = Gauge<f64, AtomicU64>;

/// The node's metric families.
#[derive(Debug, Clone)]
pub(crate) struct NodeMetrics {
    packets_received: Family<Worker, Counter>,
    bytes_received: Family<Worker, Counter>,
    packets_sent: Family<Worker, Counter>,
    bytes_sent: Family<Worker, Counter>,
    packets_dropped: Family<Lost, Counter>,
    data_shed: Family<Worker, Counter>,
    busy_seconds: Family<Worker, Counter<f64, AtomicU64>>,
    headroom: Family<Worker, Share>,
    rooms: Family<Worker, Gauge>,
    participants: Family<Worker, Gauge>,
    signal_connections: Gauge,
}

/// One worker's.
#[derive(Debug, Clone)]
pub(crate) struct WorkerMetrics {
    packets_received: Counter,
    bytes_received: Counter,
    packets_sent: Counter,
    bytes_sent: Counter,
    dropped: Dropped,
    data_shed: Counter,
    busy_seconds: Counter<f64, AtomicU64>,
    headroom: Share,
    rooms: Gauge,
    participants: Gauge,
}

/// One worker's packets that went nowhere.
#[derive(Debug, Clone)]
struct Dropped {
    stranger: Counter,
    invalid: Counter,
    unrouted: Counter,
    overflow: Counter,
    unsent: Counter,
    behind: Counter,
}

impl NodeMetrics {
    pub(crate) fn register(metrics: &Metrics) -> Self {
        let counter = |name: &str, help: &str| metrics.register(name, help, Family::<Worker, Counter>::default());
        let gauge = |name: &str, help: &str| metrics.register(name, help, Family::<Worker, Gauge>::default());
        Self {
            packets_received: counter("sfu_packets_received", "Datagrams received"),
            bytes_received: counter("sfu_bytes_received", "Bytes of datagrams received"),
            packets_sent: counter("sfu_packets_sent", "Datagrams sent"),
            bytes_sent: counter("sfu_bytes_sent", "Bytes of datagrams sent"),
            packets_dropped: metrics.register(
                "sfu_packets_dropped",
                "Packets that went nowhere, by cause",
                Family::default(),
            ),
            data_shed: counter("sfu_data_shed", "Data messages above a member's rate"),
            busy_seconds: metrics.register(
                "sfu_worker_busy_seconds",
                "Time that a worker was at work",
                Family::default(),
            ),
            headroom: metrics.register(
                "sfu_worker_headroom_ratio",
                "Share of the last five seconds that a worker had nothing to do",
                Family::default(),
            ),
            rooms: gauge("sfu_rooms", "Open rooms"),
            participants: gauge("sfu_participants", "Participants in rooms"),
            signal_connections: metrics.register(
                "sfu_signal_connections",
                "Open signalling connections",
                Gauge::default(),
            ),
        }
    }

    pub(crate) fn worker(&self, number: usize) -> WorkerMetrics {
        let worker = number as u64;
        let label = Worker { worker };
        let dropped = |cause| self.packets_dropped.get_or_create_owned(&Lost { worker, cause });
        WorkerMetrics {
            packets_received: self.packets_received.get_or_create_owned(&label),
            bytes_received: self.bytes_received.get_or_create_owned(&label),
            packets_sent: self.packets_sent.get_or_create_owned(&label),
            bytes_sent: self.bytes_sent.get_or_create_owned(&label),
            dropped: Dropped {
                stranger: dropped(Cause::Stranger),
                invalid: dropped(Cause::Invalid),
                unrouted: dropped(Cause::Unrouted),
                overflow: dropped(Cause::Overflow),
                unsent: dropped(Cause::Unsent),
                behind: dropped(Cause::Behind),
            },
            data_shed: self.data_shed.get_or_create_owned(&label),
            busy_seconds: self.busy_seconds.get_or_create_owned(&label),
            headroom: self.headroom.get_or_create_owned(&label),
            rooms: self.rooms.get_or_create_owned(&label),
            participants: self.participants.get_or_create_owned(&label),
        }
    }

    /// Packets of the first `workers` workers that our side lost: received too late, or not sent.
    pub(crate) fn lost(&self, workers: usize) -> u64 {
        let of = |worker: WorkerMetrics| worker.dropped.overflow.get() + worker.dropped.unsent.get();
        (0..workers).map(|number| of(self.worker(number))).sum()
    }

    /// Counts a signalling connection for as long as the guard lives.
    pub(crate) fn signal_connection(&self) -> ConnectionGuard {
        self.signal_connections.inc();
        ConnectionGuard(self.signal_connections.clone())
    }

    /// Rooms and participants of the first `workers` workers.
    pub(crate) fn census(&self, workers: usize) -> (i64, i64) {
        (0..workers)
            .map(|number| self.worker(number))
            .fold((0, 0), |(rooms, participants), worker| {
                (rooms + worker.rooms.get(), participants + worker.participants.get())
            })
    }
}

impl WorkerMetrics {
    pub(crate) fn received(&self, packets: u64, bytes: u64) {
        self.packets_received.inc_by(packets);
        self.bytes_received.inc_by(bytes);
    }

    pub(crate) fn refused(&self) {
        self.dropped.stranger.inc();
    }

    pub(crate) fn invalid(&self, packets: u64) {
        self.dropped.invalid.inc_by(packets);
    }

    pub(crate) fn unrouted(&self) {
        self.dropped.unrouted.inc();
    }

    pub(crate) fn overflowed(&self, packets: u64) {
        self.dropped.overflow.inc_by(packets);
    }

    /// The worker was at work for so long, which was this share of its time.
    pub(crate) fn busy(&self, share: f32, time: Duration) {
        self.headroom.set(f64::from(1.0 - share));
        self.busy_seconds.inc_by(time.as_secs_f64());
    }

    pub(crate) fn sent(&self, sent: Sent) {
        if sent != Sent::default() {
            self.packets_sent.inc_by(sent.packets);
            self.bytes_sent.inc_by(sent.bytes);
            self.dropped.unsent.inc_by(sent.dropped);
        }
    }

    pub(crate) fn data_shed(&self) {
        self.data_shed.inc();
    }

    pub(crate) fn not_handed(&self, packets: u64) {
        self.dropped.behind.inc_by(packets);
    }

    pub(crate) fn census(&self, rooms: usize, participants: usize) {
        self.rooms.set(i64::try_from(rooms).unwrap_or(i64::MAX));
        self.participants.set(i64::try_from(participants).unwrap_or(i64::MAX));
    }
}

/// An open signalling connection.
#[derive(Debug)]
pub(crate) struct ConnectionGuard(Gauge);

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.0.dec();
    }
}
