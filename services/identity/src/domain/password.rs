//! Passwords: long enough, not among the ones that everybody tries first, and never shown.
//!
//! NIST SP 800-63B section 5.1.1.2: length and a blocklist, no composition rules. The list is small because it holds
//! stems: `Password123!`, `p4ssw0rd2026` and `passwordpassword` are all found by "password".

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use kit_core::Fault;
use thiserror::Error;

/// Fewest characters of a new password.
const LENGTH_MIN: usize = 10;
/// Most characters of any password: enough for a sentence, and little to hash.
const LENGTH_MAX: usize = 200;
/// Characters around a common stem that do not make it uncommon: a year, a date, an exclamation mark.
const TRIMMINGS_MAX: usize = 8;
/// Fewer different characters than this are a pattern.
const DISTINCT_MIN: usize = 5;

/// What somebody typed as a password, within bounds. Shows itself to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// A password that an account may be given: long enough, and not a common one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassword(Password);

/// A password that was typed to log in. Bounds only: whether it is right is for the hash to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedPassword(Password);

/// Why a password cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordFault {
    /// Nothing was typed.
    #[error("must not be empty")]
    Empty,
    /// Too easy to try them all.
    #[error("must have at least {LENGTH_MIN} characters")]
    Short,
    /// Too much to hash.
    #[error("must have at most {LENGTH_MAX} characters")]
    Long,
    /// Among the first that an attacker tries.
    #[error("is one of the passwords that are tried first; choose another")]
    Common,
}

impl Password {
    /// The password itself, for the hash.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl NewPassword {
    /// Refuses in addition a password that is made of what others know of its owner.
    pub fn parse(text: &str, email: &str) -> Result<Self, PasswordFault> {
        let password: Self = text.parse()?;
        let lower = text.to_lowercase();
        let local = email.split('@').next().unwrap_or_default().to_lowercase();
        let is_theirs =
            lower == email.to_lowercase() || stem(&lower).is_some_and(|stem| Some(stem) == self::stem(&local));
        if is_theirs {
            Err(PasswordFault::Common)
        } else {
            Ok(password)
        }
    }

    /// The password.
    pub fn password(&self) -> &Password {
        &self.0
    }
}

impl TypedPassword {
    /// The password.
    pub fn password(&self) -> &Password {
        &self.0
    }
}

impl FromStr for NewPassword {
    type Err = PasswordFault;

    fn from_str(text: &str) -> Result<Self, PasswordFault> {
        let length = measure(text)?;
        if length < LENGTH_MIN {
            Err(PasswordFault::Short)
        } else if is_common(text) {
            Err(PasswordFault::Common)
        } else {
            Ok(Self(Password(text.to_owned())))
        }
    }
}

impl FromStr for TypedPassword {
    type Err = PasswordFault;

    fn from_str(text: &str) -> Result<Self, PasswordFault> {
        measure(text)?;
        Ok(Self(Password(text.to_owned())))
    }
}

impl Fault for PasswordFault {
    fn reason(&self) -> &'static str {
        match self {
            Self::Empty => "REQUIRED",
            Self::Short => "TOO_SHORT",
            Self::Long => "TOO_LONG",
            Self::Common => "PASSWORD_TOO_WEAK",
        }
    }
}

fn measure(text: &str) -> Result<usize, PasswordFault> {
    // Four bytes are the longest character: nothing longer needs to be counted.
    match text.len() {
        0 => Err(PasswordFault::Empty),
        bytes if bytes > LENGTH_MAX * 4 => Err(PasswordFault::Long),
        _ => match text.chars().count() {
            length if length > LENGTH_MAX => Err(PasswordFault::Long),
            length => Ok(length),
        },
    }
}

