//! The one place where load tests read a clock: they measure the world, so the world's time is what they need.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Now, for intervals and deadlines.
#[expect(clippy::disallowed_methods, reason = "a load test measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Now, in seconds since 1970, for tokens.
#[expect(clippy::disallowed_methods, reason = "a load test mints tokens that are valid now")]
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs())
}
