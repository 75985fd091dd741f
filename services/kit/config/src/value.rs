//! How a text becomes a value. Environment variables are text, so everything must have a text form; the TOML file's
//! numbers, booleans and lists are turned into the same text first, and there is one parser for each type.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::Secret;

/// A type that a key may have.
pub trait Value: Sized {
    /// Whether the value must not be shown, and may come from a file.
    const SECRET: bool = false;

    /// A valid value, shown where a wrong one was given. The proof that every key can be set uses it too.
    const EXAMPLE: &'static str;

    /// Reads the text; the error completes the sentence "`key` …".
    fn parse(text: &str) -> Result<Self, String>;
}

/// A number of bytes, written with a unit: `4MiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(pub u64);

macro_rules! from_str {
    ($($type:ty = $example:literal, $what:literal;)*) => {
        $(impl Value for $type {
            const EXAMPLE: &'static str = $example;

            fn parse(text: &str) -> Result<Self, String> {
                text.parse().map_err(|_| concat!("must be ", $what).to_owned())
            }
        })*
    };
}

from_str! {
    bool = "true", "true or false";
    u16 = "1000", "a whole number from 0 to 65535";
    u32 = "1000", "a whole number";
    u64 = "1000", "a whole number";
    usize = "1000", "a whole number";
    i64 = "1000", "a whole number";
    f64 = "0.5", "a number";
    IpAddr = "127.0.0.1", "an IP address";
    SocketAddr = "127.0.0.1:7000", "an IP address and a port";
}

impl Value for String {
    const EXAMPLE: &'static str = "text";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl Value for PathBuf {
    const EXAMPLE: &'static str = "/var/lib/plenary";

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Err("must be a path".to_owned())
        } else {
            Ok(Self::from(text))
        }
    }
}

impl Value for Secret {
    const SECRET: bool = true;
    const EXAMPLE: &'static str = "secret";

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Err("must not be empty".to_owned())
        } else {
            Ok(Self::new(text))
        }
    }
}

/// The empty text is `None`.
impl<T: Value> Value for Option<T> {
    const SECRET: bool = T::SECRET;
    const EXAMPLE: &'static str = T::EXAMPLE;

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            Ok(None)
        } else {
            T::parse(text).map(Some)
        }
    }
}

/// Separated by commas.
impl<T: Value> Value for Vec<T> {
    const SECRET: bool = T::SECRET;
    const EXAMPLE: &'static str = T::EXAMPLE;

    fn parse(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(T::parse)
            .collect()
    }
}

impl Value for Duration {
    const EXAMPLE: &'static str = "5m";

    fn parse(text: &str) -> Result<Self, String> {
        let unit = |unit: &str| match unit {
            "ms" => Some(1),
            "s" => Some(1_000),
            "m" => Some(60_000),
            "h" => Some(3_600_000),
            "d" => Some(86_400_000),
            _ => None,
        };
        let millis = quantity(text, unit).ok_or("must be a duration such as 250ms, 30s, 5m, 2h or 7d")?;
        Ok(Self::from_millis(millis))
    }
}

impl Value for ByteSize {
    const EXAMPLE: &'static str = "4MiB";

    fn parse(text: &str) -> Result<Self, String> {
        let unit = |unit: &str| match unit {
            "B" => Some(1),
            "KiB" => Some(1 << 10),
            "MiB" => Some(1 << 20),
            "GiB" => Some(1 << 30),
            _ => None,
        };
        let bytes = quantity(text, unit).ok_or("must be a size such as 512B, 64KiB, 4MiB or 1GiB")?;
        Ok(Self(bytes))
    }
}

/// A whole number and its unit, as a multiple of the smallest unit.
fn quantity(text: &str, unit: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    let (number, name) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
    number.parse::<u64>().ok()?.checked_mul(unit(name.trim_start())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_need_their_unit() {
        assert_eq!(Duration::parse("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(Duration::parse("7 d"), Ok(Duration::from_secs(7 * 86_400)));
        assert_eq!(ByteSize::parse("4MiB"), Ok(ByteSize(4_194_304)));
        for bad in [
            "",
            "5",
            "m",
            "-5m",
            "5 minutes",
            "99999999999999999999d",
            "18446744073709551615d",
        ] {
            assert!(Duration::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn lists_and_options() {
        assert_eq!(Vec::<u16>::parse("1, 2,"), Ok(vec![1, 2]));
        assert_eq!(Vec::<u16>::parse(""), Ok(vec![]));
        assert!(Vec::<u16>::parse("1,x").is_err());
        assert_eq!(Option::<u16>::parse(""), Ok(None));
        assert_eq!(Option::<u16>::parse("7"), Ok(Some(7)));
    }

    #[test]
    fn every_example_is_valid() {
        assert!(bool::parse(bool::EXAMPLE).is_ok() && f64::parse(f64::EXAMPLE).is_ok());
        assert!(u16::parse(u16::EXAMPLE).is_ok() && i64::parse(i64::EXAMPLE).is_ok());
        assert!(IpAddr::parse(IpAddr::EXAMPLE).is_ok() && SocketAddr::parse(SocketAddr::EXAMPLE).is_ok());
        assert!(Duration::parse(Duration::EXAMPLE).is_ok() && ByteSize::parse(ByteSize::EXAMPLE).is_ok());
        assert!(Secret::parse(Secret::EXAMPLE).is_ok() && PathBuf::parse(PathBuf::EXAMPLE).is_ok());
    }
}