/// One stem a line, lower case, letters and digits only.
static STEMS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    include_str!("password/common.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

fn is_common(text: &str) -> bool {
    let lower = text.to_lowercase();
    let distinct: BTreeSet<char> = lower.chars().collect();
    distinct.len() < DISTINCT_MIN || is_run(&lower) || is_stem(&lower) || is_stem(unit(&lower))
}

fn is_stem(lower: &str) -> bool {
    let plain: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
    let is_listed = |stem: String| STEMS.contains(stem.as_str()) || STEMS.contains(unit(&stem));
    STEMS.contains(plain.as_str()) || stem(lower).is_some_and(is_listed)
}

/// The letters in the middle, with digits and signs that stand for letters written as letters. `None` when there are
/// none, or when so much stands around them that they do not make the password.
fn stem(lower: &str) -> Option<String> {
    let letters = |c: char| match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    };
    let middle = lower.trim_matches(|c: char| !c.is_alphabetic() && !matches!(c, '@' | '$'));
    let stem: String = middle.chars().map(letters).filter(|c| c.is_alphanumeric()).collect();
    let trimmings = lower.chars().count() - middle.chars().count();
    (!stem.is_empty() && trimmings <= TRIMMINGS_MAX).then_some(stem)
}

/// The shortest text that, repeated, gives the whole: "passpass" is "pass".
fn unit(text: &str) -> &str {
    let bytes = text.as_bytes();
    (1..=bytes.len() / 2)
        .filter(|&length| bytes.len().is_multiple_of(length) && text.is_char_boundary(length))
        .find(|&length| bytes.chunks(length).all(|chunk| chunk == &bytes[..length]))
        .map_or(text, |length| &text[..length])
}

/// "abcdefghij", "9876543210": each character follows the one before.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps: BTreeSet<i64> = codes.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // "1234567890" wraps around once, by -9.
    steps.iter().all(|step| matches!(step, 1 | -9)) || steps.iter().all(|step| matches!(step, -1 | 9))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Option<PasswordFault> {
        NewPassword::parse(text, "ada.lovelace@example.org").err()
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert_eq!(reason(""), Some(PasswordFault::Empty));
        assert_eq!(reason("ninechars"), Some(PasswordFault::Short));
        assert_eq!(reason("äöüßéàèçñø"), None);
        assert_eq!(reason(&"a horse ".repeat(25)), None);
        assert_eq!(reason(&"a horse ".repeat(26)), Some(PasswordFault::Long));
        assert!("short".parse::<TypedPassword>().is_ok());
        assert_eq!("x".repeat(201).parse::<TypedPassword>(), Err(PasswordFault::Long));
    }

    #[test]
    fn what_is_tried_first_is_refused_in_all_its_clothes() {
        let common = [
            "password123",
            "Password123!",
            "p4ssw0rd2026",
            "P@ssw0rd!!",
            "passwordpassword",
            "1234567890",
            "0987654321",
            "abcdefghijkl",
            "aaaaaaaaaaaa",
            "1212121212",
            "qwertyuiop",
            "1q2w3e4r5t",
            "iloveyou2024",
            "Welcome2026!",
            "letmein12345",
            "administrator",
            "correcthorsebatterystaple",
            "ada.lovelace1815",
            "ada.lovelace@example.org",
            "AdaLovelace!",
        ];
        for text in common {
            assert_eq!(reason(text), Some(PasswordFault::Common), "{text:?}");
        }
    }

    #[test]
    fn what_is_not_is_taken() {
        for text in [
            "violet tram 7 under rain",
            "kV9-rrq_2Lw0",
            "two lamps, one moth",
            "mein Hund heißt Prinz",
        ] {
            assert_eq!(reason(text), None, "{text:?}");
        }
    }

    #[test]
    fn nothing_shows_a_password() {
        let typed: TypedPassword = "violet tram 7".parse().expect("within bounds");
        let new: NewPassword = "violet tram 7".parse().expect("uncommon");
        assert!(!format!("{typed:?} {new:?}").contains("violet"));
    }

    #[test]
    fn the_list_is_in_its_normal_form() {
        assert!(STEMS.len() > 200);
        for stem in STEMS.iter() {
            let normal = stem.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            assert!(normal, "{stem:?}");
        }
    }
}
