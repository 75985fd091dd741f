//! Reads the sections that a process needs, and refuses what nobody reads.

use crate::keys::variable;
use crate::{Error, Fault, Keys, Report, SECTIONS, Section, Sources};

/// Reads sections from the [`Sources`], then [`finish`](Self::finish)es.
#[derive(Debug)]
pub struct Loader {
    sources: Sources,
    sections: Vec<&'static str>,
    report: Report,
    faults: Vec<Fault>,
}

impl Loader {
    /// Nothing has been read yet.
    pub fn new(sources: Sources) -> Self {
        Self {
            sources,
            sections: Vec::new(),
            report: Report::default(),
            faults: Vec::new(),
        }
    }

    /// Reads one section. What is wrong with it is told by [`finish`](Self::finish).
    ///
    /// Several parts of one process may read the same section, such as `[postgres]`: it is reported once.
    ///
    /// # Panics
    /// If the section is not in [`SECTIONS`].
    pub fn section<S: Section>(&mut self) -> S {
        assert!(
            SECTIONS.contains(&S::NAME),
            "{} must be added to kit_config::SECTIONS",
            S::NAME
        );
        if self.sections.contains(&S::NAME) {
            return S::read(&mut Keys::new(S::NAME, &self.sources, &mut Vec::new(), &mut Vec::new()));
        }
        self.sections.push(S::NAME);
        S::read(&mut Keys::new(
            S::NAME,
            &self.sources,
            &mut self.report.entries,
            &mut self.faults,
        ))
    }

    /// All keys that were read, or everything that is wrong.
    pub fn finish(mut self) -> Result<Report, Error> {
        self.refuse_unknown();
        if self.faults.is_empty() {
            Ok(self.report)
        } else {
            Err(Error { faults: self.faults })
        }
    }

    /// All keys that were read, with their documentation and defaults, whatever is wrong with their values.
    pub fn describe(self) -> Report {
        self.report
    }

    fn refuse_unknown(&mut self) {
        let (keys, variables) = self.names();
        for (section, key) in self.sources.file.keys() {
            let name = format!("{section}.{key}");
            let is_known = if SECTIONS.contains(&section.as_str()) {
                !self.sections.contains(&section.as_str()) || keys.contains(&name)
            } else {
                false
            };
            if !is_known {
                let suggestion = nearest(&name, &keys).or_else(|| nearest_section(section));
                self.faults.push(Fault::Unknown { name, suggestion });
            }
        }
        for name in self.sources.environment.keys() {
            if !variables.contains(name) && !self.is_of_unread_section(name) {
                let suggestion = nearest(name, &variables);
                self.faults.push(Fault::Unknown {
                    name: name.clone(),
                    suggestion,
                });
            }
        }
    }

    /// Every name that a file and an environment may hold for the sections that were read.
    fn names(&self) -> (Vec<String>, Vec<String>) {
        let (mut keys, mut variables) = (Vec::new(), Vec::new());
        for entry in &self.report.entries {
            let (key, name) = (format!("{}.{}", entry.section, entry.key), entry.variable());
            if entry.secret {
                keys.push(format!("{key}_file"));
                variables.push(format!("{name}_FILE"));
            }
            keys.push(key);
            variables.push(name);
        }
        (keys, variables)
    }

    fn is_of_unread_section(&self, name: &str) -> bool {
        let unread = SECTIONS.iter().filter(|section| !self.sections.contains(section));
        unread
            .into_iter()
            .any(|section| name.starts_with(&variable(section, "")))
    }
}

/// The known name that is most likely meant, if one is near enough to be worth naming.
fn nearest(name: &str, known: &[String]) -> Option<String> {
    const SIMILARITY_MIN: f64 = 0.75;
    let scored = known
        .iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(name, candidate), candidate));
    let best = scored.max_by(|left, right| left.0.total_cmp(&right.0))?;
    (best.0 >= SIMILARITY_MIN).then(|| best.1.clone())
}

