//! Time zones by their IANA names, from the database that is built in: the same answer on every machine.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use thiserror::Error;
use time::{OffsetDateTime, UtcOffset};

/// A time zone such as `Europe/Berlin`. What takes place at nine o'clock there keeps its zone beside its instant.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// The text names no zone of the IANA database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be an IANA time zone such as Europe/Berlin")]
pub struct ZoneError;

impl Zone {
    /// Universal time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The zone's name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The same instant as clocks on the wall show it there.
    pub fn local(&self, instant: OffsetDateTime) -> OffsetDateTime {
        instant.to_offset(self.offset(instant))
    }

    fn offset(&self, instant: OffsetDateTime) -> UtcOffset {
        let offset = jiff::Timestamp::from_second(instant.unix_timestamp()).map(|at| self.0.to_offset(at).seconds());
        // Both libraries cover the years of every event; beyond them universal time is as good an answer as any.
        offset
            .ok()
            .and_then(|seconds| UtcOffset::from_whole_seconds(seconds).ok())
            .unwrap_or(UtcOffset::UTC)
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        let zone = TimeZone::get(text).map_err(|_| ZoneError)?;
        zone.iana_name().is_some().then_some(Self(zone)).ok_or(ZoneError)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn summer_time_is_followed() {
        let berlin: Zone = "Europe/Berlin".parse().expect("a zone");
        assert_eq!(berlin.local(datetime!(2026-01-15 12:00 UTC)).hour(), 13);
        assert_eq!(berlin.local(datetime!(2026-07-15 12:00 UTC)).hour(), 14);
        assert_eq!(berlin.name(), "Europe/Berlin");
        assert_eq!(Zone::utc().name(), "UTC");
    }

    #[test]
    fn only_names_of_the_database_are_zones() {
        for bad in ["", "Berlin", "+02:00", "Europe/Atlantis", "../etc/passwd"] {
            assert_eq!(bad.parse::<Zone>(), Err(ZoneError), "{bad}");
        }
        assert!("UTC".parse::<Zone>().is_ok());
    }
}
