//! Every bound of a node, with its unit and its reason. Rooms and peers have their own.

use std::time::Duration;

/// Datagrams taken from the kernel at once (each may hold a GRO train).
pub(crate) const RECEIVE_BATCH: usize = 32;
/// Bytes of one receive buffer: the largest GRO train the kernel hands up.
pub(crate) const RECEIVE_BYTES: usize = 65_536;
/// Bytes of one datagram that may be sent: an Ethernet frame less IPv6 and UDP headers, with room for a tunnel.
pub(crate) const DATAGRAM_BYTES_MAX: usize = 1_400;
/// Bytes of packets written before they are handed to the kernel: small beside a core's cache, so that the kernel copies
/// from there, and 0.2 ms of work, so that the first viewers do not wait for the last; some 20 trains a call.
pub(crate) const SEND_BYTES: usize = 128 << 10;
/// Segments of one GSO send (the kernel's UDP_MAX_SEGMENTS was 64 until 6.9).
pub(crate) const GSO_SEGMENTS_MAX: usize = 64;
/// Bytes of one GSO send: a UDP datagram's greatest payload.
pub(crate) const GSO_BYTES_MAX: usize = 65_000;
/// Messages of one sendmmsg; their headers live on the stack.
pub(crate) const SEND_MESSAGES: usize = 32;
/// Bytes asked for as the socket's buffers: 30 ms of 3,000 viewers at 1.5 Mbit/s is 17 MB; the kernel caps what is
/// asked at `net.core.*mem_max` unless the process may exceed it.
pub(crate) const SOCKET_BUFFER_BYTES: usize = 8 << 20;
/// Media packets of one receive batch that are forwarded together.
pub(crate) const MEDIA_BATCH: usize = 64;
/// Copies of each media packet from which on a picture's packets are waited for: every packet that joins a train saves
/// each copy about a microsecond.
pub(crate) const GATHER_COPIES: u64 = 20;
/// Between two looks at whether the rest of a picture has come.
pub(crate) const GATHER_STEP: Duration = Duration::from_micros(80);
/// Looks before what has come is sent: with the kernel's timer slack about 0.4 ms.
pub(crate) const GATHER_STEPS: usize = 3;
/// How long reports gather at least once some were read: reading them one by one costs most.
pub(crate) const REPORTS_GATHER: Duration = Duration::from_millis(4);
/// How long they gather at most, if nothing else wakes the worker: little beside the 50–250 ms for which receivers gather
/// what they report.
pub(crate) const REPORTS_WAIT: Duration = Duration::from_millis(20);
/// The same while acknowledgements come, since how many messages may be on their way depends on how soon these are read,
/// and while more than [`REPORTS_MUCH`] batches come at once, of which a socket with the kernel's usual buffer holds sixteen.
pub(crate) const REPORTS_WAIT_URGED: Duration = Duration::from_millis(5);
/// Full batches from which on more at once would hardly be read with less work.
pub(crate) const REPORTS_MUCH: usize = 2;
/// Receive batches handled before control messages get their turn.
pub(crate) const RECEIVE_ROUNDS: usize = 8;

/// Workers of a node: rooms number their parts with a byte.
pub(crate) const WORKERS_MAX: usize = 255;
/// Control messages waiting for a worker. Beyond, callers are told to come later.
pub(crate) const COMMANDS: usize = 4_096;
/// What other workers have told one and it has not read: more than 5,000 members' comings, goings and changes at once.
pub(crate) const NOTES: usize = 65_536;
/// Batches of packets of other workers that wait for one: 20 cameras of three layers send 1,800 pictures a second, so half a
/// second, beyond which nobody wants them.
pub(crate) const HANDED: usize = 1_024;
/// Buffers of such batches that are kept to be used again; each has held a picture or two.
pub(crate) const HANDED_BUFFERS: usize = 64;
/// Batches of other workers that are handled before control messages get their turn.
pub(crate) const HANDED_ROUND: usize = 256;
/// Signalling events waiting for one client; a client that does not read them is put out.
pub(crate) const EVENTS: usize = 512;
/// Events waiting for the platform's side of the node (reports, chat).
pub(crate) const NODE_EVENTS: usize = 8_192;

/// Bytes of one signalling frame: as LiveKit's server.
pub(crate) const SIGNAL_BYTES_MAX: usize = 2 << 20;
/// Signalling frames a client may send at once, and then each second. A grid of 100 tiles that is resized sends one
/// for each.
pub(crate) const SIGNAL_BURST: u32 = 300;
/// See [`SIGNAL_BURST`].
pub(crate) const SIGNAL_PER_SECOND: u32 = 50;
/// How long a client may be silent; it pings each [`PING_INTERVAL`].
pub(crate) const PING_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a session whose signalling broke waits to be resumed. Less than the 30 s that its transports live without a
/// check (RFC 7675), so that what it is put out for is what happened.
pub(crate) const RESUME_WINDOW: Duration = Duration::from_secs(25);
/// How often clients ping.
pub(crate) const PING_INTERVAL: Duration = Duration::from_secs(5);
/// How long somebody who joins waits for the worker's answer.
pub(crate) const JOIN_TIMEOUT: Duration = Duration::from_secs(5);

