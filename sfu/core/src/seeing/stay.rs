//! One member's connection over their whole stay: the verdict that lasts, and the sums that are kept afterwards.

use std::time::Duration;

use super::{Judged, Moment, Severity, Verdict, judge};
use crate::limits::SAMPLE_INTERVAL;
use crate::time::Time;

/// A verdict that is not repeated was a hiccup: nobody has to read of it.
const SAME_MIN: u8 = 2;
/// Of a whole stay, a cause is named from this share of its time on; shorter troubles are in the sums.
const WORTH_NAMING_PERCENT: u32 = 5;
/// As many samples of one cause are worth naming however long the stay was: a minute and a half.
const WORTH_NAMING_SAMPLES: u32 = 18;

/// Sums over a stay.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Totals {
    /// Samples by verdict, in the order of [`Verdict`].
    samples: [u32; 5],
    /// Samples by severity, in the order of [`Severity`].
    severities: [u32; 3],
    round_trip: Mean,
    loss_down: Mean,
    loss_up: Mean,
    /// Payload bytes to them.
    pub sent_bytes: u64,
    /// Bytes from them, headers included.
    pub received_bytes: u64,
    /// Times that a picture stood still, as the browser says.
    pub freezes: u32,
    held_back: u32,
    smaller: u32,
}

/// A mean and a maximum of what was known.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Mean {
    sum: f64,
    count: u32,
    max: f32,
}

/// A stay: from coming to leaving.
#[derive(Debug, Clone, Default)]
pub struct Stay {
    moment: Moment,
    settled: Judged,
    candidate: Verdict,
    seen: u8,
    totals: Totals,
    /// Bits a second to them, in the last sample.
    sent: u64,
    sent_bytes: u64,
    sampled: Option<Time>,
}

impl Stay {
    /// Takes a sample in. To be told every [`SAMPLE_INTERVAL`].
    pub fn take(&mut self, now: Time, moment: Moment) {
        let judged = judge(&moment);
        self.seen = if judged.verdict == self.candidate {
            self.seen.saturating_add(u8::from(is_news(&moment, &judged)))
        } else {
            1
        };
        self.candidate = judged.verdict;
        // Their severity and evidence follow at once while the verdict stays.
        if self.seen >= SAME_MIN || judged.verdict == self.settled.verdict {
            self.settled = judged;
        }
        // A copy that ended takes its bytes with it; what the others sent meanwhile is then too little by one sample.
        let bytes = moment.measured.sent_bytes;
        let grown = bytes.saturating_sub(self.sent_bytes);
        self.sent_bytes = bytes;
        let passed = self.sampled.map_or(SAMPLE_INTERVAL, |before| now.since(before));
        self.sampled = Some(now);
        let millis = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX).max(1);
        self.sent = grown.saturating_mul(8_000) / millis;
        self.totals.add(&moment, &self.settled, grown, millis);
        self.moment = moment;
    }

    /// What was measured last.
    pub const fn moment(&self) -> &Moment {
        &self.moment
    }

    /// Bits a second of payload to them, in the last sample.
    pub const fn sent(&self) -> u64 {
        self.sent
    }

    /// How it is now.
    pub const fn now(&self) -> &Judged {
        &self.settled
    }

    /// The sums.
    pub const fn totals(&self) -> &Totals {
        &self.totals
    }
}

/// Whether a moment says by itself what it is judged as. A browser's report that was there before, of a picture that stood
/// still once, is one hiccup however often it is looked at.
fn is_news(moment: &Moment, judged: &Judged) -> bool {
    let is_repeated = moment.said.is_some_and(|said| said.is_repeated);
    let by_itself = || judge(&Moment { said: None, ..*moment });
    !is_repeated || by_itself().verdict == judged.verdict
}

