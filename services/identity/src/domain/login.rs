//! One login: a family of refresh tokens, of which only the newest is good.
//!
//! Tokens are numbered. A login knows the number of its newest token and which ones were spent a moment ago, so that a
//! second tab that held the same token is given the newest one again. An answer that got lost may be asked for again at
//! any later time and from any network, because whoever lost it may have been in a tunnel: its token was spent, and its
//! successor never came back. That is forgiven for one token, and for the next one not: where two parties hold the
//! family, the successor that both were given is spent by one of them and presented by the other. Any other spent token
//! means that two parties hold the family, and ends it (RFC 9700 section 4.14.2).

use std::time::Duration;

use kit_core::ids::{LoginId, UserId};
use time::OffsetDateTime;

use super::Client;

/// Spends that are remembered at most. More within the grace are no lost answers but a loop; the oldest counts as reuse.
const RECENT_MAX: usize = 16;

/// How long logins live.
#[derive(Clone, Copy, Debug)]
pub struct LoginLimits {
    /// Without a refresh.
    pub idle: Duration,
    /// With any number of refreshes.
    pub absolute: Duration,
    /// In which a spent token is answered with the newest one.
    pub grace: Duration,
}

/// One login of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// `sid` in access tokens.
    pub id: LoginId,
    /// Who logged in.
    pub user_id: UserId,
    /// Random; mixed into this login's refresh tokens.
    pub salt: [u8; 16],
    /// When the password was given.
    pub create_time: OffsetDateTime,
    /// What it has come to.
    pub state: LoginState,
}

/// What a login has come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginState {
    /// Its newest refresh token can be spent.
    Open {
        /// Number of the newest refresh token; the first is 0.
        generation: u32,
        /// When it ends if it is not refreshed.
        expire_time: OffsetDateTime,
        /// Tokens spent within the grace, oldest first.
        recent: Vec<Spend>,
        /// The last token whose successor was asked for again beyond the grace.
        forgiven: Option<u32>,
    },
    /// Nothing brings it back.
    Ended {
        /// When.
        end_time: OffsetDateTime,
        /// Why.
        cause: EndCause,
    },
}

/// A refresh token that was spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spend {
    /// Its number.
    pub generation: u32,
    /// When.
    pub time: OffsetDateTime,
    /// Who spent it.
    pub client: Client,
}

/// Why a login ended, for those who look into an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndCause {
    /// The user logged out here.
    LoggedOut,
    /// The user logged out everywhere.
    LoggedOutEverywhere,
    /// The password was set anew.
    PasswordReset,
    /// The user changed the password in another session.
    PasswordChanged,
    /// The user became, or ceased to be, an administrator.
    RoleChanged,
    /// A spent refresh token was presented.
    TokenReused,
    /// The user has logged in so often since that this one made room.
    Crowded,
}

/// What presenting a genuine refresh token came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presentation {
    /// The newest token was spent: the login has a new newest one.
    Rotated(Login),
    /// The token had just been spent by the same client, which is given the newest one. Nothing changes.
    Repeated(Login),
    /// The token was spent and its successor has never been seen: the answer was lost, and is given again.
    Forgiven(Login),
    /// A spent token turned up: the login has ended.
    Reused(Login),
    /// The login had ended or expired before.
    Over,
}

impl Login {
    /// A new login, whose refresh token 0 goes to the user.
    pub fn open(id: LoginId, user_id: UserId, salt: [u8; 16], limits: LoginLimits, now: OffsetDateTime) -> Self {
        let state = LoginState::Open {
            generation: 0,
            expire_time: now + limits.idle.min(limits.absolute),
            recent: Vec::new(),
            forgiven: None,
        };
        Self {
            id,
            user_id,
            salt,
            create_time: now,
            state,
        }
    }

    /// Spends the refresh token with this number, which has been proved to be genuine.
    pub fn present(self, presented: u32, client: Client, limits: LoginLimits, now: OffsetDateTime) -> Presentation {
        let LoginState::Open {
            generation,
            expire_time,
            ref recent,
            forgiven,
        } = self.state
        else {
            return Presentation::Over;
        };
        // A number that was never given out comes from a future that a restored backup has forgotten.
        if now >= expire_time || presented > generation {
            return Presentation::Over;
        }
        let is_fresh = |spend: &&Spend| now - spend.time <= limits.grace;
        if presented < generation {
            let mut fresh = recent.iter().filter(is_fresh);
            if fresh.any(|spend| spend.generation == presented && spend.client == client) {
                return Presentation::Repeated(self);
            }
            return self.present_spent(presented, now);
        }
        let mut spends: Vec<Spend> = recent.iter().filter(is_fresh).copied().collect();
        if spends.len() == RECENT_MAX {
            spends.remove(0);
        }
        spends.push(Spend {
            generation,
            time: now,
            client,
        });
        let state = LoginState::Open {
            generation: generation + 1,
            expire_time: (now + limits.idle).min(self.create_time + limits.absolute),
            recent: spends,
            forgiven,
        };
        Presentation::Rotated(Self { state, ..self })
    }

