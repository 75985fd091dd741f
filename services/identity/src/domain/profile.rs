//! What a user says of themselves, and what they want to hear of.

use std::str::FromStr;

use kit_core::{Fault, Line, Text, TextError, Zone};
use thiserror::Error;

use super::{DisplayName, User};

/// Interests of one user at most.
const INTERESTS_MAX: usize = 20;
/// Longest language tag (RFC 5646 section 4.4.1 recommends 35).
const LANGUAGE_LENGTH_MAX: usize = 35;

/// A user's profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The account.
    pub user: User,
    /// At most 280 characters.
    pub about: Text<0, 280>,
    /// What they are interested in.
    pub interests: Interests,
    /// `None` to follow the browser.
    pub time_zone: Option<Zone>,
    /// `None` to follow the browser.
    pub language: Option<Language>,
    /// What they want mail about.
    pub preferences: Preferences,
    /// Counts the changes.
    pub version: i64,
}

/// What a user wants to hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Reminders of events the user has a ticket for.
    pub event_reminders: bool,
    /// News of organizers whose events the user has attended.
    pub organizer_news: bool,
}

/// A change: what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// The account's name.
    pub display_name: Option<DisplayName>,
    /// As in the profile.
    pub about: Option<Text<0, 280>>,
    /// As in the profile.
    pub interests: Option<Interests>,
    /// As in the profile.
    pub time_zone: Option<Option<Zone>>,
    /// As in the profile.
    pub language: Option<Option<Language>>,
    /// As in the profile.
    pub preferences: Option<Preferences>,
}

/// At most 20 interests, each once, each of 1 to 40 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interests(Vec<Line<1, 40>>);

/// A well-formed BCP 47 tag such as `de` or `pt-BR`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language(String);

/// Why a list of interests was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InterestsFault {
    /// More than 20.
    #[error("must have at most {INTERESTS_MAX} entries")]
    TooMany,
    /// One of them cannot be taken.
    #[error("each entry {0}")]
    Entry(TextError),
}

/// The text is no language tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a BCP 47 language tag such as de or pt-BR")]
pub struct LanguageFault;

impl Profile {
    /// The profile after a change.
    pub fn apply(self, change: ProfileChange) -> Self {
        let user = User {
            display_name: change.display_name.unwrap_or(self.user.display_name),
            ..self.user
        };
        Self {
            user,
            about: change.about.unwrap_or(self.about),
            interests: change.interests.unwrap_or(self.interests),
            time_zone: change.time_zone.unwrap_or(self.time_zone),
            language: change.language.unwrap_or(self.language),
            preferences: change.preferences.unwrap_or(self.preferences),
            version: self.version + 1,
        }
    }
}

impl Interests {
    /// Reads a list. An interest that is in it twice, in whatever case, stays once.
    pub fn parse<'a>(texts: impl ExactSizeIterator<Item = &'a str>) -> Result<Self, InterestsFault> {
        if texts.len() > INTERESTS_MAX {
            return Err(InterestsFault::TooMany);
        }
        let mut lines: Vec<Line<1, 40>> = Vec::new();
        for text in texts {
            let line: Line<1, 40> = text.parse().map_err(InterestsFault::Entry)?;
            let lower = line.as_str().to_lowercase();
            if !lines.iter().any(|known| known.as_str().to_lowercase() == lower) {
                lines.push(line);
            }
        }
        Ok(Self(lines))
    }

    /// The interests, in the user's order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Line::as_str)
    }
}

impl Language {
    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Language {
    type Err = LanguageFault;

    /// RFC 5646 section 2.1: a primary subtag of letters, then subtags of up to eight letters and digits.
    fn from_str(text: &str) -> Result<Self, LanguageFault> {
        let mut subtags = text.split('-');
        let primary = subtags.next().unwrap_or_default();
        let is_primary = (2..=8).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_alphabetic());
        let is_subtag = |tag: &str| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric());
        if text.len() <= LANGUAGE_LENGTH_MAX && is_primary && subtags.all(is_subtag) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LanguageFault)
        }
    }
}

impl Fault for InterestsFault {
    fn reason(&self) -> &'static str {
        match self {
            Self::TooMany => "TOO_MANY",
            Self::Entry(fault) => fault.reason(),
        }
    }
}

impl Fault for LanguageFault {
    fn reason(&self) -> &'static str {
        "LANGUAGE_INVALID"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interests_are_few_short_and_different() {
        let parse = |texts: &[&str]| {
            let parsed = Interests::parse(texts.iter().copied());
            parsed.map(|interests| interests.iter().map(str::to_owned).collect::<Vec<_>>())
        };
        assert_eq!(
            parse(&["Rust", " WebRTC ", "rust"]),
            Ok(vec!["Rust".to_owned(), "WebRTC".to_owned()])
        );
        assert_eq!(parse(&["x"; 21]), Err(InterestsFault::TooMany));
        assert_eq!(parse(&[" "]), Err(InterestsFault::Entry(TextError::Empty)));
    }

    #[test]
    fn languages_are_well_formed_tags() {
        for good in ["de", "pt-BR", "zh-Hant-TW", "sl-rozaj-biske"] {
            assert_eq!(
                good.parse::<Language>().map(|tag| tag.as_str().to_owned()),
                Ok(good.to_owned())
            );
        }
        for bad in ["", "d", "de_DE", "de-", "-de", "d3", "de-abcdefghi", &"de-a".repeat(20)] {
            assert_eq!(bad.parse::<Language>(), Err(LanguageFault), "{bad:?}");
        }
    }
}
