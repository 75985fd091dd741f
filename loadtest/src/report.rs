//! The outcome of a load test: figures with units and, where there is one, the bound they have to keep.

use std::borrow::Cow;
use std::io::Write as _;
use std::process::ExitCode;

use serde::Serialize;

/// What a load test has measured.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// What was done, in one line.
    pub(crate) title: String,
    pub(crate) figures: Vec<Figure>,
    /// Anything a reader of the figures has to know.
    pub(crate) notes: Vec<String>,
}

/// One figure.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    /// `snake_case`, stable: scripts read it.
    pub(crate) name: Cow<'static, str>,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// The value may not exceed this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) at_most: Option<f64>,
}

impl Report {
    pub(crate) fn new(title: String) -> Self {
        Self {
            title,
            figures: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn figure(&mut self, name: impl Into<Cow<'static, str>>, value: f64, unit: &'static str) {
        self.judged(name, value, unit, None);
    }

    pub(crate) fn bounded(&mut self, name: impl Into<Cow<'static, str>>, value: f64, unit: &'static str, at_most: f64) {
        self.judged(name, value, unit, Some(at_most));
    }

    /// A figure that may have a bound.
    pub(crate) fn judged(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: f64,
        unit: &'static str,
        at_most: Option<f64>,
    ) {
        self.figures.push(Figure {
            name: name.into(),
            value,
            unit,
            at_most,
        });
    }

    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Writes the table to stderr and JSON to stdout. Fails the process if a bound was exceeded.
    pub(crate) fn print(&self) -> ExitCode {
        eprint!("{}", self.table());
        let json = serde_json::to_string_pretty(self).unwrap_or_default();
        // Nobody reads the JSON when the pipe is closed.
        let _ = writeln!(std::io::stdout(), "{json}");
        let kept = self.figures.iter().all(Figure::is_kept);
        if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn table(&self) -> String {
        let mut table = format!("\n{}\n\n", self.title);
        for figure in &self.figures {
            let Figure { name, value, unit, .. } = figure;
            let bound = match figure.at_most {
                Some(bound) if figure.is_kept() => format!("  (at most {bound}: kept)"),
                Some(bound) => format!("  (at most {bound}: EXCEEDED)"),
                None => String::new(),
            };
            table += &format!("  {name:<32} {value:>12.3} {unit}{bound}\n");
        }
        for note in &self.notes {
            table += &format!("\n  {note}\n");
        }
        table + "\n"
    }
}

impl Figure {
    fn is_kept(&self) -> bool {
        self.at_most.is_none_or(|bound| self.value <= bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_shown_and_judged() {
        let mut report = Report::new("Test".to_owned());
        report.figure("free", 1.0, "s");
        report.bounded("kept", 1.0, "µs", 2.0);
        assert_eq!(report.print(), ExitCode::SUCCESS);
        report.bounded("exceeded", f64::NAN, "µs", 2.0);
        assert!(
            report.table().contains("(at most 2: EXCEEDED)"),
            "not a number keeps no bound"
        );
        assert_eq!(report.print(), ExitCode::FAILURE);
    }
}
