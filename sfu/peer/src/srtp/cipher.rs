//! The two transforms, in place: AES-GCM (RFC 7714 §8, §9) and AES-CM with HMAC-SHA1-80 (RFC 3711 §4.1.1, §4.2.1).

use std::fmt;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::hmac::{self, HMAC_SHA1_FOR_LEGACY_USE_ONLY};
use aws_lc_rs::iv::FixedLength;
use rtc_crypto::constant_time_eq;

pub(super) const GCM_SALT_BYTES: usize = 12;
pub(super) const CM_SALT_BYTES: usize = 14;
pub(super) const MAC_KEY_BYTES: usize = 20;
/// The word with the E flag and the 31-bit index at the end of SRTCP.
pub(super) const SRTCP_INDEX_BYTES: usize = 4;
const GCM_TAG_BYTES: usize = 16;
/// HMAC-SHA1 truncated to 80 bits.
const CM_TAG_BYTES: usize = 10;
/// RTCP's header and first SSRC stay in the clear.
const RTCP_CLEAR_BYTES: usize = 8;
const ENCRYPTED_FLAG: u32 = 1 << 31;

/// Session keys of one direction and one of RTP or RTCP.
pub(super) enum Cipher {
    Gcm {
        key: LessSafeKey,
        salt: [u8; GCM_SALT_BYTES],
    },
    /// Boxed: an HMAC key is kept as two prepared hash states, 1.7 kB, which the usual profile need not carry.
    Cm(Box<CmKeys>),
}

pub(super) struct CmKeys {
    key: EncryptingKey,
    salt: [u8; CM_SALT_BYTES],
    mac: hmac::Key,
}

impl fmt::Debug for Cipher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Gcm { .. } => "Gcm",
            Self::Cm(_) => "Cm",
        })
    }
}

impl Cipher {
    pub(super) fn gcm(key: &[u8; 16], salt: [u8; GCM_SALT_BYTES]) -> Option<Self> {
        Some(Self::Gcm {
            key: LessSafeKey::new(UnboundKey::new(&AES_128_GCM, key).ok()?),
            salt,
        })
    }

