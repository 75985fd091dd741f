//! Whose side it is said to be when something is wrong: the shell's part of [`sfu_core::seeing`], and the word of a page
//! that reports to it.

use std::collections::BTreeMap;
use std::time::Duration;

use sfu_core::limits::SAMPLE_INTERVAL;
use sfu_core::seeing::{self, Evidences, Heard, Moment, Playback, Said, Severity, Stay, Verdict};
use sfu_core::{MemberId, Room, Time};

use crate::viewer::Seen;
use crate::world::PUBLISHER;

/// Between two reports of a page.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// How a connection is judged from some time on.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Since the beginning of the world.
    pub at: Duration,
    /// Whose side it is.
    pub verdict: Verdict,
    /// How bad.
    pub severity: Severity,
    /// Why.
    pub evidence: Evidences,
}

/// Everybody's verdicts.
#[derive(Debug)]
pub(crate) struct Judging {
    started: Time,
    next: Time,
    watches: BTreeMap<MemberId, Watch>,
    /// Of the publisher's packets: those that there should be, and those that came.
    uplink: (u64, u64),
}

#[derive(Debug)]
struct Watch {
    stay: Stay,
    heard: Heard,
    next_report: Time,
    reported: Counts,
    judged: Vec<Judged>,
}

/// What a page counts.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    frames: u32,
    thrown: u32,
    freezes: u32,
}

impl Judging {
    pub(crate) const fn new(now: Time) -> Self {
        Self {
            started: now,
            next: now,
            watches: BTreeMap::new(),
            uplink: (0, 0),
        }
    }

    pub(crate) fn of(&self, member: MemberId) -> &[Judged] {
        self.watches.get(&member).map_or(&[], |watch| &watch.judged)
    }

    /// Lets a viewer's page report, if it is time.
    pub(crate) fn hear(&mut self, now: Time, member: MemberId, seen: &Seen) {
        let watch = self.watches.entry(member).or_insert_with(|| Watch::new(now));
        if now < watch.next_report {
            return;
        }
        watch.next_report = now + REPORT_INTERVAL;
        let counts = Counts {
            frames: seen.frames,
            thrown: seen.thrown,
            freezes: seen.freezes,
        };
        let before = std::mem::replace(&mut watch.reported, counts);
        watch.heard.hear(Playback {
            frames: counts.frames - before.frames,
            dropped: counts.thrown - before.thrown,
            freezes: u16::try_from(counts.freezes - before.freezes).unwrap_or(u16::MAX),
            sending_limit: None,
            round_trip: None,
        });
    }

    /// When it is time for a sample, the share of the publisher's packets that was lost since the last one. `uplink`: those
    /// that there should be so far, and those that came.
    pub(crate) fn due(&mut self, now: Time, uplink: (u64, u64)) -> Option<f32> {
        if now < self.next {
            return None;
        }
        self.next = now + SAMPLE_INTERVAL;
        let before = std::mem::replace(&mut self.uplink, uplink);
        let (expected, received) = (uplink.0 - before.0, uplink.1 - before.1);
        #[expect(clippy::cast_precision_loss, reason = "a share of five seconds' packets")]
        Some(expected.saturating_sub(received) as f32 / expected.max(1) as f32)
    }

    /// Takes a sample of everybody.
    pub(crate) fn look(&mut self, now: Time, room: &mut Room, uplink_loss: f32) {
        let measured = room.measure(now);
        let watches = &mut self.watches;
        let mut look = |member: MemberId| watches.entry(member).or_insert_with(|| Watch::new(now)).heard.look();
        let said: Vec<Option<Said>> = measured.iter().map(|(member, _)| look(*member)).collect();
        let freezes_are_common = seeing::freezes_are_common(said.iter().flatten().copied());
        for ((member, measured), said) in measured.into_iter().zip(said) {
            let Some(watch) = self.watches.get_mut(&member) else {
                continue;
            };
            let moment = Moment {
                measured,
                loss_up: if member == PUBLISHER { uplink_loss } else { 0.0 },
                said,
                freezes_are_common,
                ..Moment::default()
            };
            watch.stay.take(now, moment);
            watch.note(now.since(self.started));
        }
    }
}

impl Watch {
    /// Pages report from when they were opened on, each at a time of its own.
    fn new(now: Time) -> Self {
        Self {
            stay: Stay::default(),
            heard: Heard::default(),
            next_report: now + REPORT_INTERVAL,
            reported: Counts::default(),
            judged: Vec::new(),
        }
    }

    fn note(&mut self, at: Duration) {
        let seeing::Judged {
            verdict,
            severity,
            evidence,
        } = self.stay.now().clone();
        let last = self.judged.last();
        if last.is_none_or(|last| (last.verdict, last.severity) != (verdict, severity) || last.evidence != evidence) {
            self.judged.push(Judged {
                at,
                verdict,
                severity,
                evidence,
            });
        }
    }
}
