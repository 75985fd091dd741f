//! One subscriber's path: what is sent and acknowledged goes in, an estimate and probes come out.

use std::time::Duration;

use super::acknowledged::Acknowledged;
use super::aimd::Aimd;
use super::choke::{Choke, Fare};
use super::doubt::Doubt;
use super::groups::Groups;
use super::history::{History, PacketBytes};
use super::loss::Losses;
use super::probe::{Outcome, Prober};
use super::queue::Queue;
use super::trend::{Trend, Usage};
use crate::limits::{ESTIMATE_START, ESTIMATE_UNPROVEN, PACE_ABOVE, PACE_FACTOR};
use crate::time::Time;

/// What a subscriber's path is like, as a room and its client are told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Path {
    /// Bits a second that it carries, headers included.
    pub estimate: u64,
    /// What the estimate rests on.
    pub trust: Trust,
    /// Bits a second that arrived of late; 0 before anything did.
    pub acknowledged: u64,
    /// Share of packets lost of late, from 0 to 1.
    pub loss: f64,
    /// Time for a packet there and its feedback back; `None` before there was any.
    pub round_trip: Option<Duration>,
    /// The same of the last packets, with the queue that they stood in.
    pub latest_round_trip: Option<Duration>,
}

/// What an estimate rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// A first guess: nothing is held back for it.
    Guess,
    /// What was sent and came. It may be too low for a while: nobody's only picture is held back for it.
    Measured,
    /// Even one picture at its least was too much for long.
    Choked,
}

/// What is due on a path.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[must_use]
pub struct Due {
    /// Bytes of padding to send, for a probe.
    pub padding: u64,
    /// What there is to tell the room. Where a probe is all that is sent, nothing more arrives by which it would hear.
    pub news: Option<Path>,
}

/// What a room wants of a path, in bits a second, headers included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Need {
    /// What is granted now.
    pub granted: u64,
    /// An estimate of this much grants more; 0 when nothing more is wanted.
    pub next: u64,
    /// An estimate of this much grants all that is wanted.
    pub wanted: u64,
    /// Sound, and every picture at its least.
    pub least: u64,
    /// Sound, and one picture at its least; 0 when no picture is wanted.
    pub floor: u64,
    /// How many others want more since this moment, too: their probes come first.
    pub turn: u16,
}

/// The least round trip of this long counts: feedback is held back now and then.
const ROUND_TRIP_WINDOW: Duration = Duration::from_secs(5);
/// Until a first round trip is known.
const ROUND_TRIP_GUESS: Duration = Duration::from_millis(200);
/// A room is told anew after this long, or when the estimate moved by the share below.
const TELL_INTERVAL: Duration = Duration::from_secs(1);
const TELL_PERCENT: u64 = 3;
/// A path that did not back off for so long is steady.
const STEADY: Duration = Duration::from_secs(4);
/// Backing off so soon after a probe means that the probe was wrong.
const PROBE_REGRET: Duration = Duration::from_secs(5);

/// The sending side's view of one path.
#[derive(Debug)]
pub struct Controller {
    history: History,
    groups: Groups,
    queue: Queue,
    trend: Trend,
    acknowledged: Acknowledged,
    aimd: Aimd,
    losses: Losses,
    prober: Prober,
    choke: Choke,
    doubt: Doubt,
    need: Need,
    usage: Usage,
    first_feedback: Option<Time>,
    /// The least round trip, and since when.
    round_trip: Option<(Duration, Time)>,
    latest_round_trip: Option<Duration>,
    probed: Option<Time>,
    /// When it backed off last.
    worsened: Option<Time>,
    is_proven: bool,
    told: Option<(Time, Path)>,
    /// What [`Controller::pace`] answers: each packet asks, and what it rests on lies in many places.
    pace: Option<u64>,
}

impl Default for Controller {
    fn default() -> Self {
        Self::new()
    }
}

