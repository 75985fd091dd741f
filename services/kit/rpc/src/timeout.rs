//! The `grpc-timeout` header (gRPC over HTTP/2, "Timeout").

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use kit_core::limits::{CALL_DURATION_DEFAULT, CALL_DURATION_MAX};

/// The header's name.
pub(crate) const HEADER: &str = "grpc-timeout";

/// How long a call may take: what its client asks for, within our limits. A malformed header counts as absent.
pub(crate) fn allowed(headers: &HeaderMap) -> Duration {
    headers
        .get(HEADER)
        .and_then(parse)
        .unwrap_or(CALL_DURATION_DEFAULT)
        .min(CALL_DURATION_MAX)
}

/// The header of a call that may take this long.
pub(crate) fn header(duration: Duration) -> HeaderValue {
    let millis = duration.as_millis().min(99_999_999);
    HeaderValue::from_str(&format!("{millis}m")).expect("digits are a valid header")
}

/// At most eight digits and a unit.
fn parse(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3_600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Duration> {
        parse(&HeaderValue::from_str(text).expect("a header"))
    }

    #[test]
    fn units_of_the_specification_are_read_and_nothing_else() {
        assert_eq!(read("2H"), Some(Duration::from_secs(7_200)));
        assert_eq!(read("90S"), Some(Duration::from_secs(90)));
        assert_eq!(read("250m"), Some(Duration::from_millis(250)));
        assert_eq!(read("99999999n"), Some(Duration::from_nanos(99_999_999)));
        for bad in ["", "S", "1", "1s", "-1S", "999999999S", "1.5S", " 1S"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn clients_may_ask_for_less_but_not_for_more() {
        let allowed_for = |text: &str| {
            let header = HeaderValue::from_str(text).expect("a header");
            allowed(&HeaderMap::from_iter([(http::HeaderName::from_static(HEADER), header)]))
        };
        assert_eq!(allowed_for("1S"), Duration::from_secs(1));
        assert_eq!(allowed_for("5H"), CALL_DURATION_MAX);
        assert_eq!(allowed_for("nonsense"), CALL_DURATION_DEFAULT);
        assert_eq!(allowed(&HeaderMap::new()), CALL_DURATION_DEFAULT);
        assert_eq!(header(Duration::from_millis(1_500)), "1500m");
    }
}
