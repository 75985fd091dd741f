//! Declaring and reading the keys of one section.

use crate::report::{Entry, Origin};
use crate::sources::PREFIX;
use crate::{Fault, Sources, Value};

/// The configuration of one part of the platform.
pub trait Section: Sized {
    /// Its table in the file and the middle of its variables' names. One of [`SECTIONS`](crate::SECTIONS).
    const NAME: &'static str;

    /// Reads every key of the section, always, in the order in which they should be listed.
    fn read(keys: &mut Keys<'_>) -> Self;
}

/// The keys of one section while it is being read.
///
/// A value that cannot be read is noted and its default returned instead: reading goes on, so that all faults are
/// found, and [`Loader::finish`](crate::Loader::finish) lets nobody use the result.
#[derive(Debug)]
pub struct Keys<'a> {
    section: &'static str,
    sources: &'a Sources,
    entries: &'a mut Vec<Entry>,
    faults: &'a mut Vec<Fault>,
}

impl<'a> Keys<'a> {
    pub(crate) fn new(
        section: &'static str,
        sources: &'a Sources,
        entries: &'a mut Vec<Entry>,
        faults: &'a mut Vec<Fault>,
    ) -> Self {
        Self {
            section,
            sources,
            entries,
            faults,
        }
    }

    /// A key with a default, which is written as an operator would write it.
    ///
    /// # Panics
    /// If the default is no valid value, or the key was read before: both are mistakes in the section.
    pub fn get<T: Value>(&mut self, key: &'static str, default: &'static str, doc: &'static str) -> T {
        let found = self.find::<T>(key);
        self.declare::<T>(key, default, doc, found.as_ref());
        match found.and_then(|(text, origin)| self.parse(&text, &origin)) {
            Some(value) => value,
            None => T::parse(default).expect("the default is a valid value"),
        }
    }

    /// A key that must be set. `example` documents it, and stands in for it while the faults are collected.
    ///
    /// # Panics
    /// If the example is no valid value, or the key was read before.
    pub fn required<T: Value>(&mut self, key: &'static str, example: &'static str, doc: &'static str) -> T {
        let faults_before = self.faults.len();
        let found = self.find::<T>(key);
        self.declare::<T>(key, "", doc, found.as_ref());
        // Not "missing" on top of "unreadable": whoever named a file did set the key.
        if found.is_none() && self.faults.len() == faults_before {
            let name = format!("{}.{key}", self.section);
            self.faults.push(Fault::Missing {
                name,
                variable: variable(self.section, key),
                doc,
            });
        }
        match found.and_then(|(text, origin)| self.parse(&text, &origin)) {
            Some(value) => value,
            None => T::parse(example).expect("the example is a valid value"),
        }
    }

    /// Notes that the values of the section do not fit, in the words "`key` `problem`": `must be after start`.
    pub fn check(&mut self, key: &'static str, holds: bool, problem: &str) {
        if !holds {
            let name = format!("{}.{key}", self.section);
            self.faults.push(Fault::Invalid {
                name,
                problem: problem.to_owned(),
            });
        }
    }

    fn parse<T: Value>(&mut self, text: &str, origin: &Origin) -> Option<T> {
        let fault = |problem| Fault::Invalid {
            name: origin.to_string(),
            problem,
        };
        T::parse(text).map_err(|problem| self.faults.push(fault(problem))).ok()
    }

    fn declare<T: Value>(
        &mut self,
        key: &'static str,
        default: &'static str,
        doc: &'static str,
        found: Option<&(String, Origin)>,
    ) {
        let section = self.section;
        let is_new = !self
            .entries
            .iter()
            .any(|entry| entry.section == section && entry.key == key);
        assert!(is_new, "{section}.{key} is read twice");
        let (value, origin) = found.cloned().unwrap_or_else(|| (default.to_owned(), Origin::Default));
        let (secret, example) = (T::SECRET, T::EXAMPLE);
        self.entries.push(Entry {
            section,
            key,
            default,
            doc,
            secret,
            example,
            value,
            origin,
        });
    }

    /// The first source that has the key.
    fn find<T: Value>(&mut self, key: &'static str) -> Option<(String, Origin)> {
        let name = variable(self.section, key);
        if let Some(text) = self.sources.environment.get(&name) {
            return Some((text.clone(), Origin::Environment(name)));
        }
        let file_name = format!("{name}_FILE");
        if let Some(path) = self.sources.environment.get(&file_name).filter(|_| T::SECRET) {
            return self.read_secret(path, Origin::Environment(file_name));
        }
        if let Some(text) = self.sources.file.get(&self.path(key)) {
            return Some((text.clone(), Origin::File(format!("{}.{key}", self.section))));
        }
        let file_key = format!("{key}_file");
        if let Some(path) = self.sources.file.get(&self.path(&file_key)).filter(|_| T::SECRET) {
            return self.read_secret(path, Origin::File(format!("{}.{file_key}", self.section)));
        }
        self.sources
            .given
            .get(&self.path(key))
            .map(|text| (text.clone(), Origin::Given))
    }

    fn path(&self, key: &str) -> (String, String) {
        (self.section.to_owned(), key.to_owned())
    }

    /// Files of secrets usually end with a line feed that is no part of the secret.
    fn read_secret(&mut self, path: &str, origin: Origin) -> Option<(String, Origin)> {
        match std::fs::read_to_string(path) {
            Ok(text) => Some((text.trim_end_matches(['\r', '\n']).to_owned(), origin)),
            Err(error) => {
                let problem = format!("names {path}: {error}");
                self.faults.push(Fault::Invalid {
                    name: origin.to_string(),
                    problem,
                });
                None
            }
        }
    }
}

/// The environment variable of a key.
pub(crate) fn variable(section: &str, key: &str) -> String {
    format!("{PREFIX}{}_{}", section.to_uppercase(), key.to_uppercase())
}
