//! From what was measured to figures.

use super::{Flooded, Measured, Options, Window};
use crate::report::Report;

/// The table of one run.
pub(super) fn report(options: &Options, measured: &Measured) -> Report {
    let Options {
        viewers,
        seconds,
        packets_per_second,
        bits_per_second,
        ..
    } = options;
    let mut report = Report::new(format!(
        "{packets_per_second} forged datagrams a second of each kind, {viewers} viewers of {bits_per_second} bit/s, {seconds} s"
    ));
    let quiet = Quiet::of(&measured.quiet);
    report.figure("quiet_delay_p50", quiet.p50_ms, "ms");
    report.figure("quiet_delay_p99", quiet.p99_ms, "ms");
    report.figure("quiet_node_cpu", 100.0 * quiet.cpu, "% of a core");
    for window in &measured.quiet {
        report.figure("quiet_not_delivered", window.not_delivered_percent(options), "%");
    }
    for flood in &measured.floods {
        flood.tell(options, &quiet, &mut report);
    }
    for note in NOTES {
        report.note(note);
    }
    report
}

const NOTES: [&str; 3] = [
    "Loss is what the viewers' sequence numbers skip for good; not delivered is what is missing from what the publisher \
     sent times the viewers, so it also counts what the node itself did not get or let go; a packet that came twice \
     counts twice. node_overflow are datagrams, forged or not, that found no room at the node's sockets; bots_overflow \
     those that found none at the viewers', which is this machine's lack of time and not the node's.",
    "CPU is user + system time of the node's process alone, less what it used a second in the windows without a flood. \
     Delay is as in `media`. Rises are against the mean of the windows without a flood, first and last.",
    "stun_known and those that are called spoofed are of somebody who overhears the publisher: they have its ufrag, or send \
     from its address (here through its own socket, which needs no right to forge addresses and looks the same to the \
     node). What these get back goes to the publisher, so it is not counted; of all others, nothing may come back.",
];

/// The windows without a flood.
struct Quiet {
    /// Shares of a core.
    cpu: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Quiet {
    #[expect(clippy::cast_precision_loss, reason = "two windows")]
    fn of(windows: &[Window]) -> Self {
        let mean = |of: fn(&Window) -> f64| windows.iter().map(of).sum::<f64>() / windows.len() as f64;
        Self {
            cpu: mean(Window::cpu_share),
            p50_ms: mean(|window| window.p50_ms),
            p99_ms: mean(|window| window.p99_ms),
        }
    }
}

impl Window {
    fn cpu_share(&self) -> f64 {
        self.cpu.as_secs_f64() / self.length.as_secs_f64()
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn loss_percent(&self) -> f64 {
        let expected = self.counts.expected.max(self.counts.received);
        100.0 * (1.0 - self.counts.received as f64 / expected as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn not_delivered_percent(&self, options: &Options) -> f64 {
        let wanted = self.counts.sent as f64 * options.viewers as f64;
        100.0 * (1.0 - self.counts.received as f64 / wanted)
    }
}

impl Flooded {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    fn tell(&self, options: &Options, quiet: &Quiet, report: &mut Report) {
        let Self {
            kind, window, poured, ..
        } = self;
        let (sent, bound) = (poured.sent as f64, Some(options.at_most_loss_percent));
        let mut tell = |what: &str, value: f64, unit: &'static str, at_most: Option<f64>| {
            report.judged(format!("{}_{what}", kind.name()), value, unit, at_most);
        };
        tell("sent", sent / poured.length.as_secs_f64(), "a second", None);
        tell("loss", window.loss_percent(), "%", bound);
        tell("not_delivered", window.not_delivered_percent(options), "%", bound);
        tell("delay_p50", window.p50_ms, "ms", None);
        tell("delay_p99", window.p99_ms, "ms", None);
        tell(
            "delay_p99_rise",
            100.0 * (window.p99_ms / quiet.p99_ms - 1.0),
            "%",
            None,
        );
        let cpu = window.cpu.as_secs_f64() - quiet.cpu * window.length.as_secs_f64();
        tell("cpu_per_forged", cpu * 1e6 / sent, "µs", None);
        tell("refused", 100.0 * window.counted.refused() as f64 / sent, "%", None);
        tell("node_overflow", window.node_drops as f64, "datagrams", None);
        tell("bots_overflow", window.bot_drops as f64, "datagrams", None);
        if let Some(answers) = self.answers {
            tell("answers", answers as f64, "datagrams", Some(0.0));
        }
    }
}
