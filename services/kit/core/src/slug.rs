//! The readable part of an address: `/events/rust-summit-2026`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Fewest characters.
const LENGTH_MIN: usize = 3;
/// Most characters.
const LENGTH_MAX: usize = 64;

/// Lower-case letters, digits and single hyphens between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// The text is no slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be {LENGTH_MIN} to {LENGTH_MAX} lower-case letters and digits, with single hyphens between them")]
pub struct SlugError;

impl Slug {
    /// The slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A proposal for a title: everything but ASCII letters and digits becomes a hyphen. `None` when too little is left.
    pub fn from_title(title: &str) -> Option<Self> {
        let spaced: String = title
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' })
            .collect();
        let mut text = spaced
            .split_whitespace()
            .collect::<Vec<_>>()
            .join("-")
            .to_ascii_lowercase();
        text.truncate(LENGTH_MAX);
        text.trim_end_matches('-').parse().ok()
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if (LENGTH_MIN..=LENGTH_MAX).contains(&text.len()) && text.split('-').all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SlugError)
        }
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_canonical_form_is_read() {
        assert_eq!(
            "rust-summit-2026".parse::<Slug>().map(|slug| slug.to_string()),
            Ok("rust-summit-2026".to_owned())
        );
        for bad in [
            "",
            "ab",
            "-abc",
            "abc-",
            "a--b",
            "Abc",
            "a b",
            "straße",
            &"x".repeat(65),
        ] {
            assert_eq!(bad.parse::<Slug>(), Err(SlugError), "{bad:?}");
        }
    }

    #[test]
    fn a_title_makes_a_slug() {
        let slug = |title: &str| Slug::from_title(title).map(|slug| slug.to_string());
        assert_eq!(slug("  Rust & Friends: 2026!  "), Some("rust-friends-2026".to_owned()));
        assert_eq!(slug("東京"), None);
        assert_eq!(slug(&"ab ".repeat(40)).map(|slug| slug.len() <= 64), Some(true));
    }
}
