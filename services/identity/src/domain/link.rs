//! Links that are mailed: whoever opens one has shown that they read the mailbox.

use std::fmt;
use std::time::Duration;

use kit_core::Rng;
use kit_core::ids::UserId;
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;

use super::ReturnPath;

/// What is stored of a secret token: its SHA-256. The token has 256 random bits, so that a fast hash is enough.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

/// What opening a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Confirms the address.
    Verification,
    /// Allows to set a new password.
    PasswordReset,
}

/// How long links work.
#[derive(Clone, Copy, Debug)]
pub struct LinkLifetimes {
    /// Of a verification link.
    pub verification: Duration,
    /// Of a reset link: shorter, because it is as good as the password.
    pub password_reset: Duration,
}

/// A link that has been mailed and not been opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Of the secret in the link's fragment.
    pub hash: TokenHash,
    /// Whose mailbox it went to.
    pub user_id: UserId,
    /// What it does.
    pub purpose: LinkPurpose,
    /// Where its reader goes on to.
    pub return_path: ReturnPath,
    /// When it was made.
    pub create_time: OffsetDateTime,
    /// When it stops working.
    pub expire_time: OffsetDateTime,
}

impl TokenHash {
    /// The hash of a token as it came in.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// As read from a `bytea` column; `None` when it has another length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// As written to a `bytea` column.
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }
}

/// A hash tells nothing about the token, but it finds the row: logs need neither.
impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

impl LinkPurpose {
    /// As in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verification => "verification",
            Self::PasswordReset => "password_reset",
        }
    }

    /// Reads what [`as_str`](Self::as_str) wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        [Self::Verification, Self::PasswordReset]
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
    }
}

impl LinkLifetimes {
    fn of(self, purpose: LinkPurpose) -> Duration {
        match purpose {
            LinkPurpose::Verification => self.verification,
            LinkPurpose::PasswordReset => self.password_reset,
        }
    }
}

impl Link {
    /// A new link and the secret that goes into it. The secret is in the mail and nowhere else.
    pub fn issue(
        user_id: UserId,
        purpose: LinkPurpose,
        return_path: ReturnPath,
        lifetimes: LinkLifetimes,
        now: OffsetDateTime,
        rng: &Rng,
    ) -> (Self, String) {
        let token = rng.token();
        let link = Self {
            hash: TokenHash::of(&token),
            user_id,
            purpose,
            return_path,
            create_time: now,
            expire_time: now + lifetimes.of(purpose),
        };
        (link, token)
    }

    /// Whether it still works.
    pub fn is_live(&self, now: OffsetDateTime) -> bool {
        now < self.expire_time
    }
}

#[cfg(test)]
mod tests {
    use kit_core::ManualClock;

    use super::*;

    const LIFETIMES: LinkLifetimes = LinkLifetimes {
        verification: Duration::from_secs(60),
        password_reset: Duration::from_secs(10),
    };

    #[test]
    fn a_link_works_until_it_expires_and_its_secret_is_not_in_it() {
        let hand = ManualClock::fixed();
        let (clock, rng) = (hand.clock(), Rng::seeded(1));
        let user = UserId::new(&clock, &rng);
        let (link, token) = Link::issue(
            user,
            LinkPurpose::PasswordReset,
            ReturnPath::start(),
            LIFETIMES,
            clock.now(),
            &rng,
        );
        assert_eq!(link.hash, TokenHash::of(&token));
        assert!(!format!("{link:?}").contains(&token));
        assert!(link.is_live(clock.now()));
        hand.advance(Duration::from_secs(10));
        assert!(!link.is_live(clock.now()));
    }

    #[test]
    fn purposes_read_back() {
        for purpose in [LinkPurpose::Verification, LinkPurpose::PasswordReset] {
            assert_eq!(LinkPurpose::from_text(purpose.as_str()), Some(purpose));
        }
        assert_eq!(LinkPurpose::from_text("setup"), None);
    }
}
