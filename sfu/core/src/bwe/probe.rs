//! Probes: for a few milliseconds more is sent than usual, filled up with padding, and the speed at which it arrives
//! tells what the path would carry (libwebrtc's `BitrateProber` and `ProbeBitrateEstimator`). Only while more is wanted.

use std::time::Duration;

use super::aimd::whole;
use super::history::Sent;
use crate::limits::{
    PROBE_AGAIN, PROBE_TURN, PROBE_WAIT_MAX, PROBE_WAIT_MIN, PROBE_WAIT_PAUSED, PROBE_WAIT_PAUSED_MIN,
};
use crate::time::Time;

/// A cluster lasts this long at least, and has as many packets. One that repeats another that told nothing lasts twice
/// as long: the delays of a busy receiver or of a radio link weigh less in it.
const LENGTH: Duration = Duration::from_millis(20);
const PACKETS_MIN: u32 = 5;
/// Padding leaves in steps of this.
const STEP: Duration = Duration::from_millis(2);
/// All feedback on a cluster is there after this, or will not come.
const PATIENCE: Duration = Duration::from_millis(1_000);
/// Share of a cluster that has to arrive, in percent.
const ARRIVED_PERCENT: f64 = 80.0;

/// A probe in flight.
#[derive(Debug, Clone, Copy)]
struct Cluster {
    id: u8,
    rate: u64,
    began: Time,
    length: Duration,
    packets: u32,
    bytes: u64,
    seen: Seen,
}

/// What of it arrived.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    packets: u32,
    bytes: u64,
    /// First and last time of sending, with the bytes of the last.
    sent: Option<(Time, Time, u64)>,
    /// Different times of sending.
    times: u32,
    /// The first arrival, µs.
    arrived: Option<i64>,
    line: Line,
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Idle,
    Sending(Cluster),
    Judging(Cluster, Time),
}

/// What a probe has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The path carried this, in bits a second, of so much that was sent.
    Carried { rate: u64, of: u64 },
    /// Too little of it arrived to tell, or too unevenly.
    Unclear,
}

/// When to probe, and the probe in flight.
#[derive(Debug)]
pub(super) struct Prober {
    phase: Phase,
    last_id: u8,
    wait: Duration,
    due: Option<Time>,
    /// Probes in a row that told nothing.
    unclear: u8,
    /// Waits last longer by this: those of whom many waited for the same moment do not end together.
    stagger: Duration,
    /// From the last probe for a missing picture to the next.
    hurry: Option<Duration>,
}

/// So many of those are repeated at once: a key frame got between, or the receiver was busy.
const UNCLEAR_MAX: u8 = 4;

impl Prober {
    pub(super) const fn new() -> Self {
        Self {
            phase: Phase::Idle,
            last_id: 0,
            wait: PROBE_WAIT_MIN,
            due: None,
            unclear: 0,
            stagger: Duration::ZERO,
            hurry: None,
        }
    }

    /// The probe that packets belong to now; 0 for none.
    #[inline]
    pub(super) const fn cluster(&self) -> u8 {
        match &self.phase {
            Phase::Sending(cluster) => cluster.id,
            _ => 0,
        }
    }

    /// Whether not every probe so far was in vain.
    pub(super) fn is_hopeful(&self) -> bool {
        self.wait == PROBE_WAIT_MIN
    }

    /// Counts a packet that was sent.
    #[inline]
    pub(super) fn sent(&mut self, bytes: u16) {
        if let Phase::Sending(cluster) = &mut self.phase {
            cluster.packets += 1;
            cluster.bytes += u64::from(bytes);
        }
    }

    /// When something is due; `wants` tells whether more is wanted at all.
    pub(super) fn deadline(&self, now: Time, wants: bool) -> Option<Time> {
        match self.phase {
            Phase::Idle if wants => Some(self.due.unwrap_or(now)),
            Phase::Idle => None,
            Phase::Sending(_) => Some(now + STEP),
            Phase::Judging(_, until) => Some(until),
        }
    }

    /// More is wanted from now on, by so many others, too: a crowd that probed at once would fill a shared uplink, and this
    /// node's own sockets.
    pub(super) fn take_turn(&mut self, now: Time, turn: u16) {
        self.stagger = PROBE_TURN * u32::from(turn);
        if turn > 0 && self.is_idle() {
            self.due = self.due.max(Some(now + self.stagger));
        }
    }

    /// Whether no probe is in flight.
    pub(super) const fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// Whether the next probe may begin.
    pub(super) fn is_due(&self, now: Time) -> bool {
        self.is_idle() && self.due.is_none_or(|due| due <= now)
    }

