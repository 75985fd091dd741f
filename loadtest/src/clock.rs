//! The one place where load tests read a clock: they measure the world, so the world's time is what they need.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Now, for intervals and deadlines.
#[expect(clippy::disallowed_methods, reason = "a load test measures real time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Now, since 1970: for what is compared with the kernel's time stamps, and for tokens.
#[expect(clippy::disallowed_methods, reason = "a load test measures real time")]
pub(crate) fn since_1970() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
