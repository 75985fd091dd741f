//! Media tokens: LiveKit-style JWTs (HS256 with the API key's secret), which SFU nodes and LiveKit's own clients know.
//! <https://docs.livekit.io/home/get-started/authentication/>

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kit_config::Secret;
use kit_core::ids::{RoomId, UserId};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The API key that this service and the SFU nodes share.
#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) secret: Secret,
}

/// Whom a token lets in where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Admission {
    pub(crate) room: RoomId,
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) is_host: bool,
    /// W3C trace context of the join, if it is traced.
    pub(crate) trace: Option<String>,
}

/// Whom a token that is in use has let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Admitted {
    pub(crate) room: RoomId,
    pub(crate) user: String,
    pub(crate) trace: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    iss: String,
    sub: String,
    name: String,
    nbf: i64,
    exp: i64,
    metadata: String,
    video: Grants,
    /// The trace that everything about this join belongs to. LiveKit's parts do not look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
}

/// What is absent is not granted: a token that a node has renewed says only what concerns the room's members.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Grants {
    room_join: bool,
    room: String,
    room_admin: bool,
    can_publish: bool,
    can_subscribe: bool,
    can_publish_data: bool,
}

/// The token is not one of ours, or its time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenInvalid;

impl ApiKey {
    /// A token that opens one room for one person from now `until` then.
    ///
    /// # Errors
    /// When the secret cannot be used as a key.
    pub(crate) fn mint(
        &self,
        admission: &Admission,
        now: OffsetDateTime,
        until: OffsetDateTime,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let Admission {
            room,
            user,
            name,
            is_host,
            trace,
        } = admission;
        let claims = Claims {
            iss: self.id.clone(),
            sub: user.to_string(),
            name: name.clone(),
            nbf: now.unix_timestamp(),
            exp: until.unix_timestamp(),
            // What other participants may know: the web app marks hosts by it.
            metadata: format!("{{\"host\":{is_host}}}"),
            video: Grants {
                room_join: true,
                room: room.to_string(),
                room_admin: *is_host,
                can_publish: *is_host,
                can_subscribe: true,
                // Chat goes over the data channel; what may be said is decided by engagement.
                can_publish_data: true,
            },
            trace: trace.clone(),
        };
        let key = EncodingKey::from_secret(self.secret.expose().as_bytes());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)
    }

    /// Whom a token lets in where. Its time is checked against `now`.
    pub(crate) fn read(&self, token: &str, now: OffsetDateTime) -> Result<Admitted, TokenInvalid> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&self.id]);
        validation.set_required_spec_claims(&["iss", "sub", "exp"]);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let key = DecodingKey::from_secret(self.secret.expose().as_bytes());
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation)
            .map_err(|_| TokenInvalid)?
            .claims;
        if claims.exp <= now.unix_timestamp() || !claims.video.room_join {
            return Err(TokenInvalid);
        }
        Ok(Admitted {
            room: claims.video.room.parse().map_err(|_| TokenInvalid)?,
            user: claims.sub,
            trace: claims.trace,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kit_core::{ManualClock, Rng};

    use super::*;

    fn key(secret: &str) -> ApiKey {
        ApiKey {
            id: "plenary".to_owned(),
            secret: Secret::new(secret),
        }
    }

    #[test]
    fn a_token_says_its_room_until_its_time_is_over() {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
        let (now, until) = (clock.now(), clock.now() + Duration::from_secs(60));
        let admission = Admission {
            room: RoomId::new(&clock, &rng),
            user: UserId::new(&clock, &rng),
            name: "Ada".to_owned(),
            is_host: false,
            trace: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".to_owned()),
        };
        let admitted = Admitted {
            room: admission.room,
            user: admission.user.to_string(),
            trace: admission.trace.clone(),
        };
        let token = key("one").mint(&admission, now, until).expect("signs");
        assert_eq!(key("one").read(&token, now), Ok(admitted));
        assert_eq!(key("one").read(&token, until), Err(TokenInvalid));
        assert_eq!(key("two").read(&token, now), Err(TokenInvalid));
        let other = ApiKey {
            id: "other".to_owned(),
            ..key("one")
        };
        assert_eq!(other.read(&token, now), Err(TokenInvalid));
        assert_eq!(key("one").read("x.y.z", now), Err(TokenInvalid));
    }

    #[test]
    fn a_token_that_a_node_has_renewed_is_read() {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
        let (room, user) = (RoomId::new(&clock, &rng), UserId::new(&clock, &rng));
        let second = clock.now().unix_timestamp();
        // As `sfu-node` signs them: LiveKit's claims, without what a member of the room does not need.
        let claims = serde_json::json!({
            "iss": "plenary", "sub": user.to_string(), "nbf": second, "exp": second + 600,
            "name": "Ada", "metadata": "", "attributes": {},
            "video": {
                "roomJoin": true, "room": room.to_string(), "canPublish": false, "canPublishSources": [],
                "canSubscribe": true, "canPublishData": true, "canUpdateOwnMetadata": false, "hidden": false,
            },
        });
        let secret = EncodingKey::from_secret(b"one");
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &secret).expect("signs");
        let admitted = key("one").read(&token, clock.now()).expect("reads");
        assert_eq!((admitted.room, admitted.user), (room, user.to_string()));
    }
}
