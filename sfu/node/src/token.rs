//! Media tokens: LiveKit's JWTs, HS256, one issuer.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use kit_core::Clock;
use kit_core::limits::CLOCK_SKEW;
use serde::Deserialize;
use serde_json::json;
use sfu_core::input::{Permissions, PublishRight};
use sfu_core::limits::{DISPLAY_NAME_BYTES_MAX, METADATA_BYTES_MAX};
use sfu_core::output::Participant;
use sfu_core::publish::Source;

use crate::limits::{NAME_BYTES_MAX, TOKEN_BYTES_MAX, TRACE_BYTES_MAX};

/// What a token grants, after all checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) room: String,
    pub(crate) identity: String,
    pub(crate) name: String,
    pub(crate) metadata: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) permissions: Permissions,
    /// From when on it is good: what is taken back are tokens of before a time. Seconds since the Unix epoch.
    pub(crate) not_before: i64,
    /// Until when it is good. Seconds since the Unix epoch.
    pub(crate) expires_at: i64,
    /// W3C trace context of the join, if who made the token traces it.
    pub(crate) trace: Option<String>,
}

/// What a token allows its bearer to do with rooms from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdminGrant {
    pub(crate) identity: String,
    pub(crate) room_create: bool,
    pub(crate) room_list: bool,
    /// Administer `room`.
    pub(crate) room_admin: bool,
    pub(crate) room: String,
    /// Where participants of `room` may be taken to.
    pub(crate) destination_room: String,
}

/// A token that does not let anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("the media token is not valid")]
    Invalid,
    #[error("the media token is not valid at this time")]
    Expired,
    #[error("the media token does not grant joining a room")]
    NoRoom,
    #[error("the media token does not let its bearer choose attributes")]
    NoAttributes,
    #[error("a token could not be signed")]
    Unsigned,
}

/// Checks tokens.
#[derive(Clone)]
pub(crate) struct Tokens {
    key: DecodingKey,
    signing: EncodingKey,
    validation: Validation,
    issuer: String,
    clock: Clock,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Deserialize)]
struct Claims {
    iss: String,
    #[serde(default)]
    sub: String,
    exp: i64,
    #[serde(default)]
    nbf: i64,
    #[serde(default)]
    name: String,
    #[serde(default)]
    metadata: String,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
    #[serde(default)]
    video: VideoGrant,
    #[serde(default)]
    trace: Option<String>,
}

/// livekit/protocol `auth/grants.go`: what is absent is granted, except changing one's own metadata.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct VideoGrant {
    room_join: bool,
    room: String,
    room_create: bool,
    room_list: bool,
    room_admin: bool,
    destination_room: String,
    can_publish: Option<bool>,
    can_subscribe: Option<bool>,
    can_publish_data: Option<bool>,
    can_publish_sources: Vec<String>,
    can_update_own_metadata: Option<bool>,
    hidden: bool,
}

impl Tokens {
    pub(crate) fn new(issuer: &str, secret: &[u8], clock: Clock) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Times are checked against our own clock, below; LiveKit's tokens have no audience.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims = HashSet::new();
        Self {
            key: DecodingKey::from_secret(secret),
            signing: EncodingKey::from_secret(secret),
            validation,
            issuer: issuer.to_owned(),
            clock,
        }
    }

    /// Checks a token.
    pub(crate) fn verify(&self, token: &str) -> Result<Grant, TokenError> {
        grant(self.claims(token)?)
    }

    /// Checks a token of the server API.
    pub(crate) fn verify_admin(&self, token: &str) -> Result<AdminGrant, TokenError> {
        let Claims { sub, video, .. } = self.claims(token)?;
        Ok(AdminGrant {
            identity: sub,
            room_create: video.room_create,
            room_list: video.room_list,
            room_admin: video.room_admin,
            room: video.room,
            destination_room: video.destination_room,
        })
    }

    /// Signs a token with which somebody can join a room as what they are, in it or in another.
    pub(crate) fn sign(&self, of: &Participant, room: &str, life: Duration) -> Result<String, TokenError> {
        let now = self.clock.now().unix_timestamp();
        let life = i64::try_from(life.as_secs()).unwrap_or_default();
        let rights = &of.permissions;
        let sources: Vec<_> = match &rights.publish {
            PublishRight::Sources(sources) => sources.iter().map(|of| source_name(*of)).collect(),
            PublishRight::Nothing | PublishRight::Everything => Vec::new(),
        };
        let claims = json!({
            "iss": self.issuer, "sub": of.identity.as_str(), "nbf": now, "exp": now + life,
            "name": of.name, "metadata": of.metadata, "attributes": of.attributes,
            "video": {
                "roomJoin": true, "room": room,
                "canPublish": rights.publish != PublishRight::Nothing, "canPublishSources": sources,
                "canSubscribe": rights.subscribe, "canPublishData": rights.publish_data,
                "canUpdateOwnMetadata": rights.update_metadata, "hidden": rights.hidden,
            },
        });
        encode(&Header::new(Algorithm::HS256), &claims, &self.signing).map_err(|_| TokenError::Unsigned)
    }

    fn claims(&self, token: &str) -> Result<Claims, TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Invalid);
        }
        let claims = decode::<Claims>(token, &self.key, &self.validation)
            .map_err(|_| TokenError::Invalid)?
            .claims;
        if claims.iss != self.issuer {
            return Err(TokenError::Invalid);
        }
        let now = self.clock.now().unix_timestamp();
        let skew = i64::try_from(CLOCK_SKEW.as_secs()).unwrap_or_default();
        if now >= claims.exp.saturating_add(skew) || now.saturating_add(skew) < claims.nbf {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }
}

