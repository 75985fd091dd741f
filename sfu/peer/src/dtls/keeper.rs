//! The crypto provider of one connection: the node's own, whose AES-GCM ciphers it shares with [`super::records`].
//!
//! `rtc-dtls` does the handshake; what comes after it, application data and alerts, is protected by us, in place and
//! with a counter for a nonce. A connection's state does not give out the keys for that, but its crypto provider is
//! handed them to make ciphers of. So each connection has a provider that keeps them, and whose ciphers see to it that
//! no nonce and no sequence number is used on both sides: whatever `rtc-dtls` seals, it seals here.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use bytes::Bytes;
use rtc_crypto::{
    ActiveKeyExchange, AeadAlgorithm, AeadCipher, CryptoAlgorithm, CryptoError, HashAlgorithm, HmacAlgorithm,
    KeyExchangeAlgorithm, Mac, PublicKey, PublicKeyEncoding, RTCCrypto, RTCCryptoProvider, RTCRandom, SignatureScheme,
};

use super::records::{FIRST_SEQUENCE, NONCE_BYTES, Records, SALT_BYTES, TAG_BYTES};
use crate::srtp::Window;

/// Set in the explicit nonces that `rtc-dtls` draws, and never in ours, which begin with the epoch.
const FOREIGN: u8 = 0x80;

pub(super) struct Keeper {
    provider: Arc<dyn RTCCryptoProvider>,
    keys: Mutex<Vec<Arc<RecordKey>>>,
    /// Of what was a signature found good: `rtc-dtls` asks once more with each record of the client's last flight.
    verified: Mutex<Option<Signed>>,
}

/// All that the outcome of a verification rests on.
#[derive(PartialEq, Eq)]
struct Signed {
    scheme: SignatureScheme,
    encoding: PublicKeyEncoding,
    public_key: Vec<u8>,
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// The key of one direction, and what the handshake did under it.
pub(super) struct RecordKey {
    pub(super) key: LessSafeKey,
    uses: Mutex<Uses>,
}

#[derive(Default)]
struct Uses {
    salt: Option<[u8; SALT_BYTES]>,
    seals: bool,
    opened: Window,
}

impl Keeper {
    pub(super) fn new(provider: Arc<dyn RTCCryptoProvider>) -> Self {
        Self {
            provider,
            keys: Mutex::default(),
            verified: Mutex::default(),
        }
    }

    /// What protects records from now on, and repeats `last_flight`, if it is given, when it has to; `None` before the handshake is done.
    /// Each key is known by what was done with it: both sides have protected their Finished.
    pub(super) fn records(&self, last_flight: Option<Bytes>) -> Option<Records> {
        let keys = std::mem::take(&mut *self.keys.lock().unwrap_or_else(PoisonError::into_inner));
        let (mut write, mut read) = (None, None);
        for key in keys {
            let Uses { salt, seals, opened } = std::mem::take(&mut *key.uses());
            match salt {
                Some(salt) if seals => write = Some((key, salt)),
                Some(salt) => read = Some((key, salt, opened)),
                None => {}
            }
        }
        let (read, read_salt, opened) = read?;
        Some(Records::new(write?, (read, read_salt), opened, last_flight))
    }
}

impl RecordKey {
    fn uses(&self) -> std::sync::MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RTCCryptoProvider for Keeper {
    fn name(&self) -> &'static str {
        self.provider.name()
    }

    fn crypto(&self) -> &dyn RTCCrypto {
        self
    }

    fn random(&self) -> &dyn RTCRandom {
        self
    }
}

impl RTCRandom for Keeper {
    fn fill(&self, output: &mut [u8]) -> Result<(), CryptoError> {
        self.provider.random().fill(output)?;
        // An explicit nonce; `Cipher` refuses those that are not marked.
        if let [first, _, _, _, _, _, _, _] = output {
            *first |= FOREIGN;
        }
        Ok(())
    }
}

/// What `rtc-dtls` has of a key.
struct Cipher(Arc<RecordKey>);

impl AeadCipher for Cipher {
    fn tag_len(&self) -> usize {
        TAG_BYTES
    }

