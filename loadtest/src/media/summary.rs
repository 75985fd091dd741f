//! From what was measured to figures.

use super::{Measured, Options, Window};
use crate::report::Report;

/// The table of one run.
pub(super) fn report(options: &Options, measured: &Measured) -> Report {
    let mut report = Report::new(title(options));
    costs(options, measured, &mut report);
    joins(options, measured, &mut report);
    if let Some(behind) = &measured.behind {
        fallen_behind(options, &measured.prompt, behind, &mut report);
    }
    report.note(
        "CPU is user + system time of the node's process alone. Delay is from the publisher's making of a packet to its \
         arrival at the viewer's socket, by the kernel's time stamp: two protections and two ways through the loopback \
         are in it, the bots' own waiting for a core is not. The floor is the mean of one measurement before the load \
         and one after it.",
    );
    report
}

fn title(options: &Options) -> String {
    let Options {
        publishers,
        viewers,
        seconds,
        bits_per_second,
        ..
    } = options;
    match options.audio {
        Some(at_once) => format!("{publishers} speaker(s), {at_once} at a time, {viewers} listeners, {seconds} s"),
        None => format!(
            "{publishers} publisher(s) of {bits_per_second} bit/s in packets of 1200 bytes, {viewers} viewers, {seconds} s"
        ),
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn costs(options: &Options, measured: &Measured, report: &mut Report) {
    let (bounds, window) = (&options.bounds, &measured.prompt);
    let cpu = window.after.cpu_since(&window.before).as_secs_f64();
    let (seconds, viewers) = (options.seconds as f64, options.viewers as f64);
    // As the viewers' sequence numbers tell: what the publishers sent in the window may still be under way.
    let forwarded = window.counts.expected.max(window.counts.received) as f64;
    let loss = 1.0 - window.counts.received as f64 / forwarded;
    let (each, floor) = (cpu * 1e6 / forwarded, measured.floor.micros());
    report.bounded("cpu_per_forwarded_packet", each, "µs", bounds.at_most_us);
    report.figure("floor_seal_and_send", floor, "µs");
    report.judged("ratio_to_floor", each / floor, "×", bounds.at_most_ratio);
    report.figure("packets_forwarded", forwarded, "packets");
    report.judged("loss", 100.0 * loss, "%", bounds.at_most_loss_percent);
    report.figure("node_cpu", 100.0 * cpu / seconds, "% of a core");
    report.figure("viewers_a_core", viewers * seconds / cpu, "viewers");
    report.judged("delay_p50", window.p50_ms, "ms", bounds.at_most_p50_ms);
    report.judged("delay_p99", window.p99_ms, "ms", bounds.at_most_p99_ms);
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn joins(options: &Options, measured: &Measured, report: &mut Report) {
    let Measured {
        empty, joined, prompt, ..
    } = measured;
    let (bounds, viewers) = (&options.bounds, options.viewers);
    let join_ms = joined.cpu_since(empty).as_secs_f64() * 1e3 / viewers as f64;
    report.judged("cpu_per_join", join_ms, "ms", bounds.at_most_join_ms);
    report.figure("memory_per_viewer_joined", joined.kib_since(empty, viewers), "KiB");
    let watching = prompt.after.kib_since(empty, viewers);
    report.judged("memory_per_viewer_watching", watching, "KiB", bounds.at_most_kib);
    if prompt.changed > 0 {
        report.figure("viewers_changed", prompt.changed as f64, "viewers");
        let growth = prompt.after.kib_since(&prompt.before, prompt.changed);
        report.figure("memory_growth_per_change", growth, "KiB");
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn fallen_behind(options: &Options, prompt: &Window, behind: &Window, report: &mut Report) {
    let bounds = &options.bounds;
    let viewers = options.viewers * options.behind_percent / 100;
    report.figure("behind_viewers", viewers as f64, "viewers");
    report.figure("behind_others_p50", behind.p50_ms, "ms");
    report.figure("behind_others_p99", behind.p99_ms, "ms");
    let rise = 100.0 * (behind.p99_ms / prompt.p99_ms - 1.0);
    report.judged("behind_others_p99_rise", rise, "%", bounds.at_most_p99_rise_percent);
    let memory = behind.after.kib_since(&behind.before, viewers) / 1024.0;
    report.judged("behind_memory_per_viewer", memory, "MiB", bounds.at_most_behind_mib);
    let cpu = |window: &Window| window.after.cpu_since(&window.before).as_secs_f64();
    let rise = 100.0 * (cpu(behind) / cpu(prompt) - 1.0);
    report.figure("behind_cpu_rise", rise, "%");
}
