//! What is wrong with a configuration: everything at once.

use std::fmt;

use thiserror::Error;

/// The configuration cannot be used.
#[derive(Debug, PartialEq, Eq, Error)]
pub struct Error {
    /// At least one.
    pub faults: Vec<Fault>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file cannot be read or is no TOML.
    File {
        /// Where it was looked for.
        path: String,
        /// The reader's own words.
        problem: String,
    },
    /// A key of the file, or an environment variable, that nobody reads.
    Unknown {
        /// As it was written.
        name: String,
        /// The nearest name that somebody reads.
        suggestion: Option<String>,
    },
    /// A value that cannot be read.
    Invalid {
        /// Where the value came from, in the operator's terms: a variable's or a key's name.
        name: String,
        /// `must be …`
        problem: String,
    },
    /// A key without a default that nobody has set.
    Missing {
        /// `section.key`
        name: String,
        /// The variable that would set it.
        variable: String,
        /// What the key is for.
        doc: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration cannot be used:")?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, problem } => write!(f, "{path}: {problem}"),
            Self::Unknown {
                name,
                suggestion: Some(nearest),
            } => {
                write!(f, "{name} is unknown; did you mean {nearest}?")
            }
            Self::Unknown { name, suggestion: None } => write!(f, "{name} is unknown"),
            Self::Invalid { name, problem } => write!(f, "{name} {problem}"),
            Self::Missing { name, variable, doc } => write!(f, "{name} is not set (or {variable}): {doc}"),
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self { faults: vec![fault] }
    }
}
