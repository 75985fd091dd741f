//! Email addresses.
//!
//! Not the full grammar of RFC 5321: quoted local parts and address literals are legal, unused by people, and a place
//! for attacks on whatever reads the address next. What is accepted here is accepted by every mail server.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Longest address (RFC 5321 section 4.5.3.1.3, less the angle brackets).
const LENGTH_MAX: usize = 254;
/// Longest local part (RFC 5321 section 4.5.3.1.1).
const LOCAL_LENGTH_MAX: usize = 64;
/// Longest label of a domain name (RFC 1035 section 2.3.4).
const LABEL_LENGTH_MAX: usize = 63;

/// An address in lower case, so that one mailbox is one account. Domains never distinguish case, and no mail service of
/// note distinguishes it in the local part.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Email(String);

/// The text is no address that mail can be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be an email address such as ada@example.org")]
pub struct EmailError;

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        if text.len() <= LENGTH_MAX && is_local(local) && is_domain(domain) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(EmailError)
        }
    }
}

impl AsRef<str> for Email {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address is personal: logs and failed assertions show only its domain.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…@{}", self.domain())
    }
}

impl serde::Serialize for Email {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for Email {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A dot-atom (RFC 5322 section 3.2.3).
fn is_local(local: &str) -> bool {
    let is_atom = |atom: &str| {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
        !atom.is_empty() && atom.bytes().all(allowed)
    };
    local.len() <= LOCAL_LENGTH_MAX && local.split('.').all(is_atom)
}

/// At least two labels, the last one not a number.
fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_LENGTH_MAX).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    domain.contains('.') && domain.split('.').all(is_label) && !top.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_addresses_are_read_in_lower_case() {
        let email: Email = " Ada.Lovelace+shows@Mail.Example.ORG ".parse().expect("an address");
        assert_eq!(email.as_str(), "ada.lovelace+shows@mail.example.org");
        assert_eq!(email.domain(), "mail.example.org");
        assert_eq!(format!("{email:?}"), "…@mail.example.org");
    }

    #[test]
    fn anything_else_is_refused() {
        let long = format!("{}@example.org", "a".repeat(65));
        let bad = [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@localhost",
            "a b@example.org",
            "ada@@example.org",
            "ada@1.2.3.4",
            ".ada@example.org",
            "a..b@example.org",
            "ada@-x.org",
            "ada@x..org",
            "ada@example.org\nbcc: x@y.org",
            "\"a b\"@example.org",
            "ada@[10.0.0.1]",
            "ädä@example.org",
            &long,
        ];
        for text in bad {
            assert_eq!(text.parse::<Email>(), Err(EmailError), "{text:?}");
        }
    }
}
