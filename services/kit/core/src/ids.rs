//! Typed, prefixed, sortable identifiers: `evt_01kdw…`.
//!
//! In memory and in PostgreSQL an identifier is a UUIDv7; on every wire it is its prefix and 26 digits of lower-case
//! base32. The prefix makes a swapped argument a visible error, the time in front makes rows and logs sort by birth,
//! and 74 random bits make it unguessable. Every prefix of the platform stands in this file.

use std::fmt::Display;
use std::str::FromStr;

use thiserror::Error;
use uuid::Uuid;

use crate::{Clock, Cursor, Rng, base32};

/// What all identifiers have in common, for code that is generic over the kind.
pub trait Id: Copy + Display + FromStr<Err = IdError> {
    /// The text in front of the underscore.
    const PREFIX: &'static str;

    /// As read from a `uuid` column.
    fn from_uuid(uuid: Uuid) -> Self;

    /// As written to a `uuid` column.
    fn uuid(self) -> Uuid;
}

/// Why a text is not the identifier that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IdError {
    /// Another kind of identifier, or none at all.
    #[error("must start with \"{expected}_\"")]
    Prefix {
        /// The prefix of the kind that was asked for.
        expected: &'static str,
    },
    /// The part behind the prefix is not 26 canonical digits.
    #[error("must be \"{expected}_\" and 26 lower-case base32 digits")]
    Body {
        /// The prefix of the kind that was asked for.
        expected: &'static str,
    },
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier, born now.
            pub fn new(clock: &Clock, rng: &Rng) -> Self {
                Self(uuid_v7(clock, rng))
            }

            /// As read from a `uuid` column.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// As written to a `uuid` column.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl Id for $name {
            const PREFIX: &'static str = $prefix;

            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                parse($prefix, text).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write($prefix, self.0, f)
            }
        }

        /// Shows the text form: it is what a reader of logs and failed assertions can search for.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write($prefix, self.0, f)
            }
        }

        impl Cursor for $name {
            fn write(&self, out: &mut Vec<u8>) {
                self.0.write(out);
            }

            fn read(input: &mut &[u8]) -> Option<Self> {
                Uuid::read(input).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Every kind, and from it the list that a test checks for clashes.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {
        $(id!($(#[$doc])* $name, $prefix);)*

        /// The prefixes of all kinds, in the order of this file.
        pub const PREFIXES: &[&str] = &[$($prefix),*];
    };
}

ids! {
    /// A person's account (identity).
    UserId = "usr";
    /// One login of a user: the family of its refresh tokens, and `sid` in access tokens (identity).
    LoginId = "lgn";
    /// An organization that owns events (identity).
    OrganizationId = "org";
    /// An uploaded picture: a profile's (identity) or an event's (events).
    ImageId = "img";
    /// An event (events).
    EventId = "evt";
    /// A session on an event's agenda (events).
    SessionId = "ses";
    /// A speaker of an event (events).
    SpeakerId = "spk";
    /// A kind of ticket that an event sells (ticketing).
    TicketTypeId = "tty";
    /// Capacity set aside for a buyer until it expires (ticketing).
    HoldId = "hld";
    /// An order (ticketing).
    OrderId = "ord";
    /// One ticket of one person (ticketing).
    TicketId = "tkt";
    /// A live room (live).
    RoomId = "rm";
    /// A participant's claim to a place in a live room (live).
    LeaseId = "lse";
    /// One SFU node (live).
    NodeId = "nod";
    /// A chat message (engagement).
    MessageId = "msg";
    /// An in-app notice (notifications).
    NotificationId = "ntf";
    /// One attempt to bring an email to its recipient (notifications).
    DeliveryId = "dlv";
    /// A fact in an outbox (every service).
    FactId = "fct";
    /// An entry in an audit log (identity).
    AuditId = "aud";
}

/// What makes a repeated mutation one: a UUID that the client chose (AIP-155).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Uuid);

impl RequestId {
    /// As written to a `uuid` column.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl FromStr for RequestId {
    type Err = RequestIdError;

    fn from_str(text: &str) -> Result<Self, RequestIdError> {
        Uuid::try_parse(text).map(Self).map_err(|_| RequestIdError)
    }
}

/// The text is no UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a UUID, and the same one when the request is repeated")]
pub struct RequestIdError;

fn uuid_v7(clock: &Clock, rng: &Rng) -> Uuid {
    let millis = clock.now().unix_timestamp_nanos() / 1_000_000;
    let millis = u64::try_from(millis).expect("the clock stands after 1970");
    uuid::Builder::from_unix_timestamp_millis(millis, &rng.bytes()).into_uuid()
}

fn parse(prefix: &'static str, text: &str) -> Result<Uuid, IdError> {
    let body = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
    let body = body.ok_or(IdError::Prefix { expected: prefix })?;
    let bits = base32::decode(body).ok_or(IdError::Body { expected: prefix })?;
    Ok(Uuid::from_u128(bits))
}

fn write(prefix: &str, uuid: Uuid, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    let digits = base32::encode(uuid.as_u128());
    let digits = std::str::from_utf8(&digits).expect("base32 digits are ASCII");
    write!(f, "{prefix}_{digits}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::*;
    use crate::ManualClock;

    #[test]
    fn an_identifier_is_its_prefix_and_26_digits() {
        let id = EventId::new(&ManualClock::fixed().clock(), &Rng::seeded(1));
        let text = id.to_string();
        assert_eq!(text.len(), "evt_".len() + 26);
        assert!(text.starts_with("evt_01kdw"), "{text}");
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(format!("{id:?}"), text);
        assert_eq!(id.uuid().get_version_num(), 7);
    }

    #[test]
    fn identifiers_sort_by_birth() {
        let hand = ManualClock::fixed();
        let (clock, rng) = (hand.clock(), Rng::seeded(1));
        let mut ids = Vec::new();
        for _ in 0..50 {
            ids.push(MessageId::new(&clock, &rng));
            hand.advance(Duration::from_millis(1));
        }
        assert!(ids.is_sorted());
        assert!(ids.iter().map(ToString::to_string).is_sorted());
    }

    #[test]
    fn another_kind_and_a_broken_body_are_told_apart() {
        let user = UserId::new(&Clock::system(), &Rng::system()).to_string();
        assert_eq!(user.parse::<EventId>(), Err(IdError::Prefix { expected: "evt" }));
        assert_eq!("".parse::<UserId>(), Err(IdError::Prefix { expected: "usr" }));
        assert_eq!("usr_".parse::<UserId>(), Err(IdError::Body { expected: "usr" }));
        assert_eq!(
            user.to_uppercase().parse::<UserId>(),
            Err(IdError::Prefix { expected: "usr" })
        );
        assert_eq!(
            format!("{user} ").parse::<UserId>(),
            Err(IdError::Body { expected: "usr" })
        );
    }

    #[test]
    fn no_prefix_is_used_twice() {
        let unique: BTreeSet<_> = PREFIXES.iter().collect();
        assert_eq!(unique.len(), PREFIXES.len());
        assert!(
            PREFIXES
                .iter()
                .all(|prefix| prefix.len() <= 3 && prefix.bytes().all(|b| b.is_ascii_lowercase()))
        );
    }
}