    fn seal_in_place(
        &mut self,
        nonce: &[u8],
        aad: &[u8],
        data: &mut [u8],
        tag_out: &mut [u8],
    ) -> Result<(), CryptoError> {
        let (salt, nonce) = salt_and_nonce(nonce)?;
        if nonce[SALT_BYTES] & FOREIGN == 0 || sequence(aad)? >= FIRST_SEQUENCE {
            return Err(CryptoError::Provider(
                "the nonce or sequence number is not the handshake's".to_owned(),
            ));
        }
        let nonce = Nonce::assume_unique_for_key(nonce);
        let sealed = self.0.key.seal_in_place_separate_tag(nonce, Aad::from(aad), data);
        let tag = sealed.map_err(|_| CryptoError::AuthenticationFailed)?;
        let actual = tag_out.len();
        let tag_out: &mut [u8; TAG_BYTES] = tag_out.try_into().map_err(|_| CryptoError::InvalidTagLength {
            expected: TAG_BYTES,
            actual,
        })?;
        tag_out.copy_from_slice(tag.as_ref());
        let mut uses = self.0.uses();
        (uses.salt, uses.seals) = (Some(salt), true);
        Ok(())
    }

    fn open_in_place(&mut self, nonce: &[u8], aad: &[u8], data: &mut [u8], tag: &[u8]) -> Result<(), CryptoError> {
        let (salt, nonce) = salt_and_nonce(nonce)?;
        let sequence = sequence(aad)?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = self.0.key.open_in_place_separate_tag(nonce, Aad::from(aad), tag, data);
        opened.map_err(|_| CryptoError::AuthenticationFailed)?;
        let mut uses = self.0.uses();
        uses.salt = Some(salt);
        if uses.opened.is_fresh(sequence) {
            uses.opened.mark(sequence);
        }
        Ok(())
    }
}

fn salt_and_nonce(nonce: &[u8]) -> Result<([u8; SALT_BYTES], [u8; NONCE_BYTES]), CryptoError> {
    let whole = nonce.first_chunk().copied().filter(|_| nonce.len() == NONCE_BYTES);
    let salt = nonce.first_chunk().copied();
    salt.zip(whole).ok_or(CryptoError::InvalidNonceLength {
        expected: NONCE_BYTES,
        actual: nonce.len(),
    })
}

/// The 48-bit sequence number in a record's additional data, after the epoch (RFC 6347 §4.1.2.1).
fn sequence(aad: &[u8]) -> Result<u64, CryptoError> {
    match aad {
        [_, _, a, b, c, d, e, f, ..] => Ok(u64::from_be_bytes([0, 0, *a, *b, *c, *d, *e, *f])),
        _ => Err(CryptoError::Provider(
            "the additional data is not a record's".to_owned(),
        )),
    }
}

/// What a handshake of our suite needs. All but AES-128-GCM is the node's provider's.
impl RTCCrypto for Keeper {
    fn new_aead(&self, algorithm: AeadAlgorithm, key: &[u8]) -> Result<Box<dyn AeadCipher>, CryptoError> {
        if algorithm != AeadAlgorithm::Aes128Gcm {
            return Err(CryptoError::UnsupportedAlgorithm(CryptoAlgorithm::Aead(algorithm)));
        }
        let key = UnboundKey::new(&AES_128_GCM, key).map_err(|_| CryptoError::InvalidKeyLength {
            expected: AES_128_GCM.key_len(),
            actual: key.len(),
        })?;
        let key = Arc::new(RecordKey {
            key: LessSafeKey::new(key),
            uses: Mutex::default(),
        });
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.push(Arc::clone(&key));
        Ok(Box::new(Cipher(key)))
    }

    fn supports(&self, algorithm: CryptoAlgorithm) -> bool {
        self.provider.crypto().supports(algorithm)
    }

    fn hash(&self, algorithm: HashAlgorithm, data: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.provider.crypto().hash(algorithm, data)
    }

    fn new_hmac(&self, algorithm: HmacAlgorithm, key: &[u8]) -> Result<Box<dyn Mac>, CryptoError> {
        self.provider.crypto().new_hmac(algorithm, key)
    }

    fn start_key_exchange(&self, algorithm: KeyExchangeAlgorithm) -> Result<Box<dyn ActiveKeyExchange>, CryptoError> {
        self.provider.crypto().start_key_exchange(algorithm)
    }

    fn verify_signature(
        &self,
        scheme: SignatureScheme,
        public_key: PublicKey<'_>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let asked = Signed {
            scheme,
            encoding: public_key.encoding,
            public_key: public_key.bytes.to_vec(),
            message: message.to_vec(),
            signature: signature.to_vec(),
        };
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.as_ref() != Some(&asked) {
            let crypto = self.provider.crypto();
            crypto.verify_signature(scheme, public_key, message, signature)?;
            *verified = Some(asked);
        }
        Ok(())
    }
}
