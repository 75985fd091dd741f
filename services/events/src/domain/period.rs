//! A span of time with a beginning and an end: when an event or one of its sessions takes place.

use kit_core::Fault;
use thiserror::Error;
use time::{Duration, OffsetDateTime};

use super::limits::{EVENT_DURATION_MAX, YEARS};

/// From `start` to just before `end`, which is later, in UTC and whole microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    start: OffsetDateTime,
    end: OffsetDateTime,
}

/// Why two instants make no period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PeriodError {
    /// It would end before it starts, or at once.
    #[error("must be after the start")]
    Order,
    /// It would take longer than an event may.
    #[error("must be at most 31 days after the start")]
    Length,
    /// It would take place in a year that no event takes place in.
    #[error("must be in a year from 2000 to 2200")]
    Year,
}

impl Period {
    /// From `start` to `end`.
    pub fn new(start: OffsetDateTime, end: OffsetDateTime) -> Result<Self, PeriodError> {
        if !YEARS.contains(&start.year()) || !YEARS.contains(&end.year()) {
            Err(PeriodError::Year)
        } else if end <= start {
            Err(PeriodError::Order)
        } else if end - start > EVENT_DURATION_MAX {
            Err(PeriodError::Length)
        } else {
            Ok(Self { start, end })
        }
    }

    /// When it begins.
    pub fn start(&self) -> OffsetDateTime {
        self.start
    }

    /// When it is over.
    pub fn end(&self) -> OffsetDateTime {
        self.end
    }

    /// Whether `other` neither begins before it nor ends after it.
    pub fn contains(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The same span, `by` later.
    pub fn moved(self, by: Duration) -> Result<Self, PeriodError> {
        let start = self.start.checked_add(by).ok_or(PeriodError::Year)?;
        let end = self.end.checked_add(by).ok_or(PeriodError::Year)?;
        Self::new(start, end)
    }

    /// By how much `later` is this period moved as a whole; `None` when its length differs too.
    pub fn offset_to(&self, later: &Self) -> Option<Duration> {
        let by = later.start - self.start;
        (later.end - self.end == by).then_some(by)
    }
}

impl Fault for PeriodError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Order => "END_BEFORE_START",
            Self::Length => "TOO_LONG",
            Self::Year => "YEAR_OUT_OF_RANGE",
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NINE: OffsetDateTime = datetime!(2026-06-01 09:00 UTC);

    #[test]
    fn a_period_ends_after_its_start_and_within_a_month() {
        assert_eq!(Period::new(NINE, NINE), Err(PeriodError::Order));
        assert_eq!(Period::new(NINE, NINE - Duration::SECOND), Err(PeriodError::Order));
        assert!(Period::new(NINE, NINE + Duration::days(31)).is_ok());
        assert_eq!(
            Period::new(NINE, NINE + Duration::days(31) + Duration::SECOND),
            Err(PeriodError::Length)
        );
        assert_eq!(
            Period::new(datetime!(1999-12-31 23:59 UTC), NINE),
            Err(PeriodError::Year)
        );
    }

    #[test]
    fn a_move_is_told_from_a_change_of_length() {
        let hour = Period::new(NINE, NINE + Duration::HOUR).expect("an hour");
        let later = hour.moved(Duration::DAY).expect("in range");
        assert_eq!(hour.offset_to(&later), Some(Duration::DAY));
        let longer = Period::new(later.start, later.end + Duration::SECOND).expect("valid");
        assert_eq!(hour.offset_to(&longer), None);
        assert!(longer.contains(&later) && !later.contains(&longer));
        assert_eq!(hour.moved(Duration::days(365 * 300)), Err(PeriodError::Year));
    }
}