    pub(super) fn cm(key: &[u8; 16], salt: [u8; CM_SALT_BYTES], mac: &[u8; MAC_KEY_BYTES]) -> Option<Self> {
        let key = EncryptingKey::ctr(UnboundCipherKey::new(&AES_128, key).ok()?).ok()?;
        let mac = hmac::Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, mac);
        Some(Self::Cm(Box::new(CmKeys { key, salt, mac })))
    }

    #[inline]
    pub(super) fn tag_bytes(&self) -> usize {
        match self {
            Self::Gcm { .. } => GCM_TAG_BYTES,
            Self::Cm(_) => CM_TAG_BYTES,
        }
    }

    /// Seals `packet`: header, payload, then room for the tag.
    #[inline]
    pub(super) fn seal_rtp(&self, packet: &mut [u8], header_bytes: usize, ssrc: u32, index: u64) -> Option<()> {
        let (header, body) = packet.split_at_mut_checked(header_bytes)?;
        match self {
            Self::Gcm { key, salt } => {
                let (payload, tag) = body.split_last_chunk_mut::<GCM_TAG_BYTES>()?;
                let nonce = gcm_nonce(salt, ssrc, index);
                let sealed = key
                    .seal_in_place_separate_tag(nonce, Aad::from(&*header), payload)
                    .ok()?;
                tag.copy_from_slice(sealed.as_ref());
            }
            Self::Cm(keys) => {
                let (payload, tag) = body.split_last_chunk_mut::<CM_TAG_BYTES>()?;
                keys.apply(ssrc, index, payload)?;
                *tag = keys.tag(&[header, payload, &roc_bytes(index)]);
            }
        }
        Some(())
    }

    /// Opens `packet` and answers the length of the plain packet.
    #[inline]
    pub(super) fn open_rtp(&self, packet: &mut [u8], header_bytes: usize, ssrc: u32, index: u64) -> Option<usize> {
        let plain_bytes = packet
            .len()
            .checked_sub(self.tag_bytes())
            .filter(|plain| *plain >= header_bytes)?;
        let (header, body) = packet.split_at_mut_checked(header_bytes)?;
        match self {
            Self::Gcm { key, salt } => {
                key.open_in_place(gcm_nonce(salt, ssrc, index), Aad::from(&*header), body)
                    .ok()?;
            }
            Self::Cm(keys) => {
                let (payload, tag) = body.split_last_chunk_mut::<CM_TAG_BYTES>()?;
                let expected = keys.tag(&[header, payload, &roc_bytes(index)]);
                if !constant_time_eq(&expected, tag) {
                    return None;
                }
                keys.apply(ssrc, index, payload)?;
            }
        }
        Some(plain_bytes)
    }

    /// Seals a compound, appending index and tag.
    pub(super) fn seal_rtcp(&self, compound: &mut Vec<u8>, index: u32) -> Option<()> {
        let ssrc = u32::from_be_bytes(*compound.get(4..)?.first_chunk()?);
        let trailer = (ENCRYPTED_FLAG | index).to_be_bytes();
        let (clear, body) = compound.split_at_mut(RTCP_CLEAR_BYTES);
        match self {
            Self::Gcm { key, salt } => {
                let mut aad = [0; RTCP_CLEAR_BYTES + SRTCP_INDEX_BYTES];
                aad[..RTCP_CLEAR_BYTES].copy_from_slice(clear);
                aad[RTCP_CLEAR_BYTES..].copy_from_slice(&trailer);
                let nonce = gcm_nonce(salt, ssrc, u64::from(index));
                let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), body).ok()?;
                compound.extend_from_slice(tag.as_ref());
                compound.extend_from_slice(&trailer);
            }
            Self::Cm(keys) => {
                keys.apply(ssrc, u64::from(index), body)?;
                compound.extend_from_slice(&trailer);
                let tag = keys.tag(&[compound]);
                compound.extend_from_slice(&tag);
            }
        }
        Some(())
    }

    /// The SRTCP index of a sealed compound; `None` if it is too short or not encrypted.
    pub(super) fn rtcp_index(&self, packet: &[u8]) -> Option<u32> {
        let end = match self {
            Self::Gcm { .. } => packet.len(),
            Self::Cm(_) => packet.len().checked_sub(CM_TAG_BYTES)?,
        };
        let word = u32::from_be_bytes(*packet.get(..end)?.last_chunk()?);
        (word & ENCRYPTED_FLAG != 0).then_some(word & !ENCRYPTED_FLAG)
    }

    /// Opens a sealed compound and answers the length of the plain one.
    pub(super) fn open_rtcp(&self, packet: &mut [u8], ssrc: u32) -> Option<usize> {
        let index = self.rtcp_index(packet)?;
        let overhead = self.tag_bytes() + SRTCP_INDEX_BYTES;
        let plain_bytes = packet
            .len()
            .checked_sub(overhead)
            .filter(|plain| *plain >= RTCP_CLEAR_BYTES)?;
        match self {
            Self::Gcm { key, salt } => {
                let mut aad = [0; RTCP_CLEAR_BYTES + SRTCP_INDEX_BYTES];
                let (sealed, trailer) = packet.split_last_chunk_mut::<SRTCP_INDEX_BYTES>()?;
                aad[..RTCP_CLEAR_BYTES].copy_from_slice(&sealed[..RTCP_CLEAR_BYTES]);
                aad[RTCP_CLEAR_BYTES..].copy_from_slice(trailer);
                let nonce = gcm_nonce(salt, ssrc, u64::from(index));
                key.open_in_place(nonce, Aad::from(aad), &mut sealed[RTCP_CLEAR_BYTES..])
                    .ok()?;
            }
            Self::Cm(keys) => {
                let (sealed, tag) = packet.split_last_chunk_mut::<CM_TAG_BYTES>()?;
                if !constant_time_eq(&keys.tag(&[sealed]), tag) {
                    return None;
                }
                keys.apply(ssrc, u64::from(index), &mut sealed[RTCP_CLEAR_BYTES..plain_bytes])?;
            }
        }
        Some(plain_bytes)
    }
}

/// RFC 7714 §8.1 and §9.1: two zero bytes, SSRC, 48-bit index (RTCP: two zero bytes and the 32-bit index), XOR salt.
#[inline]
fn gcm_nonce(salt: &[u8; GCM_SALT_BYTES], ssrc: u32, index: u64) -> Nonce {
    let mut nonce = [0; GCM_SALT_BYTES];
    nonce[2..6].copy_from_slice(&ssrc.to_be_bytes());
    nonce[6..].copy_from_slice(&index.to_be_bytes()[2..]);
    for (byte, salt) in nonce.iter_mut().zip(salt) {
        *byte ^= salt;
    }
    Nonce::assume_unique_for_key(nonce)
}

