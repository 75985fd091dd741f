//! Access tokens: what identity signs and every service verifies for itself.
//!
//! EdDSA JWTs. The algorithm is fixed, not read from the token; issuer and audience must be ours; times are compared
//! with our [`Clock`], so that a test decides what time it is.

mod keys;
mod known;
mod signer;

use std::collections::BTreeMap;
use std::sync::Arc;

use jsonwebtoken::{Algorithm, Validation};
use kit_core::ids::{LoginId, OrganizationId, UserId};
use kit_core::limits::{ACCESS_TOKEN_BYTES_MAX, CLOCK_SKEW};
use kit_core::{Clock, Email};
use plenary_proto::access::Role;
use serde::{Deserialize, Serialize};

pub use self::keys::KeySource;
use self::keys::Keys;
use self::known::{Known, TokenHash, Verified};
pub use self::signer::Signer;
use crate::{Code, Error, KIT, OrganizationRole, UserCaller};

/// `iss` and `aud` of every access token.
const AUDIENCE: &str = "plenary";

/// The claims of an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    iss: String,
    aud: String,
    /// The account.
    pub sub: UserId,
    /// The login.
    pub sid: LoginId,
    /// `organizer`, `administrator`.
    pub roles: Vec<TokenRole>,
    /// The organizations that the person belongs to.
    pub orgs: BTreeMap<OrganizationId, OrganizationRole>,
    /// Where mail reaches them.
    pub email: Email,
    /// Whether the email address is confirmed.
    pub ev: bool,
    /// The name that others see.
    pub name: String,
    /// Seconds since 1970.
    pub iat: i64,
    /// Seconds since 1970.
    pub exp: i64,
}

/// A role that is written into tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenRole {
    /// May create events.
    Organizer,
    /// Runs the platform.
    Administrator,
}

/// Verifies access tokens. Clones share the keys, and what they have verified.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Keys,
    clock: Clock,
    validation: Arc<Validation>,
    known: Arc<Known>,
}

// === impl AccessClaims ===

impl AccessClaims {
    /// The claims of a token for `user` that is good from now for `duration`.
    pub fn new(user: &UserCaller, clock: &Clock, duration: std::time::Duration) -> Self {
        let now = clock.now();
        let roles = user.roles.iter().filter_map(|role| match role {
            Role::Organizer => Some(TokenRole::Organizer),
            Role::Administrator => Some(TokenRole::Administrator),
            _ => None,
        });
        Self {
            iss: AUDIENCE.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: user.user_id,
            sid: user.session_id,
            roles: roles.collect(),
            orgs: user.organizations.clone(),
            email: user.email.clone(),
            ev: user.email_verified,
            name: user.name.clone(),
            iat: now.unix_timestamp(),
            exp: (now + duration).unix_timestamp(),
        }
    }

    /// For a test of tokens that are not for us.
    pub(crate) fn with_audience(self, audience: &str) -> Self {
        Self {
            aud: audience.to_owned(),
            ..self
        }
    }

    fn caller(&self) -> UserCaller {
        let roles = self.roles.iter().map(|role| match role {
            TokenRole::Organizer => Role::Organizer,
            TokenRole::Administrator => Role::Administrator,
        });
        UserCaller {
            user_id: self.sub,
            session_id: self.sid,
            name: self.name.clone(),
            email: self.email.clone(),
            email_verified: self.ev,
            roles: roles.collect(),
            organizations: self.orgs.clone(),
        }
    }
}

// === impl Verifier ===

impl Verifier {
    /// Verifies with the keys of `source`.
    pub fn new(source: KeySource, clock: Clock) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[AUDIENCE]);
        // Required and signed, but compared with our own clock below.
        validation.validate_exp = false;
        Self {
            keys: Keys::new(source, clock.clone()),
            clock,
            validation: Arc::new(validation),
            known: Arc::default(),
        }
    }

    /// The person that the token was made for.
    ///
    /// # Errors
    /// UNAUTHENTICATED with `TOKEN_INVALID` or `TOKEN_EXPIRED`; UNAVAILABLE with `KEYS_UNAVAILABLE`.
    pub async fn verify(&self, token: &str) -> Result<UserCaller, Error> {
        if token.len() > ACCESS_TOKEN_BYTES_MAX {
            return Err(invalid());
        }
        let hash = TokenHash::of(token);
        if let Some(verified) = self.known.get(hash)
            && self.still_counts(&verified).await?
        {
            self.check_time(&verified.claims)
                .inspect_err(|_| self.known.remove(hash))?;
            return Ok(verified.claims.caller());
        }
        let verified = self.check_signature(token).await?;
        self.check_time(&verified.claims)?;
        let caller = verified.claims.caller();
        self.known.insert(hash, verified);
        Ok(caller)
    }

    /// Whether the key that signed it is among the keys as they were last fetched.
    async fn still_counts(&self, verified: &Verified) -> Result<bool, Error> {
        let key = self.keys.get(&verified.key_id).await?;
        Ok(key.is_some_and(|key| Arc::ptr_eq(&key, &verified.key)))
    }

    async fn check_signature(&self, token: &str) -> Result<Verified, Error> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| invalid())?;
        let key_id = header
            .kid
            .filter(|_| header.alg == Algorithm::EdDSA)
            .ok_or_else(invalid)?;
        let key = self.keys.get(&key_id).await?.ok_or_else(invalid)?;
        let decoded = jsonwebtoken::decode::<AccessClaims>(token, &key, &self.validation).map_err(|_| invalid())?;
        Ok(Verified {
            key_id,
            key,
            claims: Arc::new(decoded.claims),
        })
    }

    fn check_time(&self, claims: &AccessClaims) -> Result<(), Error> {
        let now = self.clock.now();
        let skew = i64::try_from(CLOCK_SKEW.as_secs()).expect("a few seconds");
        if claims.exp.saturating_add(skew) <= now.unix_timestamp() {
            return Err(KIT.error(Code::Unauthenticated, "TOKEN_EXPIRED", "the access token has expired"));
        }
        if claims.iat > now.unix_timestamp().saturating_add(skew) {
            return Err(invalid());
        }
        Ok(())
    }
}

/// One answer for everything that is wrong with a token: the reasons are of use to forgers only.
fn invalid() -> Error {
    KIT.error(Code::Unauthenticated, "TOKEN_INVALID", "the access token is not valid")
}
