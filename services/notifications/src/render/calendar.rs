//! Calendar files (RFC 5545).

use time::OffsetDateTime;
use time::macros::format_description;

/// What goes into a calendar.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    /// The same for every mail about the event, so that a later one replaces the entry.
    pub(crate) uid: &'a str,
    pub(crate) title: &'a str,
    pub(crate) url: &'a str,
    pub(crate) start: OffsetDateTime,
    pub(crate) end: Option<OffsetDateTime>,
    /// Rises with each change.
    pub(crate) sequence: i64,
    pub(crate) cancelled: bool,
}

/// The file. Times are in UTC, so that it needs no zone of its own.
pub(crate) fn file(entry: &Entry<'_>, now: OffsetDateTime) -> String {
    let (method, status) = if entry.cancelled {
        ("CANCEL", "CANCELLED")
    } else {
        ("PUBLISH", "CONFIRMED")
    };
    let mut lines = vec![
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".to_owned(),
        "PRODID:-//Plenary//Plenary//EN".to_owned(),
        format!("METHOD:{method}"),
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}", escape(entry.uid)),
        format!("DTSTAMP:{}", moment(now)),
        format!("DTSTART:{}", moment(entry.start)),
    ];
    lines.extend(entry.end.map(|end| format!("DTEND:{}", moment(end))));
    lines.extend([
        format!("SEQUENCE:{}", entry.sequence),
        format!("STATUS:{status}"),
        format!("SUMMARY:{}", escape(entry.title)),
        format!("LOCATION:{}", escape(entry.url)),
        format!("URL:{}", entry.url),
        "END:VEVENT".to_owned(),
        "END:VCALENDAR".to_owned(),
    ]);
    lines.iter().map(|line| fold(line)).collect()
}

fn moment(time: OffsetDateTime) -> String {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    time.to_offset(time::UtcOffset::UTC).format(format).unwrap_or_default()
}

/// RFC 5545 section 3.3.11.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
        .replace('\n', "\\n")
        .replace('\r', "")
}

/// Lines of at most 75 bytes, continued by a space (RFC 5545 section 3.1); characters stay whole.
fn fold(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut bytes = 0;
    for character in line.chars() {
        if bytes + character.len_utf8() > 75 {
            out.push_str("\r\n ");
            bytes = 1;
        }
        out.push(character);
        bytes += character.len_utf8();
    }
    out + "\r\n"
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn entry(title: &str) -> Entry<'_> {
        Entry {
            uid: "evt_1@example.org",
            title,
            url: "https://example.org/events/evt_1",
            start: datetime!(2027-05-03 18:00 +2),
            end: Some(datetime!(2027-05-03 20:00 +2)),
            sequence: 3,
            cancelled: false,
        }
    }

    #[test]
    fn a_file_has_what_calendars_need() {
        let text = file(&entry("Talks; and, more"), datetime!(2027-05-01 00:00 UTC));
        for line in [
            "METHOD:PUBLISH\r\n",
            "DTSTART:20270503T160000Z\r\n",
            "DTEND:20270503T180000Z\r\n",
            "SEQUENCE:3\r\n",
            "SUMMARY:Talks\\; and\\, more\r\n",
        ] {
            assert!(text.contains(line), "{line:?} in {text}");
        }
        let cancelled = file(
            &Entry {
                cancelled: true,
                ..entry("x")
            },
            datetime!(2027-05-01 00:00 UTC),
        );
        assert!(cancelled.contains("METHOD:CANCEL\r\n") && cancelled.contains("STATUS:CANCELLED\r\n"));
    }

    #[test]
    fn long_lines_are_folded_and_characters_stay_whole() {
        let title = "ü".repeat(100);
        let text = file(&entry(&title), datetime!(2027-05-01 00:00 UTC));
        assert!(text.split("\r\n").all(|line| line.len() <= 75));
        assert!(text.replace("\r\n ", "").contains(&title));
    }
}
