//! What was read: for `plenary config print` and `plenary config docs`.

use std::fmt::{self, Write as _};

use crate::keys::variable;

/// One key as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The part that reads it.
    pub section: &'static str,
    /// Its name in the section.
    pub key: &'static str,
    /// As an operator would write it; empty for "none" and for keys that must be set.
    pub default: &'static str,
    /// What it does: one or two sentences.
    pub doc: &'static str,
    /// Whether its value must not be shown, and may come from a file.
    pub secret: bool,
    /// A valid value.
    pub example: &'static str,
    /// The text in effect.
    pub value: String,
    /// Where that came from.
    pub origin: Origin,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The process found it out by itself.
    Given,
    /// The TOML file, under this key.
    File(String),
    /// This environment variable.
    Environment(String),
}

/// All keys that were read, in order.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// By section, in the order of reading.
    pub entries: Vec<Entry>,
}

impl Entry {
    /// The environment variable that sets it.
    pub fn variable(&self) -> String {
        variable(self.section, self.key)
    }

    fn shown_value(&self) -> &str {
        if self.secret && !self.value.is_empty() {
            "…"
        } else {
            &self.value
        }
    }
}

impl Report {
    /// The configuration in effect, as TOML, with each value's origin and without secrets.
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        self.each_section(
            &mut text,
            |text, section| writeln!(text, "[{section}]"),
            |text, entry| {
                let value = toml::Value::from(entry.shown_value());
                writeln!(text, "{} = {value} # {}", entry.key, entry.origin)
            },
        );
        text
    }

    /// The reference of all keys, as Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text = String::new();
        let head = |text: &mut String, section: &str| {
            writeln!(
                text,
                "## `[{section}]`\n\n| key | variable | default | what it does |\n|---|---|---|---|"
            )
        };
        self.each_section(&mut text, head, |text, entry| {
            let default = if entry.default.is_empty() {
                String::new()
            } else {
                format!("`{}`", entry.default)
            };
            let file = if entry.secret { " or `…_FILE`" } else { "" };
            writeln!(
                text,
                "| `{}` | `{}`{file} | {default} | {} |",
                entry.key,
                entry.variable(),
                entry.doc
            )
        });
        text
    }

    fn each_section(
        &self,
        text: &mut String,
        head: impl Fn(&mut String, &str) -> fmt::Result,
        line: impl Fn(&mut String, &Entry) -> fmt::Result,
    ) {
        for (index, entry) in self.entries.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| self.entries[before].section);
            if before != Some(entry.section) {
                let gap = if before.is_some() { "\n" } else { "" };
                text.push_str(gap);
                head(text, entry.section).expect("writing to memory succeeds");
            }
            line(text, entry).expect("writing to memory succeeds");
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Given => f.write_str("found by the process"),
            Self::File(key) => f.write_str(key),
            Self::Environment(name) => f.write_str(name),
        }
    }
}
