//! Every bound of a room, with its unit and its reason. The shell bounds what it accepts from the network (frames,
//! message rates); these hold whatever it forgets.

use std::time::Duration;

use crate::forward::Depth;

/// Members of one room, in all its parts. A worker serves about 3,000 viewers at 1.5 Mbit/s; each part keeps some 500
/// bytes of each member of the others.
pub const MEMBERS_MAX: usize = 5_000;
/// Tracks one member publishes at a time: camera, microphone, screen and its sound, and as many spare.
pub const TRACKS_PER_MEMBER_MAX: usize = 8;
/// Tracks of one room; a subscriber's description holds no more sections than this (sfu-peer: 256).
pub const TRACKS_PER_ROOM_MAX: usize = 240;
/// Bytes of a name the client chose (track name, client track id, stream name).
pub const NAME_BYTES_MAX: usize = 256;
/// Bytes of a participant's name to show.
pub const DISPLAY_NAME_BYTES_MAX: usize = 256;
/// Bytes of a participant's metadata and attributes together, or of a room's metadata: LiveKit's default.
pub const METADATA_BYTES_MAX: usize = 64 * 1024;
/// Bytes of one data message; LiveKit's clients split at 15 kB.
pub const DATA_BYTES_MAX: usize = 64 * 1024;
/// Bytes of reliable messages that a room keeps for clients that come back: 20 messages of 1 kB a second for 50 s.
pub const REPLAY_BYTES_MAX: usize = 1024 * 1024;
/// Messages so kept.
pub const REPLAY_MESSAGES_MAX: usize = 2_048;
/// A client that does not know a message's sender has had nothing of theirs for so long: LiveKit's forget what they
/// received after 30 s. What is older is not sent again.
pub const REPLAY_UNKNOWN_MAX: Duration = Duration::from_secs(25);
/// Departures that a room remembers for clients that come back. Who missed more still learns of those who are here.
pub const DEPARTURES_MAX: usize = 256;
/// How long it remembers them: a client notices that its connection broke after 15 s, and may be away for 30 s.
pub const DEPARTURE_AGE_MAX: Duration = Duration::from_secs(60);
/// Senders named in what a client says that it received.
pub const RECEIVED_MAX: usize = 1_024;
/// Named recipients of one data message.
pub const DESTINATIONS_MAX: usize = 256;
/// Simulcast layers of a track: q, h and f.
pub const LAYERS: usize = 3;
/// Rank of the highest layer.
pub const LAYER_TOP: u8 = 2;

/// How often a room looks at its clocks while anything is published.
pub const TICK: Duration = Duration::from_millis(100);
/// A video layer that sent nothing for this long is not active. Three frames at the lowest useful rate of 5 a second.
pub const LAYER_IDLE: Duration = Duration::from_millis(750);
/// Least time between two key frame requests for one layer: encoders need about one round trip, and each key frame
/// costs everybody several times a usual frame.
pub const KEY_FRAME_REQUEST_GAP: Duration = Duration::from_millis(500);
/// How long nobody has to want a layer before its publisher is told to stop sending it: somebody who resizes a window or
/// turns a page wants it again soon, and each beginning costs a key frame.
pub const DEMAND_HOLD: Duration = Duration::from_secs(5);
/// Whom a publisher names when it says who may subscribe.
pub const ALLOWANCES_MAX: usize = 1_024;
/// Members of an open room who are listed to each other, as LiveKit's clients expect of a meeting. Each who comes after is
/// a listener, who sees and is seen by those who publish: with 100, nobody hears of more than 100 comings and goings.
pub const LISTED_MAX: usize = 100;

/// Members of a room in which a backup codec rather takes its track's place than being sent beside it: as LiveKit's server,
/// whose `codec_regression_threshold` is 5. In a larger one more people have the better codec.
pub const REGRESSION_MEMBERS_MAX: usize = 4;
/// Participants told of in one message.
pub const PARTICIPANTS_PER_UPDATE_MAX: usize = 100;
/// Bytes of names, metadata and attributes in one message, about; one participant may have more.
pub const UPDATE_BYTES_MAX: usize = 128 * 1024;
/// How often those who publish are told of listeners who came, went or changed.
pub const LISTENERS_INTERVAL: Duration = Duration::from_secs(1);
/// How often everybody is told how many there are, if that changed; LiveKit's server does so as often.
pub const COUNT_INTERVAL: Duration = Duration::from_secs(5);
/// How often connections are judged; LiveKit's server does so as often.
pub const QUALITY_INTERVAL: Duration = Duration::from_secs(2);
/// How often speakers are judged; LiveKit's clients expect about this cadence.
pub const SPEAKER_INTERVAL: Duration = Duration::from_millis(400);
/// Ticks from one sender report of a stream to the next: about 1/s keeps lip sync within a frame of clock drift, far below
/// the 5 % of RFC 3550 §6.2.
pub const REPORT_TURNS: u32 = 10;

/// What a packet weighs on a network beyond its payload: IPv4, UDP, RTP with extensions, SRTP's tag.
pub const WIRE_OVERHEAD_BYTES: usize = 70;
/// How often everybody's bandwidth is shared out anew, beside what happens at once.
pub const ALLOCATE_INTERVAL: Duration = Duration::from_millis(500);
/// Who spoke is the most important picture for so long: two who talk with each other are both.
pub const SPOKE_FOR: Duration = Duration::from_secs(3);
/// Packets that wait for one subscriber's network at most: a key frame of 700 kB. More is dropped, as a network would.
pub const PACE_PACKETS_MAX: usize = 512;
/// What waits for its turn is to leave within about this, however narrow the path is.
pub const PACE_DELAY_MAX: Duration = Duration::from_millis(250);

