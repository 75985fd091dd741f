//! Days as people count them: nine o'clock stays nine o'clock, also across a change to or from summer time.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use kit_core::Zone;
use time::OffsetDateTime;

/// The instant `days` later at the same time of day in `zone`. A time that the day does not have (clocks leap over it)
/// becomes as much later as clocks leap; of a time that it has twice, the first is meant.
///
/// `None` beyond the calendar's range.
pub(super) fn days_later(zone: &Zone, instant: OffsetDateTime, days: i32) -> Option<OffsetDateTime> {
    let zone = TimeZone::get(zone.name()).ok()?;
    let micros = i64::try_from(instant.unix_timestamp_nanos() / 1_000).ok()?;
    let local = Timestamp::from_microsecond(micros).ok()?.to_zoned(zone);
    let later = local.checked_add(Span::new().try_days(days).ok()?).ok()?;
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(later.timestamp().as_microsecond()) * 1_000).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn berlin(instant: OffsetDateTime, days: i32) -> Option<OffsetDateTime> {
        days_later(&"Europe/Berlin".parse().expect("a zone"), instant, days)
    }

    #[test]
    fn the_time_of_day_stays_across_summer_time() {
        // 09:00 in Berlin is 08:00 UTC in winter and 07:00 UTC in summer.
        assert_eq!(
            berlin(datetime!(2026-03-28 08:00 UTC), 1),
            Some(datetime!(2026-03-29 07:00 UTC))
        );
        assert_eq!(
            berlin(datetime!(2026-10-24 07:00 UTC), 1),
            Some(datetime!(2026-10-25 08:00 UTC))
        );
        assert_eq!(
            berlin(datetime!(2026-03-29 07:00 UTC), -1),
            Some(datetime!(2026-03-28 08:00 UTC))
        );
    }

    #[test]
    fn a_time_that_the_day_lacks_or_repeats_has_one_meaning() {
        // 02:30 on 29 March is leapt over and becomes 03:30; 02:30 on 25 October comes twice, the first in summer time.
        assert_eq!(
            berlin(datetime!(2026-03-28 01:30 UTC), 1),
            Some(datetime!(2026-03-29 01:30 UTC))
        );
        assert_eq!(
            berlin(datetime!(2026-10-24 00:30 UTC), 1),
            Some(datetime!(2026-10-25 00:30 UTC))
        );
    }

    #[test]
    fn beyond_the_calendar_there_is_nothing() {
        assert_eq!(berlin(datetime!(9999-12-30 00:00 UTC), 3_660), None);
    }
}