    /// Begins a probe of `rate` bits a second, at least two to the power of `care` times as long as the first.
    pub(super) fn begin(&mut self, now: Time, rate: u64, care: u8) {
        self.last_id = if self.last_id == u8::MAX { 1 } else { self.last_id + 1 };
        self.phase = Phase::Sending(Cluster {
            id: self.last_id,
            rate,
            began: now,
            length: LENGTH * (1 << self.unclear.max(care)),
            packets: 0,
            bytes: 0,
            seen: Seen::default(),
        });
    }

    /// Bytes of padding to send now. A cluster that is complete has no more.
    pub(super) fn padding(&mut self, now: Time) -> u64 {
        let Phase::Sending(cluster) = self.phase else { return 0 };
        let elapsed = now.since(cluster.began);
        let bytes_in = |time: Duration| cluster.rate * u64::try_from(time.as_micros()).unwrap_or(0) / 8_000_000;
        if elapsed >= cluster.length - STEP
            && cluster.packets >= PACKETS_MIN
            && cluster.bytes >= bytes_in(cluster.length)
        {
            self.phase = Phase::Judging(cluster, now + PATIENCE);
            return 0;
        }
        // Whoever cannot pad (no stream for it any more) does not keep a cluster open.
        if elapsed > cluster.length * 10 {
            self.phase = Phase::Idle;
            if cluster.packets == 0 {
                self.follow_up(now); // not connected yet
            } else {
                self.put_off(now);
            }
            return 0;
        }
        bytes_in(elapsed + STEP).saturating_sub(cluster.bytes)
    }

    /// Takes in a packet that arrived at `at_us` of the receiver's clock.
    pub(super) fn arrived(&mut self, sent: Sent, at_us: i64) {
        let (Phase::Sending(cluster) | Phase::Judging(cluster, _)) = &mut self.phase else {
            return;
        };
        if sent.cluster != cluster.id {
            return;
        }
        let bytes = u64::from(sent.bytes);
        let seen = &mut cluster.seen;
        seen.times += u32::from(seen.sent.is_none_or(|(_, last, _)| sent.at > last));
        seen.packets += 1;
        seen.bytes += bytes;
        seen.sent = Some(match seen.sent {
            None => (sent.at, sent.at, bytes),
            Some((first, last, of_last)) if sent.at == last => (first, last, of_last + bytes),
            Some((first, last, _)) if sent.at > last => (first, sent.at, bytes),
            Some(before) => before,
        });
        let first = *seen.arrived.get_or_insert(at_us);
        let took = sent.at.since(cluster.began);
        seen.line.add(took.as_secs_f64() * 1e6, (at_us - first) as f64);
    }

    /// What the probe in flight has come to, once it is known. `inherent` is the share that the path loses by itself.
    pub(super) fn judge(&mut self, now: Time, inherent: f64) -> Option<Outcome> {
        let Phase::Judging(cluster, until) = self.phase else {
            return None;
        };
        let needed = ARRIVED_PERCENT / 100.0 * (1.0 - inherent);
        let is_enough = f64::from(cluster.seen.packets) >= needed * f64::from(cluster.packets)
            && cluster.seen.bytes as f64 >= needed * cluster.bytes as f64;
        if !is_enough && now < until {
            return None;
        }
        self.phase = Phase::Idle;
        let is_last = self.unclear + 1 >= UNCLEAR_MAX;
        let rate = cluster.seen.rate(is_last).filter(|_| is_enough);
        if rate.is_some() {
            self.unclear = 0;
        }
        Some(rate.map_or(Outcome::Unclear, |rate| Outcome::Carried { rate, of: cluster.rate }))
    }

    /// The last probe brought something: the next may follow soon.
    pub(super) fn follow_up(&mut self, now: Time) {
        self.due = Some(now + PROBE_AGAIN);
    }

    /// The last probe brought nothing: the next waits longer.
    pub(super) fn put_off(&mut self, now: Time) {
        self.unclear = 0;
        self.due = Some(now + self.wait + self.stagger);
        self.wait = (self.wait * 3 / 2).min(PROBE_WAIT_MAX);
    }

    /// The last probe told nothing: it is repeated, but not for ever.
    pub(super) fn retry(&mut self, now: Time) {
        self.unclear += 1;
        if self.unclear < UNCLEAR_MAX {
            self.follow_up(now);
        } else {
            self.put_off(now);
        }
    }

    /// The path has become worse: whatever was waited for, it is another path now.
    pub(super) fn worsened(&mut self, now: Time) {
        self.phase = Phase::Idle;
        self.due = Some(now + self.wait + self.stagger);
    }

