//! From the master keys exported by DTLS to the session keys (RFC 3711 §4.3, RFC 5764 §4.2, RFC 7714 §11).

use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;

use super::Profile;
use super::cipher::{CM_SALT_BYTES, Cipher, GCM_SALT_BYTES, MAC_KEY_BYTES};

const KEY_BYTES: usize = 16;

/// Labels of RFC 3711 §4.3.2.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Label {
    RtpEncryption = 0,
    RtpAuthentication = 1,
    RtpSalt = 2,
    RtcpEncryption = 3,
    RtcpAuthentication = 4,
    RtcpSalt = 5,
}

/// A master key and salt of one direction.
pub(super) struct Master {
    key: [u8; KEY_BYTES],
    /// RFC 7714's 96-bit salt is padded to 112 bits with zeros on the right.
    salt: [u8; CM_SALT_BYTES],
}

pub(super) fn master_bytes(profile: Profile) -> usize {
    KEY_BYTES + salt_bytes(profile)
}

fn salt_bytes(profile: Profile) -> usize {
    match profile {
        Profile::Aes128Gcm => GCM_SALT_BYTES,
        Profile::Aes128CmSha1 => CM_SALT_BYTES,
    }
}

/// RFC 5764 §4.2: client key, server key, client salt, server salt.
pub(super) fn split(profile: Profile, material: &[u8]) -> Option<[Master; 2]> {
    let (keys, salts) = material.split_at_checked(2 * KEY_BYTES)?;
    let salt_bytes = salt_bytes(profile);
    let master = |which: usize| {
        let mut salt = [0; CM_SALT_BYTES];
        salt[..salt_bytes].copy_from_slice(salts.get(which * salt_bytes..(which + 1) * salt_bytes)?);
        Some(Master {
            key: *keys.get(which * KEY_BYTES..)?.first_chunk()?,
            salt,
        })
    };
    Some([master(0)?, master(1)?])
}

impl Master {
    #[cfg(test)]
    pub(super) fn new(key: [u8; KEY_BYTES], salt: [u8; CM_SALT_BYTES]) -> Self {
        Self { key, salt }
    }

    /// The ciphers for RTP and RTCP.
    pub(super) fn ciphers(&self, profile: Profile) -> Option<(Cipher, Cipher)> {
        use Label::{RtcpAuthentication, RtcpEncryption, RtcpSalt, RtpAuthentication, RtpEncryption, RtpSalt};
        let make = |encryption, authentication, salt| match profile {
            Profile::Aes128Gcm => Cipher::gcm(&self.derive(encryption)?, self.derive(salt)?),
            Profile::Aes128CmSha1 => {
                let mac: [u8; MAC_KEY_BYTES] = self.derive(authentication)?;
                Cipher::cm(&self.derive(encryption)?, self.derive(salt)?, &mac)
            }
        };
        Some((
            make(RtpEncryption, RtpAuthentication, RtpSalt)?,
            make(RtcpEncryption, RtcpAuthentication, RtcpSalt)?,
        ))
    }

    /// RFC 3711 §4.3.1 with a key derivation rate of zero: the AES-CM keystream at `(label << 48 ^ salt) << 16`.
    fn derive<const BYTES: usize>(&self, label: Label) -> Option<[u8; BYTES]> {
        let mut block = [0; 16];
        block[..CM_SALT_BYTES].copy_from_slice(&self.salt);
        block[7] ^= label as u8;
        let mut stream = [0; BYTES];
        let key = UnboundCipherKey::new(&AES_128, &self.key).ok()?;
        EncryptingKey::ctr(key)
            .ok()?
            .less_safe_encrypt(&mut stream, EncryptionContext::Iv128(FixedLength::from(block)))
            .ok()?;
        Some(stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3711 appendix B.3.
    #[test]
    fn session_keys_are_those_of_rfc_3711() {
        let bytes = |text: &str| hex::decode(text).expect("hex");
        let master = Master::new(
            bytes("E1F97A0D3E018BE0D64FA32C06DE4139").try_into().expect("16 bytes"),
            bytes("0EC675AD498AFEEBB6960B3AABE6").try_into().expect("14 bytes"),
        );
        let derived = |label| hex::encode_upper(master.derive::<16>(label).expect("AES"));
        assert_eq!(derived(Label::RtpEncryption), "C61E7A93744F39EE10734AFE3FF7A087");
        assert_eq!(
            hex::encode_upper(master.derive::<14>(Label::RtpSalt).expect("AES")),
            "30CBBC08863D8C85D49DB34A9AE1"
        );
        assert_eq!(
            hex::encode_upper(master.derive::<20>(Label::RtpAuthentication).expect("AES")),
            "CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"
        );
    }
}