impl Controller {
    /// A path of which nothing is known.
    pub fn new() -> Self {
        Self {
            history: History::new(),
            groups: Groups::default(),
            queue: Queue::default(),
            trend: Trend::new(),
            acknowledged: Acknowledged::new(),
            aimd: Aimd::new(ESTIMATE_START),
            losses: Losses::default(),
            prober: Prober::new(),
            choke: Choke::default(),
            doubt: Doubt::default(),
            need: Need::default(),
            usage: Usage::Normal,
            first_feedback: None,
            round_trip: None,
            latest_round_trip: None,
            probed: None,
            worsened: None,
            is_proven: false,
            told: None,
            pace: None,
        }
    }

    /// The packet path: enters a packet that is being sent and answers its transport-wide sequence number.
    #[inline]
    pub fn sent(&mut self, now: Time, bytes: PacketBytes) -> u16 {
        self.prober.sent(bytes);
        self.history.sent(now, bytes, self.prober.cluster())
    }

    /// What [`Controller::sent`] and [`Controller::pace`] read, for who wants it fetched ahead.
    #[inline]
    pub fn sending(&self) -> (&impl Sized, &impl Sized, &impl Sized) {
        (&self.history, &self.prober, &self.pace)
    }

    /// Where [`Controller::sent`] enters the next packet, for the same.
    #[inline]
    pub fn next_entry(&self) -> Option<&impl Sized> {
        self.history.next()
    }

    /// What [`Controller::feedback`] reads of most packets, for who wants it fetched ahead.
    #[inline]
    pub fn recent_entries(&self) -> Option<&[impl Sized + use<>]> {
        self.history.recent()
    }

    /// Takes in feedback, which has `waited` since it arrived: each packet's number and, if it came, when on the receiver's
    /// clock in µs. Answers what there is to tell the room.
    #[must_use]
    pub fn feedback(
        &mut self,
        now: Time,
        waited: Duration,
        packets: impl Iterator<Item = (u16, Option<i64>)>,
    ) -> Option<Path> {
        let first = *self.first_feedback.get_or_insert(now);
        let mut usage = self.usage;
        let mut is_over = false;
        let mut newest = None;
        for (sequence, arrival) in packets {
            let Some(sent) = self.history.settle(now, sequence, arrival.is_some()) else {
                continue;
            };
            self.losses.count(sent, arrival.is_some());
            let Some(at_us) = arrival else { continue };
            newest = newest.max(Some(sent.at));
            self.acknowledged.arrived(at_us, sent.bytes);
            self.queue.arrived(sent.at, at_us);
            self.prober.arrived(sent, at_us);
            if let Some(delta) = self.groups.arrived(sent.at, at_us) {
                usage = self.trend.update(delta);
                is_over |= usage == Usage::Over;
            }
        }
        self.usage = usage;
        self.note_round_trip(now - waited, newest);
        // A key frame makes a queue that is gone again by now: that is no reason to send less.
        is_over &= self.queue.stands();
        let judged = match usage {
            Usage::Over if !is_over => Usage::Normal,
            _ if is_over => Usage::Over,
            usage => usage,
        };
        self.estimate_anew(now, judged);
        self.is_proven |= now.since(first) >= ESTIMATE_UNPROVEN;
        self.take_probe(now);
        // A queue that shrinks will be gone.
        let is_late = self.queue.is_deep() && self.usage != Usage::Under;
        let fare = match (self.losses.hurts(now), is_late) {
            (true, _) => Fare::Lost,
            (false, true) => Fare::Late,
            (false, false) => Fare::Well,
        };
        self.choke.judge(now, self.estimate(), self.need.floor, fare);
        self.pace_anew();
        self.news(now)
    }

    /// What the room wants from now on.
    pub fn set_need(&mut self, now: Time, need: Need) {
        let wanted_more = self.wants_more();
        self.need = need;
        if !wanted_more {
            self.prober.take_turn(now, need.turn);
        }
        self.pace_anew();
    }