/// What is kept of a video layer: at least 1 s at 4 Mbit/s, four round trips of a far viewer. NACK reaches back at most so
/// many packets.
pub const VIDEO_HISTORY: Depth = Depth {
    bytes: 512 * 1024,
    packets: 1024,
};
/// What is kept of a sound: about 4 s at 64 kbit/s, in packets of 20 ms.
pub const SOUND_HISTORY: Depth = Depth {
    bytes: 32 * 1024,
    packets: 256,
};
/// Repairs may be at most this share of what a stream sends, in percent. At 30 % random loss, 43 % are needed; without a
/// bound, what a narrow link drops is sent into it again and again, and keeps it full.
pub const REPAIR_PERCENT_MAX: u64 = 50;
/// Repairs of so many bits a second are always allowed: a stream that has just begun, or sends little, has no share yet.
pub const REPAIR_RATE_MIN: u64 = 50_000;
/// Packets remembered as sent again: what 4 Mbit/s of them, half of them lost, repeat in a quarter of a second.
pub const REPEATS_MAX: usize = 128;
/// Longest time between two repeats of a packet: later nobody waits for it any more.
pub const REPEAT_GAP_MAX: Duration = Duration::from_secs(1);
/// Sequence mappings a down-track remembers: one for each dropped frame, 2 s of the 22 a second that are dropped when
/// only a quarter of a 30-frame stream is wanted, and room for late packets.
pub const MAPPINGS_MAX: usize = 96;

/// Share lost, in 1/256 (RFC 3550 §6.4.1), above which a report counts as bad: 10 %, where GCC backs off too.
pub const LOSS_BAD: u8 = 26;
/// Bad reports in a row before a subscriber gets a lower layer.
pub const LOSS_REPORTS: u8 = 2;
/// First time a lower layer is kept before the higher one is tried again; doubled each time the trial fails.
pub const LOSS_HOLD_MIN: Duration = Duration::from_secs(8);
/// Longest time between two trials.
pub const LOSS_HOLD_MAX: Duration = Duration::from_secs(64);

/// Estimate of a path of which nothing is known, in bits a second: a small picture and sound, at once.
pub const ESTIMATE_START: u64 = 1_000_000;
/// Least estimate: sound.
pub const ESTIMATE_MIN: u64 = 30_000;
/// Greatest estimate: all that 20 cameras send.
pub const ESTIMATE_MAX: u64 = 100_000_000;
/// A first guess holds no picture back for this long.
pub const ESTIMATE_UNPROVEN: Duration = Duration::from_secs(2);
/// Even the least is too much for a path when it has been late or lost for so long: others on the same link have given way
/// by then, if it was theirs. They need a round trip, half a second to be sure, and a key frame of a lower layer.
pub const CHOKED_AFTER: Duration = Duration::from_secs(2);
/// How long a layer is left alone that a probe promised and the path did not carry; doubled each time.
pub const DOUBT_MIN: Duration = Duration::from_secs(5);
/// At most so long.
pub const DOUBT_MAX: Duration = Duration::from_secs(40);
/// Packets whose feedback is awaited, at first; a power of two. Grows with what is in flight.
pub const SENT_HISTORY_MIN: usize = 256;
/// Packets whose feedback is awaited, at most: 1 s of 40 Mbit/s.
pub const SENT_HISTORY_MAX: usize = 4096;
/// Time between two probes, at first; half as much again each time that one finds nothing.
pub const PROBE_WAIT_MIN: Duration = Duration::from_secs(3);
/// Longest time between two probes: what a path that recovers waits for.
pub const PROBE_WAIT_MAX: Duration = Duration::from_secs(20);
/// Time between two probes while a picture is paused, at first; doubled each time.
pub const PROBE_WAIT_PAUSED_MIN: Duration = Duration::from_secs(1);
/// Longest time between two probes while a picture is paused: a few packets then make the difference.
pub const PROBE_WAIT_PAUSED: Duration = Duration::from_secs(4);
/// When a picture begins, so many want more at once that their probes take turns, one beginning so long after the other: no
/// more than ten are under way at a time, and the last of 200 begins 0.4 s late.
pub const PROBE_TURN: Duration = Duration::from_millis(2);
/// More begin at the beginning again: nobody waits for longer than a second.
pub const PROBE_TURNS_MAX: u16 = 500;
/// Between a probe that found what it looked for and the next.
pub const PROBE_AGAIN: Duration = Duration::from_millis(100);
/// Share lost, beyond what the path loses by itself, above which less is sent (draft-ietf-rmcat-gcc-02 §6).
pub const LOSS_CUT: f64 = 0.10;
/// Share lost above which no more is tried: half of what is sent may be repairs, and that is then needed.
pub const LOSS_HEAVY: f64 = 0.15;
/// Share lost that is still taken for the path's own.
pub const LOSS_INHERENT_MAX: f64 = 0.5;
/// Paths of this many bits a second and more take bursts as they come.
pub const PACE_ABOVE: u64 = 5_000_000;
/// Bursts leave at this share of the estimate, in percent. libwebrtc paces at 250, but what it paces is an encoder that
/// follows the estimate; ours is a layer that may lie right below it, and a key frame at 250 would overflow the link.
pub const PACE_FACTOR: u64 = 150;
/// Between two samples of every connection: long enough for shares of packets to mean something and to cost nothing,
/// short enough to be about now.
pub const SAMPLE_INTERVAL: Duration = Duration::from_secs(5);
