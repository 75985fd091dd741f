//! `sim`: what subscribers' bandwidth does to what they see, in a simulated network: minutes of it in a second, the same
//! for the same seed. Writes a table, and a page with a plot for each viewer.
//!
//! Only the core is real here, with its estimator, allocation and pacing; what a transport adds is measured by `media`.

mod page;
mod plot;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use sfu_sim::plan::Viewed;
use sfu_sim::{Played, Scenario, Seen, play, scenario};

use crate::report::Report;

/// Options of `loadtest sim`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Seed of the first run of each scenario.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Seeds to run each scenario with; plots and rows are of the first.
    #[arg(long, default_value_t = 4)]
    seeds: u64,
    /// Only scenarios whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Where to write the page.
    #[arg(long, default_value = "target/loadtest/sim.html")]
    html: PathBuf,
}

/// One viewer during one part of a scenario.
pub(crate) struct Row {
    pub(crate) phase: &'static str,
    pub(crate) viewer: u32,
    pub(crate) capacity: Option<u64>,
    pub(crate) sent: u64,
    pub(crate) estimate: Option<u64>,
    /// Seconds of each layer, lowest first.
    pub(crate) layers: [f64; 3],
    pub(crate) freezes: u32,
    pub(crate) frozen: Duration,
    pub(crate) paused: f64,
    /// Whose side it was said to be, each time that it changed, with the seconds since the part began.
    pub(crate) said: String,
}

/// A scenario that was played.
pub(crate) struct Outcome {
    pub(crate) scenario: Scenario,
    pub(crate) played: Played,
    pub(crate) rows: Vec<Row>,
    /// What did not hold, with its seed.
    pub(crate) failures: Vec<String>,
}

pub(crate) fn run(options: Options) -> anyhow::Result<Report> {
    let scenarios = scenario::all().into_iter().filter(|of| of.name.contains(&options.only));
    let outcomes: Vec<Outcome> = scenarios.map(|of| outcome(of, &options)).collect();
    if outcomes.is_empty() {
        bail!("no scenario has a name with {:?} in it", options.only);
    }
    eprint!("{}", table(&outcomes));
    if let Some(folder) = options.html.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    std::fs::write(&options.html, page::page(&outcomes))
        .with_context(|| format!("writing {}", options.html.display()))?;
    let mut report = Report::new(format!(
        "{} scenarios of networks, {} seeds each",
        outcomes.len(),
        options.seeds.max(1)
    ));
    let failures: Vec<&String> = outcomes.iter().flat_map(|outcome| &outcome.failures).collect();
    report.bounded("expectations_failed", failures.len() as f64, "", 0.0);
    failures.iter().for_each(|failure| report.note(failure.as_str()));
    report.note(format!("plots: {}", options.html.display()));
    Ok(report)
}

fn outcome(scenario: Scenario, options: &Options) -> Outcome {
    let mut runs = (options.seed..options.seed + options.seeds.max(1)).map(|seed| (seed, play(seed, &scenario.plan)));
    let mut failures = Vec::new();
    let mut note = |seed: u64, played: &Played| {
        let named = |failure: &String| format!("{}, seed {seed}: {failure}", scenario.name);
        failures.extend(played.failures.iter().map(named));
    };
    let first = runs.next();
    for (seed, played) in first.iter() {
        note(*seed, played);
    }
    runs.for_each(|(seed, played)| note(seed, &played));
    let played = first.map_or_else(|| play(options.seed, &scenario.plan), |(_, played)| played);
    let rows = rows(&played);
    Outcome {
        scenario,
        played,
        rows,
        failures,
    }
}

fn rows(played: &Played) -> Vec<Row> {
    let ends = played.phases.iter().skip(1).map(|(_, begin)| *begin);
    let spans = played.phases.iter().zip(ends.chain([played.elapsed]));
    let parts = spans.enumerate().flat_map(|(index, ((phase, begin), end))| {
        let viewers = played.viewers.iter();
        viewers.filter_map(move |viewed| row(viewed, index, phase, *begin, end))
    });
    parts.collect()
}

/// A viewer's row of one part; `None` while they were not there.
fn row(viewed: &Viewed, index: usize, phase: &'static str, begin: Duration, end: Duration) -> Option<Row> {
    let samples: Vec<_> = viewed
        .samples
        .iter()
        .filter(|sample| sample.at > begin && sample.at <= end)
        .collect();
    let last = samples.last()?;
    let nothing = Seen::default();
    let before = viewed.before.get(index).unwrap_or(&nothing);
    let after = viewed.before.get(index + 1).unwrap_or(&viewed.seen);
    let frames = |layer: usize| f64::from(after.by_layer[layer] - before.by_layer[layer]);
    let seconds = |layer: usize| frames(layer) / f64::from(sfu_sim::camera::FRAME_RATE);
    Some(Row {
        phase,
        viewer: viewed.viewer,
        capacity: last.capacity,
        sent: samples.iter().map(|sample| sample.sent).sum::<u64>() / samples.len() as u64,
        estimate: last.estimate,
        layers: [seconds(0), seconds(1), seconds(2)],
        freezes: after.freezes - before.freezes,
        frozen: after.frozen - before.frozen,
        paused: samples.iter().filter(|sample| sample.is_paused).count() as f64
            * sfu_sim::sending::SAMPLE_INTERVAL.as_secs_f64(),
        said: said(before, after, begin),
    })
}

fn said(before: &Seen, after: &Seen, begin: Duration) -> String {
    let mut verdict = before.judged.last().map(|judged| judged.verdict);
    let mut words = Vec::new();
    let since_then = after.judged.get(before.judged.len()..).unwrap_or_default();
    for judged in since_then {
        if verdict.replace(judged.verdict) != Some(judged.verdict) {
            let since = judged.at.saturating_sub(begin).as_secs();
            words.push(format!("{:?} {since} s", judged.verdict));
        }
    }
    words.join(", ")
}

fn table(outcomes: &[Outcome]) -> String {
    let mut table = format!(
        "\n{:<16} {:<16} {:>6} {:>9} {:>9} {:>9}  {:>18}  {:>8} {:>8}  {}\n",
        "scenario",
        "part",
        "viewer",
        "link",
        "estimate",
        "sent",
        "seconds low/mid/top",
        "frozen",
        "paused",
        "said after"
    );
    for outcome in outcomes {
        for row in &outcome.rows {
            let [low, middle, top] = row.layers;
            table += &format!(
                "{:<16} {:<16} {:>6} {:>9} {:>9} {:>9}  {low:>6.1}/{middle:>5.1}/{top:>5.1}  {:>7.1}s {:>7.1}s  {}\n",
                outcome.scenario.name,
                row.phase,
                row.viewer,
                kilobits(row.capacity),
                kilobits(row.estimate),
                kilobits(Some(row.sent)),
                row.frozen.as_secs_f64(),
                row.paused,
                row.said,
            );
        }
    }
    table
}

/// A rate in kbit/s, or a dash.
pub(crate) fn kilobits(rate: Option<u64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |rate| format!("{} k", rate / 1_000))
}