fn nearest_section(section: &str) -> Option<String> {
    let sections: Vec<_> = SECTIONS.iter().map(|&known| known.to_owned()).collect();
    nearest(section, &sections)
        .filter(|known| known != section)
        .map(|known| format!("[{known}]"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Origin, Secret};

    #[derive(Debug)]
    struct Config {
        token_duration: Duration,
        pepper: Option<Secret>,
        url: Secret,
    }

    impl Section for Config {
        const NAME: &'static str = "identity";

        fn read(keys: &mut Keys<'_>) -> Self {
            Self {
                token_duration: keys.get("token_duration", "5m", "How long a token is valid."),
                pepper: keys.get("pepper", "", "Mixed into password hashes."),
                url: keys.required("url", "postgres://localhost", "The database."),
            }
        }
    }

    fn load(sources: Sources) -> Result<(Config, Report), Error> {
        let mut loader = Loader::new(sources);
        let config = loader.section();
        loader.finish().map(|report| (config, report))
    }

    fn environment(variables: &[(&str, &str)]) -> Sources {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Sources::empty()
            .given("identity", "url", "postgres://given")
            .with_environment(variables)
    }

    fn faults(sources: Sources) -> Vec<String> {
        load(sources)
            .expect_err("not usable")
            .faults
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_environment_wins_over_the_file_over_the_given_over_the_default() {
        let file = "[identity]\ntoken_duration = \"1m\"\nurl = \"postgres://file\"";
        let sources = environment(&[("PLENARY_IDENTITY_TOKEN_DURATION", "2m")])
            .with_file(file)
            .expect("TOML");
        let (config, report) = load(sources).expect("valid");
        assert_eq!(config.token_duration, Duration::from_secs(120));
        assert_eq!(config.url.expose(), "postgres://file");
        assert_eq!(config.pepper, None);
        let origins: Vec<_> = report.entries.into_iter().map(|entry| entry.origin).collect();
        let variable = Origin::Environment("PLENARY_IDENTITY_TOKEN_DURATION".to_owned());
        assert_eq!(
            origins,
            [variable, Origin::Default, Origin::File("identity.url".to_owned())]
        );

        let (config, _) = load(environment(&[])).expect("valid");
        assert_eq!(config.url.expose(), "postgres://given");
        assert_eq!(config.token_duration, Duration::from_secs(300));
    }

    #[test]
    fn a_section_that_two_parts_read_is_reported_once() {
        let mut loader = Loader::new(environment(&[("PLENARY_IDENTITY_TOKEN_DURATION", "soon")]));
        let (first, second): (Config, Config) = (loader.section(), loader.section());
        assert_eq!(first.url, second.url);
        assert_eq!(loader.finish().expect_err("one fault").faults.len(), 1);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let file = "[identity]\ntoken_duraton = 5\n[identitty]\nx = 1\n[events]\nwhatever = 1";
        let variables = [
            ("PLENARY_IDENTITY_PEPER", "x"),
            ("PLENARY_WHAT", "x"),
            ("PLENARY_EVENTS_ANY", "x"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let bad = ("PLENARY_IDENTITY_TOKEN_DURATION".to_owned(), "soon".to_owned());
        let sources = Sources::empty()
            .with_environment(variables)
            .with_environment([bad])
            .with_file(file);
        assert_eq!(
            faults(sources.expect("TOML")),
            [
                "PLENARY_IDENTITY_TOKEN_DURATION must be a duration such as 250ms, 30s, 5m, 2h or 7d",
                "identity.url is not set (or PLENARY_IDENTITY_URL): The database.",
                "identitty.x is unknown; did you mean [identity]?",
                "identity.token_duraton is unknown; did you mean identity.token_duration?",
                "PLENARY_IDENTITY_PEPER is unknown; did you mean PLENARY_IDENTITY_PEPPER?",
                "PLENARY_WHAT is unknown",
            ]
        );
    }

    #[test]
    fn a_secret_file_that_cannot_be_read_is_one_fault() {
        let found = faults(environment(&[("PLENARY_IDENTITY_URL_FILE", "/nowhere/at/all")]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("PLENARY_IDENTITY_URL_FILE names /nowhere/at/all: "),
            "{found:?}"
        );
    }

    #[test]
    fn only_secrets_come_from_files() {
        let found = faults(environment(&[(
            "PLENARY_IDENTITY_TOKEN_DURATION_FILE",
            "/etc/hostname",
        )]));
        let expected = "PLENARY_IDENTITY_TOKEN_DURATION_FILE is unknown; \
                        did you mean PLENARY_IDENTITY_TOKEN_DURATION?";
        assert_eq!(found, [expected]);
    }

    #[test]
    fn the_report_shows_origins_and_hides_secrets() {
        let (_, report) = load(environment(&[("PLENARY_IDENTITY_PEPPER", "hunter2")])).expect("valid");
        assert_eq!(
            report.to_toml(),
            "[identity]\ntoken_duration = \"5m\" # default\npepper = \"…\" # PLENARY_IDENTITY_PEPPER\n\
             url = \"…\" # found by the process\n"
        );
        assert!(
            report
                .to_markdown()
                .contains("| `pepper` | `PLENARY_IDENTITY_PEPPER` or `…_FILE` |  | Mixed into")
        );
    }

    #[test]
    fn every_key_is_settable_in_all_ways() {
        crate::proof::every_key_is_settable::<Config>();
    }
}