impl Totals {
    fn add(&mut self, moment: &Moment, judged: &Judged, sent_bytes: u64, millis: u64) {
        self.samples[judged.verdict as usize] += 1;
        self.severities[judged.severity as usize] += 1;
        if let Some(round_trip) = moment.round_trip() {
            self.round_trip.add(round_trip.as_secs_f32());
        }
        self.loss_down.add(moment.measured.loss_down);
        self.loss_up.add(moment.loss_up);
        self.sent_bytes = self.sent_bytes.saturating_add(sent_bytes);
        let received = moment.measured.received.saturating_mul(millis) / 8_000;
        self.received_bytes = self.received_bytes.saturating_add(received);
        let news = moment.said.filter(|said| !said.is_repeated);
        let freezes = news.map_or(0, |said| said.playback.freezes);
        self.freezes = self.freezes.saturating_add(freezes.into());
        self.held_back += u32::from(moment.measured.pictures_held_back > 0);
        self.smaller += u32::from(moment.measured.pictures_smaller > 0);
    }

    /// How long it was somebody's side.
    pub fn lasted(&self, verdict: Verdict) -> Duration {
        SAMPLE_INTERVAL * self.samples[verdict as usize]
    }

    /// How long a picture was held back.
    pub fn held_back(&self) -> Duration {
        SAMPLE_INTERVAL * self.held_back
    }

    /// How long a picture was smaller than wanted.
    pub fn smaller(&self) -> Duration {
        SAMPLE_INTERVAL * self.smaller
    }

    /// Mean and longest round trip; `None` when it was never known.
    pub fn round_trip(&self) -> Option<(Duration, Duration)> {
        let (mean, max) = self.round_trip.both()?;
        Some((Duration::from_secs_f32(mean), Duration::from_secs_f32(max)))
    }

    /// Mean and greatest share lost of the packets to them.
    pub fn loss_down(&self) -> (f32, f32) {
        self.loss_down.both().unwrap_or_default()
    }

    /// Mean and greatest share lost of the packets from them.
    pub fn loss_up(&self) -> (f32, f32) {
        self.loss_up.both().unwrap_or_default()
    }

    /// Of the whole stay: whose side it was for longest, if that was long enough to be worth naming, and how bad.
    pub fn verdict(&self) -> (Verdict, Severity) {
        let all: u32 = self.samples.iter().sum();
        let named = [Verdict::Computer, Verdict::LastMile, Verdict::Node, Verdict::Publisher];
        let longest = named.into_iter().max_by_key(|verdict| self.samples[*verdict as usize]);
        let verdict = longest.unwrap_or_default();
        let samples = self.samples[verdict as usize];
        let is_worth = |samples: u32| {
            samples > 0 && (samples >= WORTH_NAMING_SAMPLES || samples * 100 >= all * WORTH_NAMING_PERCENT)
        };
        if !is_worth(samples) {
            return (Verdict::Fine, Severity::None);
        }
        let hurts = is_worth(self.severities[Severity::Hurts as usize]);
        (verdict, if hurts { Severity::Hurts } else { Severity::Shows })
    }
}

impl Mean {
    fn add(&mut self, value: f32) {
        self.sum += f64::from(value);
        self.count += 1;
        self.max = self.max.max(value);
    }