    /// A spent token that the grace does not cover: a lost answer, or two parties.
    fn present_spent(mut self, presented: u32, now: OffsetDateTime) -> Presentation {
        if let LoginState::Open {
            generation,
            ref mut forgiven,
            ..
        } = self.state
        {
            let successor_unseen = presented + 1 == generation;
            let in_a_row = forgiven.is_some_and(|earlier| earlier + 1 == presented);
            if successor_unseen && !in_a_row {
                *forgiven = Some(presented);
                return Presentation::Forgiven(self);
            }
        }
        Presentation::Reused(self.end(EndCause::TokenReused, now))
    }

    /// Ends it. A login that has ended keeps its first cause.
    pub fn end(self, cause: EndCause, now: OffsetDateTime) -> Self {
        match self.state {
            LoginState::Ended { .. } => self,
            LoginState::Open { .. } => Self {
                state: LoginState::Ended { end_time: now, cause },
                ..self
            },
        }
    }
}

impl EndCause {
    const ALL: [Self; 7] = [
        Self::LoggedOut,
        Self::LoggedOutEverywhere,
        Self::PasswordReset,
        Self::PasswordChanged,
        Self::RoleChanged,
        Self::TokenReused,
        Self::Crowded,
    ];

    /// As in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LoggedOut => "logged_out",
            Self::LoggedOutEverywhere => "logged_out_everywhere",
            Self::PasswordReset => "password_reset",
            Self::PasswordChanged => "password_changed",
            Self::RoleChanged => "role_changed",
            Self::TokenReused => "token_reused",
            Self::Crowded => "crowded",
        }
    }

    /// Reads what [`as_str`](Self::as_str) wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use kit_core::{ManualClock, Rng};
    use proptest::prelude::*;

    use super::*;

    const LIMITS: LoginLimits = LoginLimits {
        idle: Duration::from_secs(1_000),
        absolute: Duration::from_secs(2_500),
        grace: Duration::from_secs(10),
    };

    fn home() -> Client {
        Client::from_text("192.0.2.1")
    }

    fn away() -> Client {
        Client::from_text("198.51.100.1")
    }

    fn opened() -> (Login, OffsetDateTime) {
        let clock = ManualClock::fixed().clock();
        let rng = Rng::seeded(1);
        let (id, user) = (LoginId::new(&clock, &rng), UserId::new(&clock, &rng));
        (Login::open(id, user, [0; 16], LIMITS, clock.now()), clock.now())
    }

    fn rotated(login: Login, generation: u32, now: OffsetDateTime) -> Login {
        match login.present(generation, home(), LIMITS, now) {
            Presentation::Rotated(login) => login,
            other => panic!("expected a rotation, got {other:?}"),
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn each_token_is_spent_once_and_replaced() {
        let (login, start) = opened();
        let login = rotated(login, 0, start + seconds(300));
        let login = rotated(login, 1, start + seconds(600));
        let LoginState::Open {
            generation,
            expire_time,
            recent,
            ..
        } = login.state
        else {
            panic!("still open")
        };
        assert_eq!((generation, expire_time), (2, start + seconds(1_600)));
        assert_eq!(recent.len(), 1, "spends beyond the grace are forgotten");
    }

    fn forgiven(login: Login, generation: u32, client: Client, now: OffsetDateTime) -> Login {
        match login.present(generation, client, LIMITS, now) {
            Presentation::Forgiven(login) => login,
            other => panic!("expected to be forgiven, got {other:?}"),
        }
    }

    fn assert_reused(presentation: Presentation) {
        let Presentation::Reused(login) = presentation else {
            panic!("expected reuse, got {presentation:?}")
        };
        let ended = matches!(
            login.state,
            LoginState::Ended {
                cause: EndCause::TokenReused,
                ..
            }
        );
        assert!(ended);
        assert_eq!(
            login.clone().present(9, home(), LIMITS, login.create_time),
            Presentation::Over
        );
    }

    #[test]
    fn within_the_grace_any_spent_token_is_given_the_newest_one() {
        let (login, start) = opened();
        let login = rotated(login, 0, start);
        let again = login.clone().present(0, home(), LIMITS, start + seconds(10));
        assert_eq!(again, Presentation::Repeated(login.clone()));
        let login = rotated(login, 1, start + seconds(1));
        let late_tab = login.clone().present(0, home(), LIMITS, start + seconds(2));
        assert_eq!(late_tab, Presentation::Repeated(login.clone()));
        assert_reused(login.present(0, away(), LIMITS, start + seconds(2)));
    }

    #[test]
    fn a_lost_answer_is_given_again_however_late_and_wherever() {
        let (login, start) = opened();
        let login = rotated(login, 0, start);
        let login = forgiven(login, 0, home(), start + seconds(300));
        let login = forgiven(login, 0, away(), start + seconds(600));
        let login = rotated(login, 1, start + seconds(601));
        let login = rotated(login, 2, start + seconds(901));
        // Lost again, after an answer that had arrived.
        forgiven(login, 2, home(), start + seconds(1_200));
    }

    #[test]
    fn two_parties_that_hold_a_family_end_it_whoever_comes_first() {
        let (login, start) = opened();
        let stolen = rotated(login, 0, start);
        // Who had token 0 from elsewhere is given 1 as well; one of the two spends it, and then comes the other.
        let stolen = forgiven(stolen, 0, away(), start + seconds(30));
        for (first, second) in [(home(), away()), (away(), home())] {
            let Presentation::Rotated(spent) = stolen.clone().present(1, first, LIMITS, start + seconds(60)) else {
                panic!("the newest token")
            };
            assert_reused(spent.present(1, second, LIMITS, start + seconds(90)));
        }
    }

    #[test]
    fn a_login_ends_when_idle_and_in_any_case_at_its_absolute_end() {
        let (login, start) = opened();
        let idle = login.clone().present(0, home(), LIMITS, start + seconds(1_000));
        assert_eq!(idle, Presentation::Over);
        let login = rotated(login, 0, start + seconds(900));
        let login = rotated(login, 1, start + seconds(1_800));
        assert_eq!(
            login.present(2, home(), LIMITS, start + seconds(2_500)),
            Presentation::Over
        );
    }

    #[test]
    fn the_first_cause_stays_and_the_future_is_refused() {
        let (login, start) = opened();
        assert_eq!(login.clone().present(1, home(), LIMITS, start), Presentation::Over);
        let ended = login.end(EndCause::LoggedOut, start);
        assert_eq!(ended.clone().end(EndCause::TokenReused, start + seconds(1)), ended);
        for cause in EndCause::ALL {
            assert_eq!(EndCause::from_text(cause.as_str()), Some(cause));
        }
    }

    proptest! {
        /// Whatever is presented whenever by one client: the number only grows, by one at a time, the memory is
        /// bounded, and a token beyond the grace gets something only while its successor is unseen, never twice in a
        /// row.
        #[test]
        fn no_order_of_presentations_breaks_the_family(
            steps in prop::collection::vec((0_u64..15, 0_u32..4), 1..100),
        ) {
            let (mut login, mut now) = opened();
            let (mut spent_times, mut last_forgiven) = (Vec::new(), None);
            for (gap, age) in steps {
                now += seconds(gap);
                let LoginState::Open { generation, ref recent, .. } = login.state else { break };
                prop_assert!(recent.len() <= RECENT_MAX);
                let presented = generation.saturating_sub(age);
                match login.clone().present(presented, home(), LIMITS, now) {
                    Presentation::Rotated(next) => {
                        prop_assert_eq!(presented, generation);
                        spent_times.push(now);
                        login = next;
                    }
                    Presentation::Repeated(same) => {
                        prop_assert_eq!(&same, &login);
                        prop_assert!(now - spent_times[presented as usize] <= LIMITS.grace);
                    }
                    Presentation::Forgiven(next) => {
                        prop_assert_eq!(presented + 1, generation);
                        prop_assert!(last_forgiven.is_none_or(|earlier| earlier + 1 != presented));
                        last_forgiven = Some(presented);
                        login = next;
                    }
                    Presentation::Reused(ended) => {
                        prop_assert!(presented < generation);
                        login = ended;
                    }
                    Presentation::Over => prop_assert!(now - login.create_time >= LIMITS.idle),
                }
            }
        }
    }
}
