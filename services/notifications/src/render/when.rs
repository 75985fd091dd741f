//! Times in the event's zone, in words.

use kit_core::Zone;
use time::OffsetDateTime;
use time::macros::format_description;

/// "Monday, 3 May 2027, 18:00 to 20:00 (Europe/Berlin)"; with both days when it ends on another.
pub(crate) fn span(start: OffsetDateTime, end: Option<OffsetDateTime>, zone_name: &str) -> String {
    let zone = zone_name.parse::<Zone>().unwrap_or_else(|_| Zone::utc());
    let (start, end) = (zone.local(start), end.map(|end| zone.local(end)));
    let until = match end {
        None => String::new(),
        Some(end) if end.date() == start.date() => format!(" to {}", clock(end)),
        Some(end) => format!(" to {}, {}", day(end), clock(end)),
    };
    format!("{}, {}{until} ({})", day(start), clock(start), zone.name())
}

fn day(time: OffsetDateTime) -> String {
    time.format(format_description!(
        "[weekday], [day padding:none] [month repr:long] [year]"
    ))
    .unwrap_or_default()
}

fn clock(time: OffsetDateTime) -> String {
    time.format(format_description!("[hour]:[minute]")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn times_are_those_of_the_event() {
        let start = datetime!(2027-05-03 16:00 UTC);
        assert_eq!(
            span(start, Some(datetime!(2027-05-03 18:00 UTC)), "Europe/Berlin"),
            "Monday, 3 May 2027, 18:00 to 20:00 (Europe/Berlin)"
        );
        assert_eq!(
            span(start, Some(datetime!(2027-05-04 01:00 UTC)), "Europe/Berlin"),
            "Monday, 3 May 2027, 18:00 to Tuesday, 4 May 2027, 03:00 (Europe/Berlin)"
        );
        assert_eq!(span(start, None, "Nowhere/Else"), "Monday, 3 May 2027, 16:00 (UTC)");
    }
}
