//! What a node counts. Workers count into shared atomics once for each turn of their loop, never for each packet.

use kit_telemetry::Metrics;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use crate::socket::Sent;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Worker {
    worker: u64,
}

/// The node's metric families.
#[derive(Debug, Clone)]
pub(crate) struct NodeMetrics {
    packets_received: Family<Worker, Counter>,
    bytes_received: Family<Worker, Counter>,
    packets_refused: Family<Worker, Counter>,
    packets_sent: Family<Worker, Counter>,
    bytes_sent: Family<Worker, Counter>,
    packets_dropped: Family<Worker, Counter>,
    data_shed: Family<Worker, Counter>,
    rooms: Family<Worker, Gauge>,
    participants: Family<Worker, Gauge>,
    signal_connections: Gauge,
}

/// One worker's.
#[derive(Debug, Clone)]
pub(crate) struct WorkerMetrics {
    packets_received: Counter,
    bytes_received: Counter,
    packets_refused: Counter,
    packets_sent: Counter,
    bytes_sent: Counter,
    packets_dropped: Counter,
    data_shed: Counter,
    rooms: Gauge,
    participants: Gauge,
}

impl NodeMetrics {
    pub(crate) fn register(metrics: &Metrics) -> Self {
        let counter = |name: &str, help: &str| metrics.register(name, help, Family::<Worker, Counter>::default());
        let gauge = |name: &str, help: &str| metrics.register(name, help, Family::<Worker, Gauge>::default());
        Self {
            packets_received: counter("sfu_packets_received", "Datagrams received"),
            bytes_received: counter("sfu_bytes_received", "Bytes of datagrams received"),
            packets_refused: counter("sfu_packets_refused", "Datagrams of nobody we know"),
            packets_sent: counter("sfu_packets_sent", "Datagrams sent"),
            bytes_sent: counter("sfu_bytes_sent", "Bytes of datagrams sent"),
            packets_dropped: counter("sfu_packets_dropped", "Datagrams that the kernel did not take"),
            data_shed: counter("sfu_data_shed", "Data messages above a member's rate"),
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
        let label = Worker { worker: number as u64 };
        WorkerMetrics {
            packets_received: self.packets_received.get_or_create_owned(&label),
            bytes_received: self.bytes_received.get_or_create_owned(&label),
            packets_refused: self.packets_refused.get_or_create_owned(&label),
            packets_sent: self.packets_sent.get_or_create_owned(&label),
            bytes_sent: self.bytes_sent.get_or_create_owned(&label),
            packets_dropped: self.packets_dropped.get_or_create_owned(&label),
            data_shed: self.data_shed.get_or_create_owned(&label),
            rooms: self.rooms.get_or_create_owned(&label),
            participants: self.participants.get_or_create_owned(&label),
        }
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
        self.packets_refused.inc();
    }

    pub(crate) fn sent(&self, sent: Sent) {
        if sent != Sent::default() {
            self.packets_sent.inc_by(sent.packets);
            self.bytes_sent.inc_by(sent.bytes);
            self.packets_dropped.inc_by(sent.dropped);
        }
    }

    pub(crate) fn data_shed(&self) {
        self.data_shed.inc();
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
