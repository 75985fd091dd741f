//! When to try again, and when to give up.

use std::time::Duration;

/// The first pause; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_secs(5);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(3600);
/// Attempts before giving up: with these pauses about two days, in which a mail server is repaired.
pub(crate) const ATTEMPTS_MAX: i32 = 56;

/// What follows a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    Again { after: Duration },
    GiveUp,
}

/// After so many attempts have failed. What cannot succeed, such as an address that the server refuses, is not tried again.
pub(crate) fn after(attempts: i32, is_permanent: bool) -> Next {
    if is_permanent || attempts >= ATTEMPTS_MAX {
        return Next::GiveUp;
    }
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(16);
    Next::Again {
        after: (PAUSE_MIN * 2_u32.pow(doublings)).min(PAUSE_MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_for_about_two_days() {
        assert_eq!(
            after(1, false),
            Next::Again {
                after: Duration::from_secs(5)
            }
        );
        assert_eq!(
            after(2, false),
            Next::Again {
                after: Duration::from_secs(10)
            }
        );
        assert_eq!(after(30, false), Next::Again { after: PAUSE_MAX });
        assert_eq!(after(ATTEMPTS_MAX, false), Next::GiveUp);
        assert_eq!(after(1, true), Next::GiveUp);
        let total: Duration = (1..ATTEMPTS_MAX)
            .map(|attempts| match after(attempts, false) {
                Next::Again { after } => after,
                Next::GiveUp => Duration::ZERO,
            })
            .sum();
        assert!((40..56).contains(&(total.as_secs() / 3600)), "{total:?}");
    }
}
