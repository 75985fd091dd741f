//! Moments on the wire.

use prost_types::Timestamp;
use time::OffsetDateTime;

/// A moment as a protobuf timestamp.
pub fn timestamp(moment: OffsetDateTime) -> Timestamp {
    Timestamp {
        seconds: moment.unix_timestamp(),
        nanos: moment.nanosecond().cast_signed(),
    }
}

/// A protobuf timestamp as a moment; `None` outside the years that a calendar has, or when it is malformed.
pub fn moment(timestamp: Timestamp) -> Option<OffsetDateTime> {
    let nanos = u32::try_from(timestamp.nanos).ok()?;
    let whole = OffsetDateTime::from_unix_timestamp(timestamp.seconds).ok()?;
    whole.replace_nanosecond(nanos).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_comes_back_and_nonsense_is_none() {
        for nanos in [0, 1, 999_999_999] {
            for seconds in [-1, 0, 1_800_000_000] {
                let wire = Timestamp { seconds, nanos };
                assert_eq!(moment(wire).map(timestamp), Some(wire));
            }
        }
        for (seconds, nanos) in [(0, -1), (0, 1_000_000_000), (i64::MAX, 0)] {
            assert_eq!(moment(Timestamp { seconds, nanos }), None);
        }
    }
}
