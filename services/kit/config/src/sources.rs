//! Where values come from, before anybody asks for one.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value as Toml};

use crate::{Error, Fault};

/// Every variable of ours begins so.
pub(crate) const PREFIX: &str = "PLENARY_";
/// Names the TOML file.
const CONFIG_VARIABLE: &str = "PLENARY_CONFIG";
/// Variables for the test suite, which no process reads as configuration.
const TEST_PREFIX: &str = "PLENARY_TEST_";

/// All values that were set, as text, under the names that their authors used.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) file: BTreeMap<(String, String), String>,
    pub(crate) given: BTreeMap<(String, String), String>,
}

impl Sources {
    /// Nothing is set: every key has its default.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The process's environment, and the file that `PLENARY_CONFIG` names, if it names one.
    pub fn from_process() -> Result<Self, Error> {
        let is_ours = |name: &String| name.starts_with(PREFIX);
        let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        let variables = variables.filter(|(name, _)| is_ours(name));
        let sources = Self::empty().with_environment(variables.map(|(name, value)| {
            // What is not Unicode cannot be valid either; its replacement characters will show in the error.
            (name, value.to_string_lossy().into_owned())
        }));
        match std::env::var_os(CONFIG_VARIABLE) {
            Some(path) => sources.with_file_at(Path::new(&path)),
            None => Ok(sources),
        }
    }

    /// Adds environment variables. Those that do not begin with `PLENARY_` are none of our business.
    pub fn with_environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let is_setting =
            |name: &str| name.starts_with(PREFIX) && !name.starts_with(TEST_PREFIX) && name != CONFIG_VARIABLE;
        self.environment
            .extend(variables.into_iter().filter(|(name, _)| is_setting(name)));
        self
    }

    /// Adds the TOML file at `path`.
    pub fn with_file_at(self, path: &Path) -> Result<Self, Error> {
        let fault = |problem: String| Fault::File {
            path: path.display().to_string(),
            problem,
        };
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        self.with_text(&text).map_err(|problem| fault(problem).into())
    }

    /// Adds the text of a TOML file.
    pub fn with_file(self, text: &str) -> Result<Self, Error> {
        let fault = |problem| Fault::File {
            path: "configuration".to_owned(),
            problem,
        };
        self.with_text(text).map_err(|problem| fault(problem).into())
    }

    /// Adds a value that this process found out by itself. An operator's setting still wins.
    pub fn given(mut self, section: &str, key: &str, value: impl Into<String>) -> Self {
        self.given.insert((section.to_owned(), key.to_owned()), value.into());
        self
    }

    fn with_text(mut self, text: &str) -> Result<Self, String> {
        let table: Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        for (section, keys) in table {
            let Toml::Table(keys) = keys else {
                return Err(format!("{section} stands outside of any [section]"));
            };
            for (key, value) in keys {
                let text =
                    as_text(&value).ok_or_else(|| format!("{section}.{key} must be a single value or a list"))?;
                self.file.insert((section.clone(), key), text);
            }
        }
        Ok(self)
    }
}

/// The text that would be put into an environment variable for the same value.
fn as_text(value: &Toml) -> Option<String> {
    match value {
        Toml::String(text) => Some(text.clone()),
        Toml::Integer(number) => Some(number.to_string()),
        Toml::Float(number) => Some(number.to_string()),
        Toml::Boolean(truth) => Some(truth.to_string()),
        Toml::Datetime(time) => Some(time.to_string()),
        Toml::Array(items) => items
            .iter()
            .map(as_text)
            .collect::<Option<Vec<_>>>()
            .map(|items| items.join(",")),
        Toml::Table(_) => None,
    }
}
