//! Where a mailed link's reader goes on to: a path of this site, never another site.

use std::fmt;
use std::str::FromStr;

use kit_core::Fault;
use thiserror::Error;

/// Longest path, in bytes.
const LENGTH_MAX: usize = 512;

/// A path of this site such as `/events/evt_…?tab=agenda`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath(String);

/// The text could lead to another site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a path of this site such as /events, at most {LENGTH_MAX} characters long")]
pub struct ReturnPathFault;

impl ReturnPath {
    /// The start page.
    pub fn start() -> Self {
        Self("/".to_owned())
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ReturnPath {
    type Err = ReturnPathFault;

    /// Browsers read `//host`, `/\host` and tabs in between as another host; nothing but visible ASCII passes.
    fn from_str(text: &str) -> Result<Self, ReturnPathFault> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        if text.len() <= LENGTH_MAX && is_plain && text.starts_with('/') && !text.starts_with("//") {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReturnPathFault)
        }
    }
}

impl fmt::Display for ReturnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Fault for ReturnPathFault {
    fn reason(&self) -> &'static str {
        "RETURN_PATH_INVALID"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_read() {
        for good in ["/", "/events/evt_1?tab=agenda#top", "/a//b"] {
            assert_eq!(
                good.parse::<ReturnPath>().map(|path| path.to_string()),
                Ok(good.to_owned())
            );
        }
        let long = format!("/{}", "x".repeat(LENGTH_MAX));
        for bad in [
            "",
            "events",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/\t/evil.example",
            &long,
        ] {
            assert_eq!(bad.parse::<ReturnPath>(), Err(ReturnPathFault), "{bad:?}");
        }
    }
}