    /// A picture is missing: the next probe begins soon, and no later than was planned for `planned`.
    pub(super) fn hurry(&mut self, now: Time, planned: Option<Time>) {
        let soon = now + self.hurry.unwrap_or(PROBE_WAIT_PAUSED_MIN) + self.stagger;
        let soon = planned
            .filter(|planned| *planned > now)
            .map_or(soon, |planned| planned.min(soon));
        self.due = self.due.map(|due| due.min(soon));
    }

    /// When the next probe may begin; `None` if at once.
    pub(super) const fn due(&self) -> Option<Time> {
        self.due
    }

    /// A probe begins: if a picture is missing, the next but those that repeat it follows less soon.
    pub(super) fn begins(&mut self, is_missing: bool) {
        if !is_missing {
            self.hurry = None;
        } else if self.unclear == 0 {
            let longer = self.hurry.map(|wait| (wait * 2).min(PROBE_WAIT_PAUSED));
            self.hurry = longer.or(Some(PROBE_WAIT_PAUSED_MIN));
        }
    }

    /// All is well: the next need is probed for at once.
    pub(super) const fn rest(&mut self) {
        self.wait = PROBE_WAIT_MIN;
    }
}

impl Seen {
    /// Bits a second that arrived; no more than were sent. `None` if that cannot be told, or, unless it `must` be told,
    /// if the delays were so uneven that all of it may have been carried.
    fn rate(&self, must: bool) -> Option<u64> {
        let (first_sent, last_sent, of_last) = self.sent?;
        let sent_us = u64::try_from(last_sent.since(first_sent).as_micros()).ok()?;
        let sent = (self.bytes.saturating_sub(of_last) * 8_000_000).checked_div(sent_us)?;
        let (stretch, doubt) = self.line.slope(self.times)?;
        // Faster than sent by more than this: the times of arrival are not to be trusted.
        if stretch < 0.5 {
            return None;
        }
        if stretch <= CARRIED {
            return Some(sent.min(whole(sent as f64 / stretch)));
        }
        if !must && stretch - doubt <= CARRIED {
            return None;
        }
        // Slower than sent: that is what the path carries, less some for the queue to shrink.
        Some(whole(sent as f64 / stretch * 0.95))
    }
}

/// A cluster that left at fewer times tells nothing.
const TIMES_MIN: u32 = 3;
/// Standard errors that a slope through three, four, five and six points may be off by (Student's t, 95 % both sides).
const STUDENT: [f64; 4] = [12.7, 4.3, 3.2, 2.8];
/// A cluster that took no longer than this share to arrive than to be sent was carried.
const CARRIED: f64 = 1.0 / 0.9;

/// A straight line through points, by least squares: the ends of a cluster alone are as wrong as one packet is late.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    count: f64,
    mean: (f64, f64),
    /// Sums of the squared distances from the means: x², xy, y².
    squares: (f64, f64, f64),
}

impl Line {
    /// One more point (B. P. Welford, 1962).
    fn add(&mut self, x: f64, y: f64) {
        self.count += 1.0;
        let (from_x, from_y) = (x - self.mean.0, y - self.mean.1);
        self.mean.0 += from_x / self.count;
        self.mean.1 += from_y / self.count;
        self.squares.0 += from_x * (x - self.mean.0);
        self.squares.1 += from_x * (y - self.mean.1);
        self.squares.2 += from_y * (y - self.mean.1);
    }