impl CmKeys {
    /// RFC 3711 §4.1.1: `(salt << 16) ^ (SSRC << 64) ^ (index << 16)`.
    fn apply(&self, ssrc: u32, index: u64, payload: &mut [u8]) -> Option<()> {
        let mut block = [0; 16];
        block[4..8].copy_from_slice(&ssrc.to_be_bytes());
        block[8..14].copy_from_slice(&index.to_be_bytes()[2..]);
        for (byte, salt) in block.iter_mut().zip(&self.salt) {
            *byte ^= salt;
        }
        self.key
            .less_safe_encrypt(payload, EncryptionContext::Iv128(FixedLength::from(block)))
            .ok()?;
        Some(())
    }

    fn tag(&self, parts: &[&[u8]]) -> [u8; CM_TAG_BYTES] {
        let mut context = hmac::Context::with_key(&self.mac);
        for part in parts {
            context.update(part);
        }
        let mut tag = [0; CM_TAG_BYTES];
        tag.copy_from_slice(&context.sign().as_ref()[..CM_TAG_BYTES]);
        tag
    }
}

/// The rollover counter, which HMAC covers although it is not sent.
#[inline]
fn roc_bytes(index: u64) -> [u8; 4] {
    let [_, _, a, b, c, d, _, _] = index.to_be_bytes();
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        hex::decode(text.replace(char::is_whitespace, "")).expect("hex")
    }

    fn rfc_7714_cipher() -> Cipher {
        let key: Vec<u8> = (0..16).collect();
        let salt = bytes("517569642070726f2071756f");
        Cipher::gcm(&key.try_into().expect("16"), salt.try_into().expect("12")).expect("AES")
    }

    /// RFC 7714 §16.1.1.
    #[test]
    fn srtp_aes_gcm_is_that_of_rfc_7714() {
        let header = bytes("8040f17b 8041f8d3 5501a0b2");
        let payload = b"Gallia est omnis divisa in partes tres";
        let mut packet = [&header[..], payload, &[0; 16]].concat();
        let plain = packet[..packet.len() - 16].to_vec();
        let cipher = rfc_7714_cipher();
        cipher.seal_rtp(&mut packet, 12, 0x5501_a0b2, 0xf17b).expect("sealed");
        let expected = bytes(
            "8040f17b 8041f8d3 5501a0b2 f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a
             51c7d19b 36de3adf 8833899d 7f27beb1 6a9152cf 765ee439 0cce",
        );
        assert_eq!(packet, expected);
        assert_eq!(cipher.open_rtp(&mut packet, 12, 0x5501_a0b2, 0xf17b), Some(plain.len()));
        assert_eq!(packet[..plain.len()], plain);
    }

    /// RFC 7714 §17.1 (the index word 800005d4 at the end).
    #[test]
    fn srtcp_aes_gcm_is_that_of_rfc_7714() {
        let mut compound = bytes(
            "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef
             deadbeef deadbeef deadbeef",
        );
        let plain = compound.clone();
        let cipher = rfc_7714_cipher();
        cipher.seal_rtcp(&mut compound, 0x5d4).expect("sealed");
        let expected = bytes(
            "81c8000d 4d617273 63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda
             4ce09b46 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4",
        );
        assert_eq!(compound, expected);
        assert_eq!(cipher.rtcp_index(&compound), Some(0x5d4));
        assert_eq!(cipher.open_rtcp(&mut compound, 0x4d61_7273), Some(plain.len()));
        assert_eq!(compound[..plain.len()], plain);
    }

    /// RFC 3711 appendix B.2: the keystream for SSRC 0 and index 0.
    #[test]
    fn aes_cm_is_that_of_rfc_3711() {
        let key = bytes("2B7E151628AED2A6ABF7158809CF4F3C");
        let salt = bytes("F0F1F2F3F4F5F6F7F8F9FAFBFCFD");
        let cipher = Cipher::cm(&key.try_into().expect("16"), salt.try_into().expect("14"), &[0; 20]).expect("AES");
        let Cipher::Cm(keys) = &cipher else {
            unreachable!("made by cm")
        };
        let mut stream = [0; 32];
        keys.apply(0, 0, &mut stream).expect("AES");
        assert_eq!(
            hex::encode_upper(stream),
            "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB"
        );
    }
}
