//! One thing goes wrong and ends again, and it is said whose side it is: of the one whom it happens to, of somebody beside
//! them, and of the publisher. Two viewers watch; what happens to one happens to the first. The second's client sends no
//! transport-wide feedback.

use std::time::Duration;

use sfu_core::seeing::{Evidence, Verdict};

use super::{Scenario, over, seconds};
use crate::net::{Conditions, Loss};
use crate::plan::Step;
use crate::viewer::{Computer, Seen};

/// Those whose connections are judged.
const PUBLISHER: u32 = 0;
const FIRST: u32 = 1;
const SECOND: u32 = 2;

/// How long everything is well before and after.
const CALM: u64 = 30;
/// How long something is wrong.
const TROUBLE: u64 = 50;

/// Something that goes wrong.
struct Fault {
    name: &'static str,
    title: &'static str,
    begin: Step,
    end: Step,
    /// Seconds until it has to be said, and until it is not said any more.
    named_in: u64,
    cleared_in: u64,
    /// What has to be said of the publisher, the first and the second viewer.
    said: [Said; 3],
}

/// What is said of somebody, and whether it holds.
type Said = (&'static str, fn(&Seen) -> bool);

pub(super) fn all() -> Vec<Scenario> {
    let faults = [
        downlink(
            "verdict-loss",
            "a viewer's network loses a tenth",
            link().losing(Loss::Random(0.1)),
            LOSES,
        ),
        downlink(
            "verdict-narrow",
            "a viewer's network carries 300 kbit/s",
            over(50).limited(300_000),
            SMALLER,
        ),
        downlink(
            "verdict-paused",
            "a viewer's network carries sound alone",
            over(50).limited(100_000),
            HELD_BACK,
        ),
        downlink(
            "verdict-long",
            "a viewer's round trip is a second",
            over(1_950).limited(5_000_000),
            FAR,
        ),
        computer(),
        uplink(
            "verdict-uplink",
            "the publisher's network loses a fifth",
            Loss::Random(0.2),
            [LOSES_UP, PUBLISHER_LOSES],
        ),
        uplink(
            "verdict-silent",
            "nothing comes from the publisher",
            Loss::Random(1.0),
            [NOTHING, PUBLISHER_SILENT],
        ),
    ];
    std::iter::once(nothing())
        .chain(faults.into_iter().map(Fault::scenario))
        .collect()
}

const LOSES: Said = ("their network is said to lose packets", |seen| {
    says(seen, Verdict::LastMile, Evidence::LossDown)
});
const SMALLER: Said = ("their network is said to carry only a smaller picture", |seen| {
    says(seen, Verdict::LastMile, Evidence::Smaller)
});
const HELD_BACK: Said = ("their network is said to carry no picture", |seen| {
    says(seen, Verdict::LastMile, Evidence::HeldBack)
});
const FAR: Said = ("their network is said to be slow", |seen| {
    says(seen, Verdict::LastMile, Evidence::RoundTrip)
});
const SLOW: Said = ("their computer is said to be slow", |seen| {
    says(seen, Verdict::Computer, Evidence::PicturesDropped)
});
const LOSES_UP: Said = ("the publisher is told that their network loses packets", |seen| {
    says(seen, Verdict::LastMile, Evidence::LossUp)
});
const PUBLISHER_LOSES: Said = ("it is said to be the publisher's losses", |seen| {
    says(seen, Verdict::Publisher, Evidence::PublisherLoss)
});
const PUBLISHER_SILENT: Said = ("it is said that the publisher sends nothing", |seen| {
    says(seen, Verdict::Publisher, Evidence::PublisherSilent)
});
const NOTHING: Said = ("nothing was ever said", |seen| {
    seen.judged.iter().all(|judged| judged.verdict == Verdict::Fine)
});

fn says(seen: &Seen, verdict: Verdict, evidence: Evidence) -> bool {
    let last = seen.judged.last();
    last.is_some_and(|last| last.verdict == verdict && last.evidence.contains(&evidence))
}

fn is_fine(seen: &Seen) -> bool {
    seen.judged.last().is_some_and(|last| last.verdict == Verdict::Fine)
}

/// Only one thing was wrong, so only one thing is said.
fn is_consistent(seen: &Seen) -> bool {
    let mut named = seen
        .judged
        .iter()
        .map(|judged| judged.verdict)
        .filter(|verdict| *verdict != Verdict::Fine);
    let first = named.next();
    named.all(|verdict| Some(verdict) == first)
}

fn link() -> Conditions {
    over(50).limited(5_000_000)
}

fn nothing() -> Scenario {
    let mut plan = begin();
    plan.push(seconds(5 * 60));
    let check = |member| Step::Check(member, NOTHING.0, NOTHING.1);
    plan.extend([PUBLISHER, FIRST, SECOND].map(check));
    Scenario {
        name: "verdict-fine",
        title: "nothing is wrong for five minutes",
        plan,
    }
}

fn downlink(name: &'static str, title: &'static str, bad: Conditions, said: Said) -> Fault {
    Fault {
        name,
        title,
        begin: Step::Network(FIRST, bad),
        end: Step::Network(FIRST, link()),
        named_in: 15,
        // As long as it takes until the path is found to be wide again.
        cleared_in: 40,
        said: [NOTHING, said, NOTHING],
    }
}

fn computer() -> Fault {
    let slow = Computer {
        thrown: 0.4,
        late: Duration::from_millis(500),
    };
    Fault {
        name: "verdict-computer",
        title: "a viewer's computer throws two of five pictures away, and answers half a second late",
        begin: Step::Computer(FIRST, slow),
        end: Step::Computer(FIRST, Computer::default()),
        // Pages report every ten seconds.
        named_in: 30,
        cleared_in: 35,
        said: [NOTHING, SLOW, NOTHING],
    }
}

fn uplink(name: &'static str, title: &'static str, loss: Loss, [publisher, viewers]: [Said; 2]) -> Fault {
    let clean = Conditions::clean(Duration::from_millis(10));
    Fault {
        name,
        title,
        begin: Step::Uplink(clean.losing(loss)),
        end: Step::Uplink(clean),
        named_in: 15,
        // A picture that moves again is told of in the page's next report, ten seconds later that it moved all the time.
        cleared_in: 30,
        said: [publisher, viewers, viewers],
    }
}

fn begin() -> Vec<Step> {
    vec![
        Step::Phase("well"),
        Step::Join(FIRST, link()),
        seconds(2),
        Step::JoinPlain(SECOND, link()),
    ]
}

impl Fault {
    fn scenario(self) -> Scenario {
        let members = [PUBLISHER, FIRST, SECOND];
        let all = |meaning, holds: fn(&Seen) -> bool| members.map(|member| Step::Check(member, meaning, holds));
        let said = || {
            members
                .into_iter()
                .zip(self.said)
                .map(|(member, (meaning, holds))| Step::Check(member, meaning, holds))
        };
        let mut plan = begin();
        plan.push(seconds(CALM));
        plan.extend(all(NOTHING.0, NOTHING.1));
        plan.extend([Step::Phase("trouble"), self.begin.clone(), seconds(self.named_in)]);
        plan.extend(said());
        plan.push(seconds(TROUBLE - self.named_in));
        plan.extend(said());
        plan.extend([Step::Phase("well again"), self.end.clone(), seconds(self.cleared_in)]);
        plan.extend(all("nothing is said any more", is_fine));
        plan.push(seconds(CALM));
        plan.extend(all("it stays so", is_fine));
        plan.extend(all("nobody and nothing else was ever blamed", is_consistent));
        Scenario {
            name: self.name,
            title: self.title,
            plan,
        }
    }
}
