//! Whose side it is. The nearest cause to what is measured wins, and a cause further away is not looked for behind it: a
//! computer that cannot keep up, or a broken last mile, makes everything behind it look bad as well. Only our own node
//! comes before them, for what it does not send its viewers' networks seem to lose.

use std::time::Duration;

use smallvec::SmallVec;

use super::{Moment, SendingLimit};

/// Whose side it is when something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verdict {
    /// Nothing is wrong.
    #[default]
    Fine,
    /// Their computer.
    Computer,
    /// Their network.
    LastMile,
    /// This node.
    Node,
    /// Somebody whom they watch.
    Publisher,
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each says what it is")]
pub enum Evidence {
    LossDown,
    LossUp,
    RoundTrip,
    HeldBack,
    Smaller,
    UplinkNarrow,
    PicturesDropped,
    EncoderSlow,
    Freezes,
    PublisherLoss,
    PublisherSilent,
    NodeBusy,
    NodeDrops,
}

/// The weightiest first.
pub type Evidences = SmallVec<[Evidence; 4]>;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Severity {
    /// Not at all.
    #[default]
    None,
    /// It shows.
    Shows,
    /// It hurts.
    Hurts,
}

/// A verdict, how bad it is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judged {
    /// Whose side it is.
    pub verdict: Verdict,
    /// How bad it is.
    pub severity: Severity,
    /// Why; empty when nothing is wrong.
    pub evidence: Evidences,
}

/// Opus conceals less than this unheard, and pictures are repaired; as in the browser's own panel.
pub(crate) const LOSS_SHOWS: f32 = 0.05;
/// Repairs do not keep up with this ([`crate::limits::LOSS_HEAVY`]).
const LOSS_HURTS: f32 = 0.15;
/// Half of it is what ITU-T G.114 calls too long for a conversation, one way.
const ROUND_TRIP_SHOWS: Duration = Duration::from_millis(400);
/// Twice that: people talk over each other, and repairs come too late to be shown.
const ROUND_TRIP_HURTS: Duration = Duration::from_millis(800);
/// A tenth of the pictures thrown away is seen as stutter.
const DROPPED_SHOWS: f32 = 0.1;
const DROPPED_HURTS: f32 = 0.3;
/// Too few pictures say nothing about their share.
const FRAMES_MIN: u32 = 10;
/// A picture that stands still again and again.
const FREEZES_HURT: u16 = 2;
/// Above this a worker's queue grows with each burst: packets leave late, and the kernel drops what is received late.
const BUSY: f32 = 0.9;

/// Judges one moment.
pub fn judge(moment: &Moment) -> Judged {
    // What everybody would notice, whoever's side it is.
    let symptoms = symptoms(moment);
    let candidates = [
        (Verdict::Node, node(moment, &symptoms)),
        (Verdict::Computer, computer(moment)),
        (Verdict::LastMile, last_mile(moment)),
        (Verdict::Publisher, publisher(moment)),
        (Verdict::Computer, unexplained(moment)),
    ];
    let found = candidates.into_iter().find(|(_, found)| !found.evidence.is_empty());
    let Some((verdict, Found { severity, evidence })) = found else {
        return Judged::default();
    };
    Judged {
        verdict,
        severity,
        evidence,
    }
}

#[derive(Debug, Default)]
struct Found {
    severity: Severity,
    evidence: Evidences,
}

impl Found {
    /// Notes `evidence` as bad as `severity`; with none, nothing.
    fn note(&mut self, severity: Severity, evidence: Evidence) {
        if severity > self.severity {
            self.evidence.insert(0, evidence);
            self.severity = severity;
        } else if severity > Severity::None {
            self.evidence.push(evidence);
        }
    }
}

fn over<T: PartialOrd>(value: T, shows: T, hurts: T) -> Severity {
    match value {
        value if value >= hurts => Severity::Hurts,
        value if value > shows => Severity::Shows,
        _ => Severity::None,
    }
}

fn shows_if(condition: bool) -> Severity {
    if condition { Severity::Shows } else { Severity::None }
}

fn hurts_if(condition: bool) -> Severity {
    if condition { Severity::Hurts } else { Severity::None }
}

fn freezes(moment: &Moment) -> Severity {
    match moment.playback().map_or(0, |playback| playback.freezes) {
        0 => Severity::None,
        freezes if freezes >= FREEZES_HURT => Severity::Hurts,
        _ => Severity::Shows,
    }
}

