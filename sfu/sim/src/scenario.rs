//! Networks that people have, and what must come of them. The camera's layers take 150, 500 and 1,700 kbit/s, sound 32.

mod verdicts;

use std::time::Duration;

use crate::net::{Conditions, Loss};
use crate::plan::Step;

/// A plan with a name.
#[derive(Debug)]
pub struct Scenario {
    /// Short and stable.
    pub name: &'static str,
    /// What happens, in a sentence.
    pub title: &'static str,
    /// The plan, with its checks.
    pub plan: Vec<Step>,
}

const fn over(round_trip_ms: u64) -> Conditions {
    Conditions::clean(Duration::from_millis(round_trip_ms / 2))
}

const fn seconds(count: u64) -> Step {
    Step::Run(Duration::from_secs(count))
}

const TOP: u8 = 2;

/// All of them.
pub fn all() -> Vec<Scenario> {
    let mut all = vec![
        bandwidth_steps(),
        narrow(),
        sharing(),
        loss("loss-2", "2 % of the packets are lost by chance", 0.02),
        loss("loss-10", "10 % of the packets are lost by chance", 0.10),
        heavy_loss(),
        jitter(),
        starved(),
    ];
    all.extend([
        round_trip("rtt-50", "a round trip of 50 ms, and a link that narrows", 50),
        round_trip("rtt-150", "a round trip of 150 ms, and a link that narrows", 150),
        round_trip("rtt-300", "a round trip of 300 ms, and a link that narrows", 300),
    ]);
    all.extend(verdicts::all());
    all
}

fn bandwidth_steps() -> Scenario {
    Scenario {
        name: "steps",
        title: "the link falls from 5 Mbit/s to 300 kbit/s and comes back",
        plan: vec![
            Step::Phase("5 Mbit/s"),
            Step::Join(1, over(50).limited(5_000_000)),
            seconds(3),
            Step::Check(1, "the highest layer is there within 3 s", |seen| {
                seen.layer == Some(TOP)
            }),
            seconds(17),
            Step::Check(1, "nothing froze", |seen| seen.freezes == 0),
            Step::Phase("300 kbit/s"),
            Step::Network(1, over(50).limited(300_000)),
            seconds(6),
            Step::Check(1, "the lowest layer is there within 6 s", |seen| seen.layer == Some(0)),
            seconds(34),
            Step::Check(1, "the lowest layer is still there", |seen| seen.layer == Some(0)),
            Step::Check(1, "the fall cost less than 3 s of picture", |seen| {
                seen.frozen < Duration::from_secs(3)
            }),
            Step::Check(1, "sound was never silent for long", |seen| {
                seen.longest_silence < Duration::from_millis(600)
            }),
            Step::Phase("5 Mbit/s again"),
            Step::Network(1, over(50).limited(5_000_000)),
            seconds(25),
            Step::Check(1, "the highest layer is back within 25 s", |seen| {
                seen.layer == Some(TOP)
            }),
            seconds(15),
            Step::Check(1, "it stays", |seen| seen.layer == Some(TOP)),
        ],
    }
}

fn narrow() -> Scenario {
    Scenario {
        name: "narrow",
        title: "a link of 150 kbit/s keeps its sound; the picture is paused, and comes back with 1 Mbit/s",
        plan: vec![
            Step::Phase("2 Mbit/s"),
            Step::Join(1, over(60).limited(2_500_000)),
            seconds(10),
            Step::Phase("150 kbit/s"),
            Step::Network(1, over(60).limited(150_000)),
            seconds(15),
            Step::Check(1, "the picture is paused", |seen| seen.is_paused),
            seconds(30),
            Step::Check(1, "it is not tried all the time", |seen| seen.pauses <= 4),
            Step::Check(1, "at most one sound in a hundred is lost", |seen| {
                seen.sounds >= 50 * 55 * 99 / 100
            }),
            Step::Check(1, "sound was never silent for long", |seen| {
                seen.longest_silence < Duration::from_millis(800)
            }),
            Step::Phase("1 Mbit/s"),
            Step::Network(1, over(60).limited(1_000_000)),
            seconds(25),
            Step::Check(1, "the picture is back within 25 s", |seen| !seen.is_paused),
            Step::Check(1, "in the middle layer", |seen| seen.layer == Some(1)),
        ],
    }
}

fn sharing() -> Scenario {
    let is_served = |seen: &crate::Seen| (seen.by_layer[1] + seen.by_layer[2]) * 5 >= seen.frames * 2;
    let never_paused = |seen: &crate::Seen| seen.pauses == 0;
    Scenario {
        name: "sharing",
        title: "three viewers behind one link of 2.5 Mbit/s",
        plan: vec![
            Step::Phase("one viewer"),
            Step::Join(1, over(50).limited(2_500_000)),
            seconds(10),
            Step::Phase("three viewers"),
            Step::JoinBehind(2, 1),
            Step::JoinBehind(3, 1),
            seconds(50),
            Step::Check(
                1,
                "the first had the middle layer or more for two fifths of the time",
                is_served,
            ),
            Step::Check(
                2,
                "the second had the middle layer or more for two fifths of the time",
                is_served,
            ),
            Step::Check(
                3,
                "the third had the middle layer or more for two fifths of the time",
                is_served,
            ),
            Step::Check(1, "the first's picture was never paused", never_paused),
            Step::Check(2, "the second's picture was never paused", never_paused),
            Step::Check(3, "the third's picture was never paused", never_paused),
            Step::Check(1, "the first was not frozen for long", |seen| {
                seen.frozen < Duration::from_secs(5)
            }),
            Step::Check(2, "the second was not frozen for long", |seen| {
                seen.frozen < Duration::from_secs(5)
            }),
            Step::Check(3, "the third was not frozen for long", |seen| {
                seen.frozen < Duration::from_secs(5)
            }),
        ],
    }
}

