//! An authority for tests, which signs good tokens and bad ones.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_core::ids::{LoginId, UserId};
use kit_core::{Clock, Rng};
use plenary_proto::access::Role;
use tonic::Request;

use crate::{AccessClaims, Config, Host, KeySource, Signer, UserCaller};

/// How long a test's tokens are good.
const TOKEN_DURATION: Duration = Duration::from_secs(300);

/// Signs access tokens that a host made by [`Tokens::host`] accepts.
#[derive(Debug)]
pub struct Tokens {
    signer: Signer,
    clock: Clock,
    rng: Rng,
}

impl Tokens {
    /// An authority with a key of its own.
    pub fn new(clock: Clock, rng: Rng) -> Self {
        Self {
            signer: Signer::from_seed(&rng.bytes()),
            clock,
            rng,
        }
    }

    /// A host that accepts these tokens, with the same clock and randomness, and the default limits.
    pub fn host(&self) -> Host {
        Host::with_keys(
            &Config::defaults(),
            self.clock.clone(),
            self.rng.clone(),
            self.key_source(),
        )
    }

    /// The keys that verify these tokens.
    pub fn key_source(&self) -> KeySource {
        KeySource::Fixed(self.signer.jwks())
    }

    /// A new person with these roles besides attendee.
    pub fn user(&self, roles: &[Role]) -> UserCaller {
        let user_id = UserId::new(&self.clock, &self.rng);
        UserCaller {
            user_id,
            session_id: LoginId::new(&self.clock, &self.rng),
            name: "Test Person".to_owned(),
            email: format!("{user_id}@example.org").parse().expect("an address"),
            email_verified: true,
            roles: roles.iter().copied().collect::<BTreeSet<_>>(),
            organizations: BTreeMap::new(),
        }
    }

    /// A good token.
    pub fn token(&self, user: &UserCaller) -> String {
        self.signer.sign(&self.claims(user))
    }

    /// Puts a good token of `user` on a request.
    pub fn sign_in<T>(&self, request: &mut Request<T>, user: &UserCaller) {
        let value = format!("Bearer {}", self.token(user))
            .parse()
            .expect("a token is ASCII");
        request.metadata_mut().insert("authorization", value);
    }

    /// A token that was good an hour ago.
    pub fn expired(&self, user: &UserCaller) -> String {
        let mut claims = self.claims(user);
        claims.iat -= 3_600;
        claims.exp -= 3_600;
        self.signer.sign(&claims)
    }

    /// A token for another platform, signed by ours.
    pub fn for_another_audience(&self, user: &UserCaller) -> String {
        self.signer.sign(&self.claims(user).with_audience("elsewhere"))
    }

    /// A token of somebody else's key that claims to be ours.
    pub fn forged(&self, user: &UserCaller) -> String {
        let stranger = Signer::from_seed(&self.rng.bytes());
        let own = stranger.sign(&self.claims(user));
        let ours = self.token(user);
        let (header, _) = ours.split_once('.').expect("a token has three parts");
        let (_, claims_and_signature) = own.split_once('.').expect("a token has three parts");
        format!("{header}.{claims_and_signature}")
    }

    /// A token that says that it needs no signature.
    pub fn unsigned(&self, user: &UserCaller) -> String {
        let header = format!(r#"{{"typ":"JWT","alg":"none","kid":"{}"}}"#, self.signer.key_id());
        let claims = serde_json::to_vec(&self.claims(user)).expect("claims are JSON");
        format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    fn claims(&self, user: &UserCaller) -> AccessClaims {
        AccessClaims::new(user, &self.clock, TOKEN_DURATION)
    }
}