impl Grant {
    /// Adds attributes that the bearer asks for, as LiveKit does: who may change their own metadata may, and they come before
    /// those of the token.
    pub(crate) fn with_attributes(mut self, asked: BTreeMap<String, String>) -> Result<Self, TokenError> {
        if asked.is_empty() {
            return Ok(self);
        }
        if !self.permissions.update_metadata {
            return Err(TokenError::NoAttributes);
        }
        self.attributes.extend(asked);
        if self.metadata.len() + weight(&self.attributes) > METADATA_BYTES_MAX {
            return Err(TokenError::Invalid);
        }
        Ok(self)
    }
}

fn weight(attributes: &BTreeMap<String, String>) -> usize {
    attributes.iter().map(|(key, value)| key.len() + value.len()).sum()
}

fn grant(claims: Claims) -> Result<Grant, TokenError> {
    let video = claims.video;
    if !video.room_join || video.room.is_empty() || claims.sub.is_empty() {
        return Err(TokenError::NoRoom);
    }
    let names = [&video.room, &claims.sub];
    if names.iter().any(|name| name.len() > NAME_BYTES_MAX)
        || claims.name.len() > DISPLAY_NAME_BYTES_MAX
        || claims.metadata.len() + weight(&claims.attributes) > METADATA_BYTES_MAX
    {
        return Err(TokenError::Invalid);
    }
    let permissions = Permissions {
        publish: publish_right(&video),
        subscribe: video.can_subscribe.unwrap_or(true),
        publish_data: video.can_publish_data.unwrap_or(true),
        update_metadata: video.can_update_own_metadata.unwrap_or(false),
        hidden: video.hidden,
    };
    Ok(Grant {
        room: video.room,
        identity: claims.sub,
        name: claims.name,
        metadata: claims.metadata,
        attributes: claims.attributes,
        permissions,
        not_before: claims.nbf,
        expires_at: claims.exp,
        trace: claims.trace.filter(|trace| trace.len() <= TRACE_BYTES_MAX),
    })
}

/// `canPublish: false` forbids; otherwise a list of sources, when given, is what is allowed.
fn publish_right(video: &VideoGrant) -> PublishRight {
    if video.can_publish == Some(false) {
        return PublishRight::Nothing;
    }
    if video.can_publish_sources.is_empty() {
        return PublishRight::Everything;
    }
    PublishRight::Sources(video.can_publish_sources.iter().map(|name| source(name)).collect())
}

const fn source_name(source: Source) -> &'static str {
    match source {
        Source::Camera => "camera",
        Source::Microphone => "microphone",
        Source::ScreenShare => "screen_share",
        Source::ScreenShareAudio => "screen_share_audio",
        Source::Unknown => "unknown",
    }
}

