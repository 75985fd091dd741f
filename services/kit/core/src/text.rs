//! Text with bounds: what people type into forms, checked once.
//!
//! Lengths count Unicode scalar values, as PostgreSQL's `char_length` does, so that a column's check and this one agree.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Several lines of text of `MIN..=MAX` characters: descriptions, chat messages, Markdown.
///
/// Surrounding white space is dropped and line ends become `\n`. Control characters other than line feed and tab are
/// refused, and so are the invisible characters that reorder text, which serve to disguise names and links.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

/// One line of text of `MIN..=MAX` characters: names and titles. Runs of white space become one space.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line<const MIN: usize, const MAX: usize>(String);

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// Nothing but white space where something is needed.
    #[error("must not be empty")]
    Empty,
    /// Fewer characters than needed.
    #[error("must have at least {min} characters")]
    Short {
        /// The smallest number of characters.
        min: usize,
    },
    /// More characters than allowed.
    #[error("must have at most {max} characters")]
    Long {
        /// The largest number of characters.
        max: usize,
    },
    /// Control characters, or characters that reorder the text around them.
    #[error("must not contain control characters")]
    Characters,
}

macro_rules! text {
    ($name:ident, $normalize:path) => {
        impl<const MIN: usize, const MAX: usize> $name<MIN, MAX> {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text, owned.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> FromStr for $name<MIN, MAX> {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                check(text, MAX)?;
                let text = $normalize(text);
                measure(&text, MIN, MAX)?;
                Ok(Self(text))
            }
        }

        impl<const MIN: usize, const MAX: usize> AsRef<str> for $name<MIN, MAX> {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> fmt::Display for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MIN: usize, const MAX: usize> fmt::Debug for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

text!(Text, normalize_text);
text!(Line, normalize_line);

/// Refuses what no normalization may hide, and a text so long that normalizing it would be work for nothing.
fn check(text: &str, max: usize) -> Result<(), TextError> {
    // Four bytes are the longest character; white space that will be dropped may take as much again.
    if text.len() > max.saturating_mul(8).saturating_add(64) {
        return Err(TextError::Long { max });
    }
    let forbidden = |c: char| (c.is_control() && !matches!(c, '\n' | '\r' | '\t')) || is_bidirectional_control(c);
    if text.contains(forbidden) {
        Err(TextError::Characters)
    } else {
        Ok(())
    }
}

fn measure(text: &str, min: usize, max: usize) -> Result<(), TextError> {
    let length = text.chars().count();
    if length == 0 && min > 0 {
        Err(TextError::Empty)
    } else if length < min {
        Err(TextError::Short { min })
    } else if length > max {
        Err(TextError::Long { max })
    } else {
        Ok(())
    }
}

fn normalize_text(text: &str) -> String {
    text.trim().replace("\r\n", "\n").replace('\r', "\n")
}

fn normalize_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Unicode's explicit directional formatting characters (UAX #9, section 2). Arabic and Hebrew need none of them.
fn is_bidirectional_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<String, TextError> {
        text.parse::<Line<2, 5>>().map(Line::into_string)
    }

    #[test]
    fn a_line_is_trimmed_collapsed_and_counted_in_characters() {
        assert_eq!(line("  a \n b "), Ok("a b".to_owned()));
        assert_eq!(line("äöüßé"), Ok("äöüßé".to_owned()));
        assert_eq!(line("äöüßéx"), Err(TextError::Long { max: 5 }));
        assert_eq!(line("   "), Err(TextError::Empty));
        assert_eq!(line("x"), Err(TextError::Short { min: 2 }));
    }

    #[test]
    fn disguises_are_refused() {
        for bad in ["a\u{0}b", "a\u{202e}b", "a\u{2066}b", "a\u{7}b"] {
            assert_eq!(line(bad), Err(TextError::Characters), "{bad:?}");
        }
    }

    #[test]
    fn text_keeps_its_lines() {
        let text: Text<0, 20> = "\r\n one\r\n\ttwo\rthree ".parse().expect("fits");
        assert_eq!(text.as_str(), "one\n\ttwo\nthree");
        let empty: Text<0, 20> = "".parse().expect("may be empty");
        assert_eq!(empty.as_str(), "");
    }

    #[test]
    fn a_huge_text_is_refused_before_it_is_read() {
        let huge = " ".repeat(10_000);
        assert_eq!(line(&huge), Err(TextError::Long { max: 5 }));
    }
}