    /// The slope, and by how much it may be less; `None` of too few points. What was sent at one of `times` shares its delay: a
    /// busy node sends all of a probe in two or three turns, through which a line goes that says nothing.
    fn slope(&self, times: u32) -> Option<(f64, f64)> {
        let (xx, xy, yy) = self.squares;
        if self.count < f64::from(PACKETS_MIN) || times < TIMES_MIN || xx <= 0.0 {
            return None;
        }
        let unexplained = (yy - xy * xy / xx).max(0.0);
        let free = times - TIMES_MIN;
        let certain = usize::try_from(free).ok().and_then(|free| STUDENT.get(free));
        let error = (unexplained / f64::from(free + 1) / xx).sqrt();
        Some((xy / xx, error * certain.unwrap_or(&2.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Time = Time::from_micros(1_000_000);
    const PACKET: u16 = 300;

    /// Sends a probe of `rate` over a link of `link` bits a second that lets through what `arrives` says.
    fn probe(rate: u64, link: i64, arrives: impl Fn(u32) -> bool) -> (Option<Outcome>, u64) {
        let mut prober = Prober::new();
        prober.begin(START, rate, 0);
        let (mut now, mut free_us, mut count, mut bytes) = (START, 0i64, 0, 0);
        while prober.cluster() != 0 {
            let mut due = prober.padding(now);
            while due > 0 && prober.cluster() != 0 {
                prober.sent(PACKET);
                bytes += u64::from(PACKET);
                count += 1;
                let sent_us = i64::try_from(now.as_micros()).expect("early");
                free_us = free_us.max(sent_us) + i64::from(PACKET) * 8_000_000 / link;
                let sent = Sent {
                    at: now,
                    bytes: PACKET,
                    cluster: prober.cluster(),
                    was_missing: false,
                };
                if arrives(count) {
                    prober.arrived(sent, free_us);
                }
                due = due.saturating_sub(u64::from(PACKET));
            }
            now = now + STEP;
        }
        (prober.judge(now, 0.0), bytes)
    }

    #[test]
    fn a_wide_path_carries_what_was_sent() {
        let (outcome, bytes) = probe(3_000_000, 100_000_000, |_| true);
        let Some(Outcome::Carried { rate, of: 3_000_000 }) = outcome else {
            panic!("{outcome:?}")
        };
        assert!((2_700_000..3_400_000).contains(&rate), "{rate}");
        assert!((7_000..9_000).contains(&bytes), "20 ms of it: {bytes}");
    }

    #[test]
    fn a_narrow_path_shows_its_width() {
        let (outcome, _) = probe(3_000_000, 800_000, |_| true);
        let Some(Outcome::Carried { rate, .. }) = outcome else {
            panic!("{outcome:?}")
        };
        assert!((700_000..800_000).contains(&rate), "{rate}");
    }

    #[test]
    fn a_probe_that_is_lost_says_nothing() {
        let mut prober = Prober::new();
        prober.begin(START, 1_000_000, 0);
        (0..20).for_each(|_| prober.sent(PACKET));
        let end = START + LENGTH;
        assert_eq!(prober.padding(end), 0, "complete");
        assert_eq!(prober.judge(end, 0.0), None);
        assert_eq!(prober.judge(end + PATIENCE, 0.0), Some(Outcome::Unclear));
        let (outcome, _) = probe(3_000_000, 100_000_000, |count| count % 2 == 0);
        assert_eq!(outcome, None, "half of it is still awaited");
    }

    #[test]
    fn a_probe_that_arrives_unevenly_is_repeated_twice_as_long() {
        let mut prober = Prober::new();
        let mut lengths = Vec::new();
        for _ in 0..UNCLEAR_MAX {
            prober.begin(START, 300_000, 0);
            let (mut now, mut count) = (START, 0);
            while prober.cluster() != 0 {
                for _ in 0..prober.padding(now).div_ceil(u64::from(PACKET)) {
                    prober.sent(PACKET);
                    count += 1;
                    // Every other one the later the later it is sent.
                    let late = now.since(START) * (count % 2 * 8);
                    let arrival = i64::try_from((now + late).as_micros()).expect("early");
                    let sent = Sent {
                        at: now,
                        bytes: PACKET,
                        cluster: prober.cluster(),
                        was_missing: false,
                    };
                    prober.arrived(sent, arrival);
                }
                now = now + STEP;
            }
            lengths.push(now.since(START).as_millis() / 20);
            match prober.judge(now, 0.0) {
                Some(Outcome::Unclear) => prober.retry(now),
                outcome => assert!(matches!(outcome, Some(Outcome::Carried { .. })), "{outcome:?}"),
            }
        }
        assert_eq!(lengths, [1, 2, 4, 8], "the last has to be believed");
    }

    #[test]
    fn a_probe_that_left_in_two_turns_says_nothing() {
        let mut prober = Prober::new();
        prober.begin(START, 1_000_000, 0);
        let mut now = START;
        for wait_ms in [0, 30] {
            now = now + Duration::from_millis(wait_ms);
            for _ in 0..prober.padding(now).div_ceil(u64::from(PACKET)) {
                prober.sent(PACKET);
                let sent = Sent {
                    at: now,
                    bytes: PACKET,
                    cluster: prober.cluster(),
                    was_missing: false,
                };
                // The second turn is let on 60 ms later than the first.
                let arrival = now + Duration::from_millis(wait_ms * 2);
                prober.arrived(sent, i64::try_from(arrival.as_micros()).expect("early"));
            }
        }
        assert_eq!(prober.padding(now), 0, "complete");
        assert_eq!(prober.judge(now, 0.0), Some(Outcome::Unclear));
    }

    #[test]
    fn failures_wait_longer_each_time() {
        let mut prober = Prober::new();
        assert!(prober.is_due(START));
        prober.put_off(START);
        assert!(!prober.is_due(START + PROBE_WAIT_MIN - STEP) && prober.is_due(START + PROBE_WAIT_MIN));
        (0..20).for_each(|_| prober.put_off(START));
        assert!(!prober.is_due(START + PROBE_WAIT_MAX - STEP) && prober.is_due(START + PROBE_WAIT_MAX));
    }
}