fn source(name: &str) -> Source {
    match name {
        "camera" => Source::Camera,
        "microphone" => Source::Microphone,
        "screen_share" => Source::ScreenShare,
        "screen_share_audio" => Source::ScreenShareAudio,
        _ => Source::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit_core::ManualClock;
    use serde_json::Value;

    const SECRET: &[u8] = b"a secret of at least thirty-two bytes";

    fn sign(claims: &Value, algorithm: Algorithm, secret: &[u8]) -> String {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret)).expect("signs")
    }

    fn check(change: impl FnOnce(&mut Value)) -> Result<Grant, TokenError> {
        let clock = ManualClock::fixed().clock();
        let now = clock.now().unix_timestamp();
        let mut claims = json!({
            "iss": "key", "sub": "usr_1", "name": "Ada", "nbf": now, "exp": now + 60,
            "video": { "roomJoin": true, "room": "rm_1" },
        });
        change(&mut claims);
        Tokens::new("key", SECRET, clock).verify(&sign(&claims, Algorithm::HS256, SECRET))
    }

    #[test]
    fn what_is_absent_is_granted() {
        let grant = check(|_| {}).expect("valid");
        assert_eq!(
            (grant.room.as_str(), grant.identity.as_str(), grant.name.as_str()),
            ("rm_1", "usr_1", "Ada")
        );
        let permissions = grant.permissions;
        assert_eq!(permissions.publish, PublishRight::Everything);
        assert!(permissions.subscribe && permissions.publish_data);
        assert!(!permissions.update_metadata && !permissions.hidden);
    }

    #[test]
    fn what_is_forbidden_is_not() {
        let grant = check(|claims| {
            claims["video"]["canPublish"] = json!(false);
            claims["video"]["canPublishSources"] = json!(["camera"]);
            claims["video"]["canSubscribe"] = json!(false);
            claims["video"]["hidden"] = json!(true);
        });
        let permissions = grant.expect("valid").permissions;
        assert_eq!(permissions.publish, PublishRight::Nothing);
        assert!(!permissions.subscribe && permissions.hidden);
        let grant = check(|claims| claims["video"]["canPublishSources"] = json!(["camera", "screen_share"]));
        let publish = grant.expect("valid").permissions.publish;
        assert!(publish.allows(Source::Camera) && publish.allows(Source::ScreenShare));
        assert!(!publish.allows(Source::Microphone));
    }

    #[test]
    fn attributes_are_added_by_those_who_may_change_their_own() {
        let asked = |value: &str| BTreeMap::from([("hand".to_owned(), value.to_owned())]);
        let told = |claims: &mut Value| claims["attributes"] = json!({ "hand": "down", "team": "red" });
        let grant = check(told).expect("valid");
        assert_eq!(grant.clone().with_attributes(BTreeMap::new()), Ok(grant.clone()));
        assert_eq!(grant.with_attributes(asked("up")), Err(TokenError::NoAttributes));

        let grant = check(|claims| {
            told(claims);
            claims["video"]["canUpdateOwnMetadata"] = json!(true);
        });
        let grant = grant.expect("valid");
        let attributes = grant.clone().with_attributes(asked("up")).expect("allowed").attributes;
        let attributes: Vec<_> = attributes
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        assert_eq!(attributes, [("hand", "up"), ("team", "red")]);
        let too_long = "x".repeat(METADATA_BYTES_MAX);
        assert_eq!(grant.with_attributes(asked(&too_long)), Err(TokenError::Invalid));
    }

    #[test]
    fn times_issuer_and_room_are_checked() {
        let now = ManualClock::fixed().clock().now().unix_timestamp();
        assert_eq!(
            check(|claims| claims["exp"] = json!(now - 10)),
            Err(TokenError::Expired)
        );
        assert_eq!(
            check(|claims| claims["nbf"] = json!(now + 60)),
            Err(TokenError::Expired)
        );
        assert_eq!(check(|claims| claims["iss"] = json!("other")), Err(TokenError::Invalid));
        assert_eq!(
            check(|claims| claims["video"]["roomJoin"] = json!(false)),
            Err(TokenError::NoRoom)
        );
        assert_eq!(
            check(|claims| claims["video"]["room"] = json!("")),
            Err(TokenError::NoRoom)
        );
        assert_eq!(check(|claims| claims["sub"] = json!("")), Err(TokenError::NoRoom));
        assert_eq!(
            check(|claims| claims["name"] = json!("x".repeat(300))),
            Err(TokenError::Invalid)
        );
    }

    #[test]
    fn forged_tokens_are_refused() {
        let clock = ManualClock::fixed().clock();
        let now = clock.now().unix_timestamp();
        let claims = json!({ "iss": "key", "sub": "x", "exp": now + 60, "video": { "roomJoin": true, "room": "r" } });
        let tokens = Tokens::new("key", SECRET, clock);
        let good = sign(&claims, Algorithm::HS256, SECRET);
        assert!(tokens.verify(&good).is_ok());
        assert_eq!(
            tokens.verify(&sign(&claims, Algorithm::HS256, b"another secret")),
            Err(TokenError::Invalid)
        );
        assert_eq!(
            tokens.verify(&sign(&claims, Algorithm::HS512, SECRET)),
            Err(TokenError::Invalid)
        );
        // Header {"alg":"none"} over the same claims, unsigned.
        let body = good.split('.').nth(1).expect("three parts");
        assert_eq!(
            tokens.verify(&format!("eyJhbGciOiJub25lIn0.{body}.")),
            Err(TokenError::Invalid)
        );
        assert_eq!(
            tokens.verify(&"x".repeat(TOKEN_BYTES_MAX + 1)),
            Err(TokenError::Invalid)
        );
        assert_eq!(tokens.verify(""), Err(TokenError::Invalid));
    }
}
