//! Refresh tokens, which are computed and not stored.
//!
//! Token number n of a login is its MAC under a key that the database does not have. So the successor that was lost on
//! its way can be given again without having been kept, every spent token of a family is recognized without a list of
//! them, and a made-up one is told from a spent one: only the latter ends the family.

use std::fmt;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_core::ids::LoginId;
use uuid::Uuid;

use super::RootSecret;
use crate::domain::Login;

/// Login (16 bytes), number (4) and MAC (32).
const LENGTH: usize = 16 + 4 + 32;

/// Makes and checks refresh tokens.
pub(crate) struct RefreshTokens(hmac::Key);

/// A refresh token as it came in: well-formed, not yet proved.
pub(crate) struct PresentedToken {
    /// The login that it claims to belong to.
    pub(crate) login_id: LoginId,
    /// Its number.
    pub(crate) generation: u32,
    mac: [u8; 32],
}

impl RefreshTokens {
    /// Tokens under a secret.
    pub(crate) fn new(root: &RootSecret) -> Self {
        Self(root.refresh_key())
    }

    /// Token number `generation` of a login.
    pub(crate) fn token(&self, login: &Login, generation: u32) -> String {
        let mac = hmac::sign(&self.0, &authenticated(login, generation));
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.extend(login.id.uuid().as_bytes());
        bytes.extend(generation.to_be_bytes());
        bytes.extend(mac.as_ref());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Whether we made this token for this login. In constant time.
    pub(crate) fn is_genuine(&self, presented: &PresentedToken, login: &Login) -> bool {
        let message = authenticated(login, presented.generation);
        presented.login_id == login.id && hmac::verify(&self.0, &message, &presented.mac).is_ok()
    }
}

impl PresentedToken {
    /// Takes a token apart; `None` when it is none of ours by its form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() > LENGTH * 2 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .filter(|bytes| bytes.len() == LENGTH)?;
        let (login, rest) = bytes.split_first_chunk::<16>()?;
        let (generation, mac) = rest.split_first_chunk::<4>()?;
        Some(Self {
            login_id: LoginId::from_uuid(Uuid::from_bytes(*login)),
            generation: u32::from_be_bytes(*generation),
            mac: *mac.first_chunk()?,
        })
    }
}

/// The salt is in the database only: the key alone makes no token either.
fn authenticated(login: &Login, generation: u32) -> Vec<u8> {
    let mut message = login.id.uuid().as_bytes().to_vec();
    message.extend(login.salt);
    message.extend(generation.to_be_bytes());
    message
}

impl fmt::Debug for RefreshTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshTokens(…)")
    }
}

impl fmt::Debug for PresentedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresentedToken")
            .field("login_id", &self.login_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kit_core::ids::UserId;
    use kit_core::{ManualClock, Rng};

    use super::*;
    use crate::domain::LoginLimits;

    fn tokens(secret: &str) -> RefreshTokens {
        RefreshTokens::new(&RootSecret::new(&secret.repeat(32)).expect("long enough"))
    }

    fn login(seed: u64) -> Login {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(seed));
        let limits = LoginLimits {
            idle: Duration::from_secs(60),
            absolute: Duration::from_secs(60),
            grace: Duration::from_secs(1),
        };
        let (id, user) = (LoginId::new(&clock, &rng), UserId::new(&clock, &rng));
        Login::open(id, user, rng.bytes(), limits, clock.now())
    }

    #[test]
    fn a_token_proves_its_login_and_its_number() {
        let (tokens, login) = (tokens("a"), login(1));
        let token = tokens.token(&login, 3);
        assert_eq!(token, tokens.token(&login, 3), "the same every time");
        let presented = PresentedToken::parse(&token).expect("well-formed");
        assert_eq!((presented.login_id, presented.generation), (login.id, 3));
        assert!(tokens.is_genuine(&presented, &login));
    }

    #[test]
    fn nothing_else_is_genuine() {
        let (ours, login) = (tokens("a"), login(1));
        let genuine = |tokens: &RefreshTokens, token: &str, login: &Login| {
            PresentedToken::parse(token).is_some_and(|presented| tokens.is_genuine(&presented, login))
        };
        let token = ours.token(&login, 3);
        assert!(!genuine(&tokens("b"), &token, &login), "another secret");
        let salted = Login {
            salt: [9; 16],
            ..login.clone()
        };
        assert!(!genuine(&ours, &token, &salted), "another salt");
        assert!(!genuine(&ours, &token, &self::login(2)), "another login");
        let mut bytes = URL_SAFE_NO_PAD.decode(&token).expect("ours");
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            assert!(
                !genuine(&ours, &URL_SAFE_NO_PAD.encode(&bytes), &login),
                "byte {at} changed"
            );
            bytes[at] ^= 1;
        }
        for text in ["", "x", &token[1..], &format!("{token}AAAA"), &"A".repeat(10_000)] {
            assert!(PresentedToken::parse(text).is_none(), "{text:.20}");
        }
    }
}
