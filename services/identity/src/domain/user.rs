//! Accounts.

use std::fmt;

use kit_core::ids::UserId;
use kit_core::{Email, Line};
use time::OffsetDateTime;

use super::Picture;

/// What others see: 1 to 80 characters on one line.
pub type DisplayName = Line<1, 80>;

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// `usr_…`.
    pub id: UserId,
    /// Where mail goes to; unique.
    pub email: Email,
    /// Whether the owner has shown that they read that mailbox.
    pub email_state: EmailState,
    /// Shown to others.
    pub display_name: DisplayName,
    /// Shown to others.
    pub picture: Option<Picture>,
    /// Whether they run the platform.
    pub is_administrator: bool,
    /// Whether they belong to an organization. Derived: a user with a membership is an organizer.
    pub is_organizer: bool,
    /// When the account was made.
    pub create_time: OffsetDateTime,
}

/// What everybody may know of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUser {
    /// `usr_…`.
    pub id: UserId,
    /// Shown to others.
    pub display_name: DisplayName,
    /// Shown to others.
    pub picture: Option<Picture>,
}

/// Whether an address is known to be its account's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailState {
    /// Nobody has opened a link that went there.
    Unverified,
    /// Somebody did.
    Verified {
        /// When first.
        verify_time: OffsetDateTime,
    },
}

/// What is checked at log in.
#[derive(Clone)]
pub struct Credentials {
    /// Whose.
    pub user_id: UserId,
    /// PHC string of the password's hash.
    pub password_hash: String,
}

impl User {
    /// A new account, an attendee's.
    pub fn sign_up(id: UserId, email: Email, display_name: DisplayName, now: OffsetDateTime) -> Self {
        Self {
            id,
            email,
            email_state: EmailState::Unverified,
            display_name,
            picture: None,
            is_administrator: false,
            is_organizer: false,
            create_time: now,
        }
    }

    /// The account with its address confirmed. The first confirmation stays.
    pub fn verify_email(self, now: OffsetDateTime) -> Self {
        match self.email_state {
            EmailState::Verified { .. } => self,
            EmailState::Unverified => Self {
                email_state: EmailState::Verified { verify_time: now },
                ..self
            },
        }
    }

    /// Whether the address has been confirmed.
    pub fn is_verified(&self) -> bool {
        matches!(self.email_state, EmailState::Verified { .. })
    }

    /// The account with the administrator role given or taken.
    pub fn set_administrator(self, administrator: bool) -> Self {
        Self {
            is_administrator: administrator,
            ..self
        }
    }
}

/// A hash is no password, but whoever has it can try them all at home.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kit_core::{ManualClock, Rng};

    use super::*;

    #[test]
    fn an_address_is_confirmed_once() {
        let clock = ManualClock::fixed().clock();
        let now = clock.now();
        let email = "ada@example.org".parse().expect("an address");
        let name = "Ada".parse().expect("a name");
        let user = User::sign_up(UserId::new(&clock, &Rng::seeded(1)), email, name, now);
        assert!(!user.is_verified());
        let verified = user.verify_email(now);
        assert!(verified.is_verified());
        assert_eq!(verified.clone().verify_email(now + Duration::from_secs(1)), verified);
    }
}