    fn both(&self) -> Option<(f32, f32)> {
        if self.count == 0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "a mean of values that were as small")]
        let mean = (self.sum / f64::from(self.count)) as f32;
        Some((mean, self.max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seeing::{Evidence, Heard, Measured, Playback, Said};

    /// A stay with these losses, one sample each.
    fn stay(losses: &[f32]) -> Stay {
        let mut stay = Stay::default();
        for (number, loss_down) in (1..).zip(losses) {
            let mut moment = Moment::default();
            moment.measured.loss_down = *loss_down;
            stay.take(Time::from_micros(0) + SAMPLE_INTERVAL * number, moment);
        }
        stay
    }

    #[test]
    fn a_hiccup_is_not_a_verdict() {
        assert_eq!(stay(&[0.0, 0.2]).now().verdict, Verdict::Fine);
        assert_eq!(stay(&[0.2]).now().verdict, Verdict::Fine);
        let judged = stay(&[0.0, 0.2, 0.2]).now().clone();
        assert_eq!((judged.verdict, judged.severity), (Verdict::LastMile, Severity::Hurts));
        assert_eq!(judged.evidence.as_slice(), [Evidence::LossDown]);
        let better = stay(&[0.2, 0.2, 0.07]).now().clone();
        assert_eq!((better.verdict, better.severity), (Verdict::LastMile, Severity::Shows));
        assert_eq!(stay(&[0.2, 0.2, 0.0]).now().verdict, Verdict::LastMile);
        assert_eq!(stay(&[0.2, 0.2, 0.0, 0.0]).now().verdict, Verdict::Fine);
    }

    /// What a stay is judged as after each sample, if the browser says of every other one how often a picture stood still.
    fn after_reports(reports: &[u16]) -> (Vec<Verdict>, Stay) {
        let (mut stay, mut heard, mut now) = (Stay::default(), Heard::default(), Time::from_micros(0));
        let mut verdicts = Vec::new();
        for freezes in reports {
            heard.hear(Playback {
                frames: 300,
                freezes: *freezes,
                ..Playback::default()
            });
            for _ in 0..2 {
                now = now + SAMPLE_INTERVAL;
                let said = heard.look();
                stay.take(
                    now,
                    Moment {
                        said,
                        ..Moment::default()
                    },
                );
                verdicts.push(stay.now().verdict);
            }
        }
        (verdicts, stay)
    }

    #[test]
    fn a_report_between_two_samples_neither_ends_a_verdict_nor_makes_one() {
        use Verdict::{Computer, Fine};
        let (verdicts, stay) = after_reports(&[0, 1, 0, 0]);
        assert_eq!(verdicts, [Fine; 8], "one hiccup");
        assert_eq!(stay.totals().freezes, 1, "it is counted once");
        let (verdicts, _) = after_reports(&[1, 2, 1, 0, 0]);
        let expected = [
            Fine, Fine, Computer, Computer, Computer, Computer, Computer, Fine, Fine, Fine,
        ];
        assert_eq!(verdicts, expected);
    }

    #[test]
    fn the_sums_are_of_the_whole_stay() {
        let mut long = stay(&[0.0, 0.0, 0.2, 0.2]);
        let totals = *long.totals();
        assert_eq!(totals.loss_down(), (0.1, 0.2));
        assert_eq!(totals.lasted(Verdict::Fine), SAMPLE_INTERVAL * 3);
        assert_eq!(totals.lasted(Verdict::LastMile), SAMPLE_INTERVAL);
        assert_eq!(totals.verdict(), (Verdict::LastMile, Severity::Hurts));
        assert_eq!(totals.round_trip(), None);
        let playback = Playback {
            freezes: 2,
            round_trip: Some(Duration::from_millis(250)),
            ..Playback::default()
        };
        let measured = Measured {
            sent_bytes: 625_000,
            received: 800_000,
            ..Measured::default()
        };
        let moment = Moment {
            measured,
            said: Some(Said {
                playback,
                is_repeated: false,
            }),
            ..Moment::default()
        };
        long.take(Time::from_micros(0) + SAMPLE_INTERVAL * 5, moment);
        assert_eq!(long.sent(), 1_000_000);
        let totals = long.totals();
        assert_eq!(
            (totals.sent_bytes, totals.received_bytes, totals.freezes),
            (625_000, 500_000, 2)
        );
        assert_eq!(
            totals.round_trip(),
            Some((Duration::from_millis(250), Duration::from_millis(250)))
        );
    }

    #[test]
    fn a_short_trouble_of_a_long_stay_is_not_its_verdict() {
        let mut losses = vec![0.0; 200];
        losses[100..104].fill(0.1);
        assert_eq!(stay(&losses).totals().verdict(), (Verdict::Fine, Severity::None));
        losses[100..130].fill(0.1);
        assert_eq!(stay(&losses).totals().verdict(), (Verdict::LastMile, Severity::Shows));
        assert_eq!(Totals::default().verdict(), (Verdict::Fine, Severity::None));
    }

    #[test]
    fn a_copy_that_ends_is_no_negative_rate() {
        let mut stay = Stay::default();
        let with = |sent_bytes| Moment {
            measured: Measured {
                sent_bytes,
                ..Measured::default()
            },
            ..Moment::default()
        };
        stay.take(Time::from_micros(0), with(1_000));
        stay.take(Time::from_micros(0) + SAMPLE_INTERVAL, with(200));
        assert_eq!((stay.sent(), stay.totals().sent_bytes), (0, 1_000));
    }
}