fn loss(name: &'static str, title: &'static str, chance: f64) -> Scenario {
    Scenario {
        name,
        title,
        plan: vec![
            Step::Phase("losing"),
            Step::Join(1, over(50).losing(Loss::Random(chance)).limited(5_000_000)),
            seconds(60),
            Step::Check(1, "95 % of the frames are seen", |seen| {
                seen.frames >= 60 * 30 * 95 / 100
            }),
            Step::Check(1, "the highest layer is there in the end", |seen| {
                seen.layer == Some(TOP)
            }),
            Step::Check(1, "and was for more than half of the time", |seen| {
                seen.by_layer[2] > seen.frames / 2
            }),
            Step::Check(1, "the picture was never paused", |seen| seen.pauses == 0),
        ],
    }
}

fn heavy_loss() -> Scenario {
    Scenario {
        name: "loss-30",
        title: "30 % of the packets are lost by chance for 30 s",
        plan: vec![
            Step::Phase("clean"),
            Step::Join(1, over(50).limited(5_000_000)),
            seconds(10),
            Step::Phase("losing 30 %"),
            Step::Network(1, over(50).losing(Loss::Random(0.3)).limited(5_000_000)),
            seconds(30),
            Step::Check(1, "a lower layer is sent", |seen| seen.layer < Some(TOP)),
            Step::Check(1, "85 % of the frames were seen", |seen| {
                seen.frames >= 40 * 30 * 85 / 100
            }),
            Step::Check(1, "the picture was never paused", |seen| seen.pauses == 0),
            Step::Phase("clean again"),
            Step::Network(1, over(50).limited(5_000_000)),
            seconds(25),
            Step::Check(1, "the highest layer is back within 25 s", |seen| {
                seen.layer == Some(TOP)
            }),
        ],
    }
}

fn jitter() -> Scenario {
    Scenario {
        name: "jitter",
        title: "packets are delayed by up to 30 ms more, at random, and overtake each other",
        plan: vec![
            Step::Phase("jittery"),
            Step::Join(1, over(50).jittery(Duration::from_millis(30)).limited(5_000_000)),
            seconds(60),
            Step::Check(1, "the highest layer is there", |seen| seen.layer == Some(TOP)),
            Step::Check(1, "and was for nine tenths of the time", |seen| {
                seen.by_layer[2] > seen.frames * 9 / 10
            }),
        ],
    }
}

/// Two come while the picture is there, and two when it begins later.
fn starved() -> Scenario {
    let wide = || over(20).limited(20_000_000);
    let has_begun = |seen: &crate::Seen| seen.frames > 0 && !seen.is_paused;
    let all = |meaning, holds: fn(&crate::Seen) -> bool| (1..=4).map(move |viewer| Step::Check(viewer, meaning, holds));
    let mut plan = vec![
        Step::Phase("first two"),
        Step::Lag(Duration::from_millis(60)),
        Step::Join(1, wide()),
        Step::Join(2, wide().jittery(Duration::from_millis(10))),
        seconds(2),
        Step::Check(1, "the first sees a picture within 2 s", has_begun),
        Step::Check(2, "the second sees a picture within 2 s", has_begun),
        Step::Mute(true),
        seconds(3),
        Step::Phase("all four"),
        Step::Join(3, wide()),
        Step::Join(4, wide().jittery(Duration::from_millis(10))),
        seconds(10),
        Step::Mute(false),
        seconds(2),
    ];
    plan.extend(all("there is a picture within 2 s of its beginning", has_begun));
    plan.push(seconds(38));
    plan.extend(all("the picture was never paused", |seen| seen.pauses == 0));
    let is_large = |seen: &crate::Seen| (seen.by_layer[1] + seen.by_layer[2]) * 10 >= seen.frames * 8;
    // The receivers of the other two are late as well.
    for viewer in [1, 3] {
        plan.push(Step::Check(
            viewer,
            "it was the middle layer or more for most of the time",
            is_large,
        ));
    }
    Scenario {
        name: "starved",
        title: "links of 20 Mbit/s, and a node that is late by up to 60 ms in all that it does",
        plan,
    }
}

fn round_trip(name: &'static str, title: &'static str, milliseconds: u64) -> Scenario {
    let wide = over(milliseconds).limited(5_000_000);
    let narrow = over(milliseconds).limited(900_000);
    Scenario {
        name,
        title,
        plan: vec![
            Step::Phase("5 Mbit/s"),
            Step::Join(1, wide),
            seconds(5),
            Step::Check(1, "the highest layer is there within 5 s", |seen| {
                seen.layer == Some(TOP)
            }),
            seconds(15),
            Step::Phase("900 kbit/s"),
            Step::Network(1, narrow),
            seconds(8),
            Step::Check(1, "the middle layer is there within 8 s", |seen| seen.layer == Some(1)),
            seconds(22),
            Step::Check(1, "it is still there", |seen| seen.layer == Some(1)),
            Step::Check(1, "less than 3 s of picture were lost", |seen| {
                seen.frozen < Duration::from_secs(3)
            }),
            Step::Phase("5 Mbit/s again"),
            Step::Network(1, wide),
            seconds(25),
            Step::Check(1, "the highest layer is back within 25 s", |seen| {
                seen.layer == Some(TOP)
            }),
        ],
    }
}