/// Data messages a member may send at once, and then each second: LiveKit's clients split a file into 15 kB messages.
pub(crate) const DATA_BURST: u32 = 400;
/// See [`DATA_BURST`].
pub(crate) const DATA_PER_SECOND: u32 = 200;
/// Reliable messages kept for somebody whose data channel is not open yet, a few round trips after their join.
pub(crate) const EARLY_MESSAGES_MAX: usize = 128;
/// Bytes of these; a third of what may wait in an open channel.
pub(crate) const EARLY_BYTES_MAX: usize = 384 << 10;
/// Bytes of a token.
pub(crate) const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a room's name or an identity.
pub(crate) const NAME_BYTES_MAX: usize = 256;
/// Changes of a profile, of tracks, and of who may subscribe that a client may make at once, and then each second: each
/// is told to the whole room, or has everybody's subscriptions looked at.
pub(crate) const BROADCAST_BURST: u32 = 50;
/// See [`BROADCAST_BURST`].
pub(crate) const BROADCAST_PER_SECOND: u32 = 5;
/// How long somebody can have themselves shown as speaking, to see what it looks like.
pub(crate) const PRETENCE_MAX: Duration = Duration::from_secs(60);
/// Tracks whose wanted codec is remembered; more than a member may publish.
pub(crate) const PREFERENCES_MAX: usize = 16;

/// Bytes of one call of the server API: the largest is metadata of 64 KiB in JSON, where each byte may be six.
pub(crate) const ADMIN_BYTES_MAX: usize = 1 << 20;
/// Names in one call that lists rooms.
pub(crate) const LISTED_NAMES_MAX: usize = 1_000;
/// Bytes of the mark of a message from outside; LiveKit's SDKs draw 16.
pub(crate) const NONCE_BYTES_MAX: usize = 64;
/// Marks that a room remembers: SDKs repeat a call within seconds.
pub(crate) const NONCES: usize = 256;
/// How long a created room waits for the first to come, when nothing else is asked for: as LiveKit's server.
pub(crate) const ROOM_EMPTY_TIMEOUT: Duration = Duration::from_secs(300);
/// How long a created room waits after the last has left: as LiveKit's server.
pub(crate) const ROOM_DEPARTURE_TIMEOUT: Duration = Duration::from_secs(20);
/// The longest that a room waits; who wants more creates it again.
pub(crate) const ROOM_TIMEOUT_MAX: Duration = Duration::from_secs(24 * 3_600);
/// Calls to participants of a worker that wait for an answer.
pub(crate) const CALLS: usize = 1_000;
/// How long a call waits when nothing else is asked for.
pub(crate) const RPC_TIMEOUT: Duration = Duration::from_secs(10);
/// The longest that a call waits.
pub(crate) const RPC_TIMEOUT_MAX: Duration = Duration::from_secs(60);
/// Rooms in which somebody is to be seen beside their own: each copies the way in of every packet.
pub(crate) const LIKENESSES_MAX: usize = 8;
/// How long before a client's token ends it gets another: it may be away for [`RESUME_WINDOW`], and needs one to come back.
pub(crate) const TOKEN_RENEWED_AHEAD: Duration = Duration::from_secs(300);
/// How long a renewed token is good: as LiveKit's server. Short, so that who is put out does not hold one for long.
pub(crate) const RENEWED_TOKEN_LIFE: Duration = Duration::from_secs(600);
/// People of rooms of one worker whose tokens are taken back at a time; the oldest are forgotten first.
pub(crate) const REVOCATIONS_MAX: usize = 10_000;
/// What is added to the time of a removal that names none: clocks of whoever signs tokens may be ahead (LiveKit's leeway).
pub(crate) const REVOCATION_LEEWAY: Duration = Duration::from_secs(60);
/// How long the token is good that somebody who was moved connects with if their connection breaks: LiveKit's default.
pub(crate) const MOVED_TOKEN_LIFE: Duration = Duration::from_secs(6 * 3_600);
/// Samples of a connection between two times that the platform is told how it went: a node that dies takes a minute of
/// knowledge with it.
pub(crate) const KEEP_SAMPLES: u32 = 12;
/// Connections that the platform is told of in one call.
pub(crate) const SEEN_MAX: usize = 1_000;
/// Connections that a room's list holds: what an organizer can look through, and 2 MB of message.
pub(crate) const LISTED_CONNECTIONS_MAX: usize = 5_000;
/// Connections of which it is not told yet how they went, while the live service is away: 4 MB.
pub(crate) const KEPT_BACK_MAX: usize = 10_000;
/// How long a question about a room's connections waits for the workers.
pub(crate) const SEE_TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes of a W3C trace context: version 00 has 55.
pub(crate) const TRACE_BYTES_MAX: usize = 64;