    /// What is due now; to be asked at [`Controller::poll_timeout`].
    pub fn due(&mut self, now: Time) -> Due {
        self.take_probe(now);
        if self.wants_more() {
            if self.prober.is_due(now) && self.is_believable(now) {
                self.begin_probe(now);
            }
        } else {
            self.prober.rest();
        }
        self.pace_anew();
        Due {
            padding: self.prober.padding(now),
            news: self.news(now),
        }
    }

    /// When something is due again; `None` while nothing is.
    pub fn poll_timeout(&self, now: Time) -> Option<Time> {
        if self.owes_news() {
            return Some(now);
        }
        let deadline = self.prober.deadline(now, self.wants_more());
        let doubted = self
            .doubt
            .most(now)
            .filter(|_| self.prober.is_idle() && !self.is_believable(now));
        deadline.map(|at| doubted.map_or(at, |(_, until)| until.max(at)))
    }

    /// What there is to tell the room; `None` while it knows.
    fn news(&mut self, now: Time) -> Option<Path> {
        let path = self.path();
        let is_known = self.told.is_some_and(|(at, told)| {
            !self.owes_news()
                && now.since(at) < TELL_INTERVAL
                && told.trust == path.trust
                && told.estimate.abs_diff(path.estimate) * 100 <= told.estimate * TELL_PERCENT
        });
        if is_known {
            return None;
        }
        self.told = Some((now, path));
        Some(path)
    }

    /// What the path is like.
    pub fn path(&self) -> Path {
        Path {
            estimate: self.estimate(),
            trust: match (self.choke.is_choked(), self.is_proven) {
                (true, _) => Trust::Choked,
                (false, true) => Trust::Measured,
                (false, false) => Trust::Guess,
            },
            acknowledged: self.acknowledged.bits_per_second().unwrap_or_default(),
            loss: self.losses.recent(),
            round_trip: self.round_trip.map(|(round_trip, _)| round_trip),
            latest_round_trip: self.latest_round_trip,
        }
    }

    /// Bits a second at which bursts have to leave; `None` on a path so wide that they need not be spread.
    #[inline]
    pub const fn pace(&self) -> Option<u64> {
        self.pace
    }

    /// After anything that it rests on has changed.
    fn pace_anew(&mut self) {
        // What is sent whatever the estimate must not wait for it either.
        let sent_on = if self.choke.is_choked() { 0 } else { self.need.floor };
        let estimate = self.estimate().max(sent_on);
        let is_narrow = estimate < PACE_ABOVE && self.first_feedback.is_some();
        self.pace = is_narrow.then_some(estimate * PACE_FACTOR / 100);
    }

    fn estimate(&self) -> u64 {
        let delay_based = self.aimd.rate();
        self.losses.ceiling().map_or(delay_based, |most| most.min(delay_based))
    }

    /// Whether a probe makes sense: more is wanted, and somebody tells what becomes of packets, or has not been heard
    /// for no longer than it takes to connect.
    fn wants_more(&self) -> bool {
        let is_heard = self.first_feedback.is_some() || self.prober.is_hopeful();
        is_heard && self.need.next > self.estimate()
    }

    /// Whether the room wants what is there and does not know, by however little: nothing more would be probed for, and
    /// where nothing is sent, nothing more arrives.
    fn owes_news(&self) -> bool {
        let told = self.told.map_or(0, |(_, told)| told.estimate);
        (told + 1..=self.estimate()).contains(&self.need.next)
    }

    /// Whether nothing has failed of late that the next probe would be for.
    fn is_believable(&self, now: Time) -> bool {
        self.doubt.most(now).is_none_or(|(most, _)| self.need.next <= most)
    }

