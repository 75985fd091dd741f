//! Authentic checks with any attributes, for tests and fuzzing.

use rtc_crypto::RTCCrypto;
use rtc_stun::attributes::{ATTR_ICE_CONTROLLING, ATTR_PRIORITY, ATTR_USERNAME, AttrType};
use rtc_stun::fingerprint::FINGERPRINT;
use rtc_stun::integrity::MessageIntegrity;
use rtc_stun::message::{BINDING_REQUEST, Message, Setter};

use super::Credentials;

/// A check as a client makes it, with more attributes; `None` when they are too long for a message.
pub(crate) fn request(
    credentials: &Credentials,
    attributes: &[(u16, &[u8])],
    crypto: &dyn RTCCrypto,
) -> Option<Vec<u8>> {
    let mut message = Message::new();
    message.typ = BINDING_REQUEST;
    message.write_header();
    message.add(ATTR_USERNAME, format!("{}:remote", credentials.ufrag).as_bytes());
    message.add(ATTR_ICE_CONTROLLING, &[0; 8]);
    message.add(ATTR_PRIORITY, &[0, 0, 0, 1]);
    for (kind, value) in attributes {
        message.add(AttrType(*kind), value);
    }
    MessageIntegrity::new_short_term_integrity_with_provider(credentials.password.clone(), crypto)
        .add_to(&mut message)
        .ok()?;
    FINGERPRINT.add_to(&mut message).ok()?;
    Some(message.raw)
}
