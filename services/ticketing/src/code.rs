//! The text in a ticket's QR code, which can be checked without the network: `PLT1:` and base64url of
//!
//! ```text
//! ticket (16 bytes) · event (16 bytes) · Ed25519 signature over "plenary ticket 1" and the 32 bytes before (64 bytes)
//! ```
//!
//! It says nothing about a person. Whether the ticket still admits is in the database; whether it is one of ours is here.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kit_core::ids::{EventId, TicketId};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use thiserror::Error;
use uuid::Uuid;

const PREFIX: &str = "PLT1:";
/// Keeps a signature made for anything else from being one of a ticket.
const CONTEXT: &[u8] = b"plenary ticket 1";
const SEED_BYTES: usize = 32;
const ID_BYTES: usize = 16;
const SIGNATURE_BYTES: usize = 64;

/// Signs and checks codes. Clones share the key.
#[derive(Clone)]
pub(crate) struct Codes(std::sync::Arc<Ed25519KeyPair>);

/// The configured key is none.
#[derive(Debug, Error)]
#[error("[ticketing] code_key must be 64 hexadecimal digits")]
pub(crate) struct KeyInvalid;

/// What a good code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) ticket: TicketId,
    pub(crate) event: EventId,
}

impl Codes {
    /// From the hexadecimal seed of an Ed25519 key.
    pub(crate) fn new(seed: &str) -> Result<Self, KeyInvalid> {
        let seed: [u8; SEED_BYTES] = hex::decode(seed.trim())
            .ok()
            .and_then(|seed| seed.try_into().ok())
            .ok_or(KeyInvalid)?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyInvalid)?;
        Ok(Self(std::sync::Arc::new(pair)))
    }

    /// A ticket's code.
    pub(crate) fn code(&self, ticket: TicketId, event: EventId) -> String {
        let body = [ticket.uuid().into_bytes(), event.uuid().into_bytes()].concat();
        let signature = self.0.sign(&[CONTEXT, &body].concat());
        format!(
            "{PREFIX}{}",
            URL_SAFE_NO_PAD.encode([&body, signature.as_ref()].concat())
        )
    }

    /// Reads a scanned text; `None` when it is no code of ours.
    pub(crate) fn read(&self, code: &str) -> Option<Read> {
        let bytes = URL_SAFE_NO_PAD.decode(code.trim().strip_prefix(PREFIX)?).ok()?;
        let (body, signature) = bytes.split_at_checked(2 * ID_BYTES)?;
        if signature.len() != SIGNATURE_BYTES {
            return None;
        }
        let key = UnparsedPublicKey::new(&ED25519, self.0.public_key().as_ref());
        key.verify(&[CONTEXT, body].concat(), signature).ok()?;
        let (ticket, event) = body.split_at(ID_BYTES);
        Some(Read {
            ticket: TicketId::from_uuid(Uuid::from_slice(ticket).ok()?),
            event: EventId::from_uuid(Uuid::from_slice(event).ok()?),
        })
    }
}

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Codes").finish_non_exhaustive()
    }
}

/// A code as a picture: dark on white in any theme, since a scanner has to read it.
pub(crate) fn svg(code: &str) -> String {
    let picture =
        QrCode::with_error_correction_level(code, EcLevel::M).expect("a code of ours is far below the largest size");
    picture
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .quiet_zone(true)
        .build()
}

#[cfg(test)]
mod tests {
    use kit_core::{ManualClock, Rng};

    use super::*;

    fn ids() -> (TicketId, EventId) {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(1));
        (TicketId::new(&clock, &rng), EventId::new(&clock, &rng))
    }

    fn codes(digit: &str) -> Codes {
        Codes::new(&digit.repeat(64)).expect("a seed")
    }

    #[test]
    fn a_code_is_read_back_and_fits_a_small_picture() {
        let (ticket, event) = ids();
        let code = codes("1").code(ticket, event);
        assert_eq!(codes("1").read(&code), Some(Read { ticket, event }));
        assert!(code.len() <= 140, "{}", code.len());
        assert!(svg(&code).contains("<svg"));
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let (ticket, event) = ids();
        let code = codes("1").code(ticket, event);
        assert_eq!(codes("2").read(&code), None, "another installation's key");
        for at in 0..code.len() {
            let mut bytes = code.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert_eq!(codes("1").read(&changed), None, "at {at}");
        }
        for short in ["", "PLT1:", "PLT1:AAAA", "https://example.org", &code[..code.len() - 2]] {
            assert_eq!(codes("1").read(short), None, "{short:?}");
        }
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert!(Codes::new("12").is_err());
        assert!(Codes::new(&"x".repeat(64)).is_err());
    }
}