fn symptoms(moment: &Moment) -> Found {
    let mut found = Found::default();
    found.note(
        over(moment.measured.loss_down, LOSS_SHOWS, LOSS_HURTS),
        Evidence::LossDown,
    );
    found.note(over(moment.loss_up, LOSS_SHOWS, LOSS_HURTS), Evidence::LossUp);
    let round_trip = moment.round_trip().unwrap_or_default();
    found.note(
        over(round_trip, ROUND_TRIP_SHOWS, ROUND_TRIP_HURTS),
        Evidence::RoundTrip,
    );
    found.note(freezes(moment), Evidence::Freezes);
    found
}

/// A busy node is no verdict for whom it does well: it has to show.
fn node(moment: &Moment, symptoms: &Found) -> Found {
    let mut found = Found::default();
    if symptoms.evidence.is_empty() {
        return found;
    }
    let severity = symptoms.severity;
    if moment.load.drops {
        found.note(severity, Evidence::NodeDrops);
    }
    if moment.load.busy >= BUSY {
        found.note(severity, Evidence::NodeBusy);
    }
    if !found.evidence.is_empty() {
        found.evidence.extend(symptoms.evidence.iter().copied());
    }
    found
}

fn computer(moment: &Moment) -> Found {
    let mut found = Found::default();
    let Some(playback) = moment.playback() else {
        return found;
    };
    if playback.frames >= FRAMES_MIN {
        #[expect(clippy::cast_precision_loss, reason = "a share of the pictures of ten seconds")]
        let share = playback.dropped as f32 / playback.frames as f32;
        found.note(over(share, DROPPED_SHOWS, DROPPED_HURTS), Evidence::PicturesDropped);
    }
    let is_slow = playback.sending_limit == Some(SendingLimit::Computer);
    found.note(shows_if(is_slow), Evidence::EncoderSlow);
    if !found.evidence.is_empty() {
        found.note(freezes(moment), Evidence::Freezes);
    }
    found
}

fn last_mile(moment: &Moment) -> Found {
    let measured = &moment.measured;
    let mut found = Found::default();
    found.note(over(measured.loss_down, LOSS_SHOWS, LOSS_HURTS), Evidence::LossDown);
    found.note(over(moment.loss_up, LOSS_SHOWS, LOSS_HURTS), Evidence::LossUp);
    let round_trip = moment.round_trip().unwrap_or_default();
    found.note(
        over(round_trip, ROUND_TRIP_SHOWS, ROUND_TRIP_HURTS),
        Evidence::RoundTrip,
    );
    found.note(hurts_if(measured.pictures_held_back > 0), Evidence::HeldBack);
    found.note(shows_if(measured.pictures_smaller > 0), Evidence::Smaller);
    let is_narrow = moment
        .playback()
        .is_some_and(|playback| playback.sending_limit == Some(SendingLimit::Network));
    found.note(shows_if(is_narrow), Evidence::UplinkNarrow);
    if !found.evidence.is_empty() {
        found.note(freezes(moment), Evidence::Freezes);
    }
    found
}

fn publisher(moment: &Moment) -> Found {
    let mut found = Found::default();
    found.note(hurts_if(moment.measured.publisher_silent), Evidence::PublisherSilent);
    found.note(shows_if(moment.measured.publisher_loses), Evidence::PublisherLoss);
    // What stands still for most of the room at once, on networks that lose nothing, was not sent well.
    if !found.evidence.is_empty() || moment.freezes_are_common {
        found.note(freezes(moment), Evidence::Freezes);
    }
    found
}

