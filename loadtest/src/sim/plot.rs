//! One viewer's path over time, as an SVG picture: rates above, layers below, and where the picture stood still.

use std::fmt::Write as _;
use std::time::Duration;

use sfu_sim::Sample;

const WIDTH: f64 = 960.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const RATES: f64 = 190.0;
const GAP: f64 = 18.0;
const LAYERS: f64 = 54.0;
const BOTTOM: f64 = 26.0;
const HEIGHT: f64 = TOP + RATES + GAP + LAYERS + BOTTOM;

/// Places of times and rates in the picture.
struct Scale {
    seconds: f64,
    /// kbit/s at the top.
    most: f64,
}

impl Scale {
    fn x(&self, at: Duration) -> f64 {
        LEFT + at.as_secs_f64() / self.seconds * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, rate: u64) -> f64 {
        TOP + RATES * (1.0 - (rate as f64 / 1_000.0 / self.most).min(1.0))
    }
}

/// The picture; `phases` are the parts of the plan with their beginnings.
pub(super) fn plot(title: &str, samples: &[Sample], elapsed: Duration, phases: &[(&str, Duration)]) -> String {
    let highest = samples.iter().map(|sample| {
        let capacity = sample.capacity.unwrap_or_default();
        capacity.max(sample.estimate.unwrap_or_default()).max(sample.sent)
    });
    let scale = Scale {
        seconds: elapsed.as_secs_f64().max(1.0),
        most: round_up(highest.max().unwrap_or(1_000_000) as f64 / 1_000.0),
    };
    let mut svg = format!(
        r#"<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}" xmlns="http://www.w3.org/2000/svg">"#
    );
    bands(&mut svg, &scale, samples);
    axes(&mut svg, &scale, phases);
    let capacity = samples.iter().filter_map(|sample| Some((sample.at, sample.capacity?)));
    line(
        &mut svg,
        "capacity",
        capacity.map(|(at, rate)| (scale.x(at), scale.y(rate))),
    );
    let sent = samples.iter().map(|sample| (scale.x(sample.at), scale.y(sample.sent)));
    line(&mut svg, "sent", sent);
    let estimate = samples.iter().filter_map(|sample| Some((sample.at, sample.estimate?)));
    line(
        &mut svg,
        "estimate",
        estimate.map(|(at, rate)| (scale.x(at), scale.y(rate))),
    );
    let layers = samples
        .iter()
        .filter_map(|sample| Some((scale.x(sample.at), layer_y(sample.layer?))));
    line(&mut svg, "layer", layers);
    svg + "</svg>"
}

/// Where the picture was paused, or stood still.
fn bands(svg: &mut String, scale: &Scale, samples: &[Sample]) {
    for (class, is_in) in [
        ("paused", (|sample| sample.is_paused) as fn(&Sample) -> bool),
        ("frozen", |sample| sample.is_frozen),
    ] {
        for run in samples.chunk_by(|a, b| is_in(a) == is_in(b)) {
            let (Some(first), Some(last)) = (run.first().filter(|sample| is_in(sample)), run.last()) else {
                continue;
            };
            let begin = scale.x(first.at.saturating_sub(sfu_sim::sending::SAMPLE_INTERVAL));
            let width = scale.x(last.at) - begin;
            let height = RATES + GAP + LAYERS;
            let _ = write!(
                svg,
                r#"<rect class="{class}" x="{begin:.1}" y="{TOP}" width="{width:.1}" height="{height}"/>"#
            );
        }
    }
}

fn axes(svg: &mut String, scale: &Scale, phases: &[(&str, Duration)]) {
    for quarter in 0..=4u32 {
        let rate = scale.most * f64::from(quarter) / 4.0;
        let y = TOP + RATES * (1.0 - f64::from(quarter) / 4.0);
        let end = WIDTH - RIGHT;
        let _ = write!(svg, r#"<path class="grid" d="M{LEFT} {y:.1}H{end}"/>"#);
        let (x, y) = (LEFT - 6.0, y + 4.0);
        let _ = write!(svg, r#"<text class="end" x="{x}" y="{y:.1}">{rate:.0} k</text>"#);
    }
    for (layer, name) in (0u8..).zip(["low", "middle", "top"]) {
        let (x, y) = (LEFT - 6.0, layer_y(layer) + 4.0);
        let _ = write!(svg, r#"<text class="end" x="{x}" y="{y:.1}">{name}</text>"#);
    }
    for (name, begin) in phases {
        let (x, bottom) = (scale.x(*begin), TOP + RATES + GAP + LAYERS);
        let _ = write!(svg, r#"<path class="phase" d="M{x:.1} {TOP}V{bottom}"/>"#);
        let (x, y) = (x + 5.0, TOP + 12.0);
        let _ = write!(svg, r#"<text x="{x:.1}" y="{y}">{name}</text>"#);
    }
    let step = if scale.seconds > 40.0 { 10.0 } else { 5.0 };
    let ticks = std::iter::successors(Some(0.0), |at| Some(at + step)).take_while(|at| *at <= scale.seconds);
    for at in ticks {
        let (x, y) = (scale.x(Duration::from_secs_f64(at)), HEIGHT - 8.0);
        let _ = write!(svg, r#"<text class="middle" x="{x:.1}" y="{y}">{at:.0} s</text>"#);
    }
}

fn line(svg: &mut String, class: &str, points: impl Iterator<Item = (f64, f64)>) {
    let points: Vec<String> = points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let _ = write!(svg, r#"<polyline class="{class}" points="{}"/>"#, points.join(" "));
}

fn layer_y(layer: u8) -> f64 {
    TOP + RATES + GAP + LAYERS * (1.0 - (f64::from(layer) + 0.5) / 3.0)
}

/// The next number of 1, 2, 3, 4, 6 or 8 and zeros.
fn round_up(value: f64) -> f64 {
    let zeros = 10f64.powf(value.max(1.0).log10().floor());
    let steps = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0];
    let fits = steps.into_iter().find(|step| step * zeros >= value);
    fits.unwrap_or(10.0) * zeros
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        for (value, round) in [(1.0, 1.0), (950.0, 1_000.0), (2_100.0, 3_000.0), (5_000.0, 6_000.0)] {
            assert_eq!(round_up(value), round);
        }
    }

    #[test]
    fn everything_is_drawn() {
        let sample = |at: u64, is_paused: bool| Sample {
            at: Duration::from_millis(at),
            sent: 500_000,
            capacity: Some(1_000_000),
            estimate: Some(800_000),
            layer: Some(1),
            is_paused,
            is_frozen: false,
        };
        let samples = [sample(100, false), sample(200, true), sample(300, false)];
        let svg = plot("a path", &samples, Duration::from_secs(1), &[("all", Duration::ZERO)]);
        for class in ["capacity", "sent", "estimate", "layer", "paused", "phase"] {
            assert!(svg.contains(&format!(r#"class="{class}""#)), "{class}");
        }
        assert!(!svg.contains(r#"class="frozen""#));
    }
}