    fn note_round_trip(&mut self, now: Time, newest: Option<Time>) {
        let Some(sample) = newest.map(|at| now.since(at)) else {
            return;
        };
        self.latest_round_trip = Some(sample);
        let is_old = |since: Time| now.since(since) >= ROUND_TRIP_WINDOW;
        if self
            .round_trip
            .is_none_or(|(least, since)| sample <= least || is_old(since))
        {
            self.round_trip = Some((sample, now));
        }
    }

    fn estimate_anew(&mut self, now: Time, usage: Usage) {
        let acknowledged = self.acknowledged.bits_per_second();
        let round_trip = self.round_trip.map_or(ROUND_TRIP_GUESS, |(round_trip, _)| round_trip);
        let arriving = match usage {
            Usage::Over => acknowledged.and(self.acknowledged.at_present()),
            Usage::Normal | Usage::Under => acknowledged,
        };
        let backed_off = self.aimd.update(now, usage, arriving, round_trip);
        let (rate, queue) = (self.aimd.rate(), self.queue.stands());
        let lowered = self.losses.judge(now, rate, self.need.least, queue);
        if backed_off || lowered {
            self.is_proven = true;
            // What has failed is left alone, less is not.
            let has_failed = self.doubt.backed_off(now, self.need.granted);
            let arrived = self.acknowledged.at_present().unwrap_or_default();
            self.choke.backed_off(now, self.need.granted, arrived, self.need.floor);
            let was_steady = self.worsened.is_none_or(|at| now.since(at) >= STEADY);
            self.worsened = Some(now);
            if self.probed.take().is_some_and(|at| now.since(at) < PROBE_REGRET) {
                if !has_failed {
                    self.prober.put_off(now);
                }
            } else if was_steady {
                self.prober.rest(); // somebody else's doing, which may end as it began
            }
            let planned = self.prober.due();
            self.prober.worsened(now);
            self.hurry(now, planned);
        }
    }

    /// While a picture is missing altogether, the next probe is not far, and not put off again what was `planned`.
    fn hurry(&mut self, now: Time, planned: Option<Time>) {
        if self.is_short() {
            self.prober.hurry(now, planned);
        }
    }

    /// Whether the estimate does not cover every picture at its least.
    fn is_short(&self) -> bool {
        self.estimate() < self.need.least
    }

    fn begin_probe(&mut self, now: Time) {
        // It would be lost, too.
        if self.losses.is_heavy(now) {
            self.prober.put_off(now);
            return self.hurry(now, None);
        }
        self.prober.begins(self.is_short());
        let wanted = self.need.wanted.max(self.need.next);
        let most = self.doubt.most(now).map_or(wanted, |(most, _)| wanted.min(most));
        let goal = (self.estimate() * 2).clamp(self.need.next, most);
        // A tenth more than needed, since what arrives is measured a little below what was sent.
        self.prober.begin(now, goal * 11 / 10, self.doubt.care(goal));
    }

    fn take_probe(&mut self, now: Time) {
        let Some(outcome) = self.prober.judge(now, self.losses.inherent()) else {
            return;
        };
        self.is_proven |= matches!(outcome, Outcome::Carried { .. });
        match outcome {
            Outcome::Carried { rate, of } if rate > self.estimate() => {
                self.aimd.set(now, rate, rate * 10 < of * 9);
                self.losses.lift(rate);
                self.doubt.climbed(now, self.need.granted);
                // Nearly all that was sent: there may be more.
                if rate * 10 >= of * 7 {
                    self.probed = Some(now);
                    self.prober.follow_up(now);
                } else {
                    self.prober.put_off(now);
                }
            }
            Outcome::Carried { rate, of } => {
                // Less than was believed came of more than that: there is no such room.
                if rate * 10 < of * 9 {
                    let seen = self.acknowledged.bits_per_second().unwrap_or_default();
                    self.aimd.set(now, rate.max(seen).min(self.aimd.rate()), true);
                }
                self.prober.put_off(now);
            }
            Outcome::Unclear => self.prober.retry(now),
        }
        self.hurry(now, None);
    }
}

#[cfg(test)]
mod tests;