/// Their picture stands still, the network brings everything in time, and others see it move: what is left is theirs.
fn unexplained(moment: &Moment) -> Found {
    let mut found = Found::default();
    found.note(freezes(moment), Evidence::Freezes);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bwe::{Path, Trust};
    use crate::seeing::{Load, Measured, Playback, Said};

    fn fine() -> Moment {
        let path = Path {
            estimate: 5_000_000,
            trust: Trust::Measured,
            acknowledged: 1_500_000,
            loss: 0.0,
            round_trip: Some(Duration::from_millis(30)),
            latest_round_trip: None,
        };
        Moment {
            measured: Measured {
                path: Some(path),
                pictures_wanted: 1,
                layer: Some((2, 2)),
                ..Measured::default()
            },
            ..Moment::default()
        }
    }

    fn with(change: impl FnOnce(&mut Moment)) -> Moment {
        let mut moment = fine();
        change(&mut moment);
        moment
    }

    fn playback(change: impl FnOnce(&mut Playback)) -> Moment {
        let mut playback = Playback {
            frames: 300,
            ..Playback::default()
        };
        change(&mut playback);
        with(|moment| {
            moment.said = Some(Said {
                playback,
                is_repeated: false,
            })
        })
    }

    fn check(moment: &Moment, verdict: Verdict, severity: Severity, evidence: &[Evidence]) {
        let judged = judge(moment);
        assert_eq!(
            (judged.verdict, judged.severity, judged.evidence.as_slice()),
            (verdict, severity, evidence)
        );
    }

    #[test]
    fn a_clean_connection_is_fine() {
        check(&fine(), Verdict::Fine, Severity::None, &[]);
        check(&playback(|_| ()), Verdict::Fine, Severity::None, &[]);
        check(&Moment::default(), Verdict::Fine, Severity::None, &[]);
        let busy = with(|moment| moment.load.busy = 1.0);
        check(&busy, Verdict::Fine, Severity::None, &[]);
    }

    #[test]
    fn losses_delay_and_a_narrow_path_are_the_last_mile() {
        use Evidence::{HeldBack, LossDown, LossUp, RoundTrip, Smaller, UplinkNarrow};
        let lossy = with(|moment| moment.measured.loss_down = 0.08);
        check(&lossy, Verdict::LastMile, Severity::Shows, &[LossDown]);
        let uplink = with(|moment| moment.loss_up = 0.2);
        check(&uplink, Verdict::LastMile, Severity::Hurts, &[LossUp]);
        let far = with(|moment| {
            moment.measured.path = moment.measured.path.map(|path| Path {
                round_trip: Some(Duration::from_millis(900)),
                ..path
            })
        });
        check(&far, Verdict::LastMile, Severity::Hurts, &[RoundTrip]);
        let narrow = with(|moment| {
            moment.measured.pictures_smaller = 1;
            moment.measured.pictures_held_back = 1;
        });
        check(&narrow, Verdict::LastMile, Severity::Hurts, &[HeldBack, Smaller]);
        let sending = playback(|playback| playback.sending_limit = Some(SendingLimit::Network));
        check(&sending, Verdict::LastMile, Severity::Shows, &[UplinkNarrow]);
        let without_feedback = playback(|playback| playback.round_trip = Some(Duration::from_millis(500)));
        let without_feedback = Moment {
            measured: Measured::default(),
            ..without_feedback
        };
        check(&without_feedback, Verdict::LastMile, Severity::Shows, &[RoundTrip]);
    }

    #[test]
    fn what_the_computer_cannot_do_is_not_blamed_on_the_network() {
        use Evidence::{EncoderSlow, Freezes, PicturesDropped};
        let mut slow = playback(|playback| {
            playback.dropped = 120;
            playback.freezes = 1;
        });
        slow.measured.loss_down = 0.1;
        check(&slow, Verdict::Computer, Severity::Hurts, &[PicturesDropped, Freezes]);
        let encoder = playback(|playback| playback.sending_limit = Some(SendingLimit::Computer));
        check(&encoder, Verdict::Computer, Severity::Shows, &[EncoderSlow]);
        let few = playback(|playback| (playback.frames, playback.dropped) = (5, 5));
        check(&few, Verdict::Fine, Severity::None, &[]);
    }

    #[test]
    fn a_node_is_to_blame_for_what_its_viewers_notice_and_for_nothing_else() {
        use Evidence::{Freezes, LossDown, NodeBusy, NodeDrops};
        let load = Load {
            busy: 0.95,
            drops: true,
        };
        check(&Moment { load, ..fine() }, Verdict::Fine, Severity::None, &[]);
        let mut frozen = playback(|playback| playback.freezes = 3);
        frozen.load = load;
        frozen.measured.loss_down = 0.06;
        check(
            &frozen,
            Verdict::Node,
            Severity::Hurts,
            &[NodeDrops, NodeBusy, Freezes, LossDown],
        );
    }

    #[test]
    fn what_arrives_broken_here_is_the_publishers() {
        use Evidence::{Freezes, PublisherLoss, PublisherSilent};
        let silent = with(|moment| moment.measured.publisher_silent = true);
        check(&silent, Verdict::Publisher, Severity::Hurts, &[PublisherSilent]);
        let mut lossy = playback(|playback| playback.freezes = 1);
        lossy.measured.publisher_loses = true;
        check(&lossy, Verdict::Publisher, Severity::Shows, &[PublisherLoss, Freezes]);
        // Their own network is nearer.
        lossy.measured.loss_down = 0.3;
        assert_eq!(judge(&lossy).verdict, Verdict::LastMile);
    }

    #[test]
    fn a_picture_that_stands_still_without_a_cause_is_the_publishers_if_many_see_it() {
        let frozen = playback(|playback| playback.freezes = 1);
        check(&frozen, Verdict::Computer, Severity::Shows, &[Evidence::Freezes]);
        let common = Moment {
            freezes_are_common: true,
            ..frozen
        };
        check(&common, Verdict::Publisher, Severity::Shows, &[Evidence::Freezes]);
    }
}
