//! SRTP and SRTCP (RFC 3711, RFC 7714): key derivation, opening and sealing in place.
//!
//! Own code rather than the stack's, which returns a fresh buffer for each packet; this allocates nothing. Two profiles:
//! AEAD_AES_128_GCM, a third of the cost, and AES_CM_128_HMAC_SHA1_80 for clients without it.

mod cipher;
mod index;
mod keys;

use smallvec::SmallVec;
use thiserror::Error;

use crate::limits;
use crate::media::ExtensionIds;
use crate::rtp::{self, Extensions, Header, Layout};
use cipher::{Cipher, SRTCP_INDEX_BYTES};
pub(crate) use index::Window;

/// Why a packet could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// The buffer cannot hold the packet with its tag.
    #[error("the buffer is too short")]
    BufferTooShort,
    /// This sequence number of this SSRC was sealed before, or is too old to know: a nonce would be repeated.
    #[error("the sequence number was used before")]
    SequenceReused,
    /// More SSRCs than a session may have.
    #[error("too many streams")]
    TooManyStreams,
    /// The crypto library refused; not known to happen.
    #[error("the cipher failed")]
    Cipher,
}

/// An SRTP protection profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// AEAD_AES_128_GCM (RFC 7714), preferred.
    Aes128Gcm,
    /// AES_CM_128_HMAC_SHA1_80 (RFC 3711), what everyone has.
    Aes128CmSha1,
}

/// The sending and the receiving half of a session's keys.
#[derive(Debug)]
pub struct Session {
    /// Seals what the server sends.
    pub sealer: Sealer,
    /// Opens what the client sends.
    pub opener: Opener,
}

impl Session {
    /// Splits the keying material exported from DTLS (RFC 5764 §4.2), as the DTLS server; `None` if it is too short.
    pub fn for_server(profile: Profile, material: &[u8]) -> Option<Self> {
        let [client, server] = keys::split(profile, material)?;
        Some(Self {
            sealer: Sealer::new(profile, &server)?,
            opener: Opener::new(profile, &client)?,
        })
    }

    /// As [`Session::for_server`], from the client's end; for tests and load bots.
    pub fn for_client(profile: Profile, material: &[u8]) -> Option<Self> {
        let [client, server] = keys::split(profile, material)?;
        Some(Self {
            sealer: Sealer::new(profile, &client)?,
            opener: Opener::new(profile, &server)?,
        })
    }

    /// Where it is noted what was sent of a stream, for who wants it fetched ahead.
    #[inline]
    pub fn sent(&self, ssrc: u32) -> Option<&impl Sized> {
        let streams = &self.sealer.streams;
        let at = streams.ssrcs.binary_search(&ssrc).ok()?;
        streams.windows.get(at)
    }

    /// Where it is noted what came of reports, for who wants it fetched ahead.
    #[inline]
    pub fn reported(&self) -> Option<&impl Sized> {
        let streams = &self.opener.rtcp_streams;
        streams.windows.get(streams.last)
    }

    /// Bytes of keying material a profile needs.
    pub fn material_bytes(profile: Profile) -> usize {
        2 * keys::master_bytes(profile)
    }
}

/// Indexes of the SSRCs of one direction, sorted by SSRC, the last one used remembered: packets come in runs. A few SSRCs
/// lie beside the keys: who sends to hundreds in turn waits for each place that it has to go to.
#[derive(Debug, Default)]
struct Streams {
    ssrcs: SmallVec<[u32; NEAR]>,
    windows: Vec<Window>,
    last: usize,
}

/// Sound and picture of one publisher, and the repairs.
const NEAR: usize = 4;

impl Streams {
    #[inline]
    fn find(&mut self, ssrc: u32) -> Option<usize> {
        if self.ssrcs.get(self.last) != Some(&ssrc) {
            self.last = self.ssrcs.binary_search(&ssrc).ok()?;
        }
        Some(self.last)
    }

    fn find_or_add(&mut self, ssrc: u32) -> Option<usize> {
        if let Some(found) = self.find(ssrc) {
            return Some(found);
        }
        if self.ssrcs.len() >= limits::STREAMS_MAX * 2 {
            return None;
        }
        let at = self.ssrcs.partition_point(|known| *known < ssrc);
        self.ssrcs.insert(at, ssrc);
        self.windows.insert(at, Window::default());
        self.last = at;
        Some(at)
    }

    fn remove(&mut self, ssrc: u32) {
        if let Ok(at) = self.ssrcs.binary_search(&ssrc) {
            self.ssrcs.remove(at);
            self.windows.remove(at);
            self.last = 0;
        }
    }
}

/// Seals outbound packets: the one owner of this direction's keys and of each SSRC's index.
#[derive(Debug)]
pub struct Sealer {
    rtp: Cipher,
    rtcp: Cipher,
    streams: Streams,
    rtcp_index: u32,
}

impl Sealer {
    fn new(profile: Profile, master: &keys::Master) -> Option<Self> {
        let (rtp, rtcp) = master.ciphers(profile)?;
        Some(Self {
            rtp,
            rtcp,
            streams: Streams::default(),
            rtcp_index: 0,
        })
    }

    /// Bytes that sealing appends to an RTP packet.
    pub fn rtp_overhead(&self) -> usize {
        self.rtp.tag_bytes()
    }

    /// Writes a packet into `buffer` and seals it in place; answers its length. The payload comes in pieces, so that a
    /// rewritten descriptor and the untouched rest need no joining.
    ///
    /// # Errors
    ///
    /// See [`SealError`].
    #[inline]
    pub fn write_rtp(
        &mut self,
        buffer: &mut [u8],
        header: &Header,
        extensions: &Extensions<'_>,
        ids: &ExtensionIds,
        payload: &[&[u8]],
    ) -> Result<usize, SealError> {
        let header_bytes = rtp::write_header(buffer, header, extensions, ids).ok_or(SealError::BufferTooShort)?;
        let mut end = header_bytes;
        for piece in payload {
            let room = buffer
                .get_mut(end..end + piece.len())
                .ok_or(SealError::BufferTooShort)?;
            room.copy_from_slice(piece);
            end += piece.len();
        }
        self.seal(buffer, header, header_bytes, end)
    }

    /// Writes a packet of nothing but `padding` bytes of padding (RFC 3550 §5.1) into `buffer` and seals it in place;
    /// answers its length.
    ///
    /// # Errors
    ///
    /// See [`SealError`].
    pub fn write_padding(
        &mut self,
        buffer: &mut [u8],
        header: &Header,
        extensions: &Extensions<'_>,
        ids: &ExtensionIds,
        padding: u8,
    ) -> Result<usize, SealError> {
        let header_bytes = rtp::write_header(buffer, header, extensions, ids).ok_or(SealError::BufferTooShort)?;
        let end = header_bytes + usize::from(padding);
        let room = buffer.get_mut(header_bytes..end).ok_or(SealError::BufferTooShort)?;
        room.fill(0);
        if let Some(last) = room.last_mut() {
            *last = padding;
            buffer[0] |= rtp::PADDING_BIT;
        }
        self.seal(buffer, header, header_bytes, end)
    }

    /// Seals the packet that ends at `end`.
    #[inline]
    fn seal(
        &mut self,
        buffer: &mut [u8],
        header: &Header,
        header_bytes: usize,
        end: usize,
    ) -> Result<usize, SealError> {
        let total = end + self.rtp.tag_bytes();
        let packet = buffer.get_mut(..total).ok_or(SealError::BufferTooShort)?;
        let stream = self.streams.find_or_add(header.ssrc).ok_or(SealError::TooManyStreams)?;
        let window = &mut self.streams.windows[stream];
        let index = window.fresh(header.sequence_number).ok_or(SealError::SequenceReused)?;
        // Marked before use: a nonce counts as spent even if sealing fails.
        window.mark(index);
        self.rtp
            .seal_rtp(packet, header_bytes, header.ssrc, index)
            .ok_or(SealError::Cipher)?;
        Ok(total)
    }

    /// Forgets a stream that ended, whose SSRC will not be used again: SSRCs are random, and using one twice would repeat
    /// nonces.
    pub(crate) fn forget(&mut self, ssrc: u32) {
        self.streams.remove(ssrc);
    }

    /// Seals a compound into `sealed`, replacing what it held; `false` if it is no RTCP or the index is exhausted.
    pub fn seal_rtcp(&mut self, compound: &[u8], sealed: &mut Vec<u8>) -> bool {
        // RFC 3711 §9.2: at most 2^31 SRTCP packets a key.
        let Some(index) = self.rtcp_index.checked_add(1).filter(|index| index >> 31 == 0) else {
            return false;
        };
        self.rtcp_index = index;
        sealed.clear();
        sealed.extend_from_slice(compound);
        self.rtcp.seal_rtcp(sealed, index).is_some()
    }
}

/// Opens inbound packets in place, each at most once.
#[derive(Debug)]
pub struct Opener {
    rtp: Cipher,
    rtcp: Cipher,
    streams: Streams,
    rtcp_streams: Streams,
}

impl Opener {
    fn new(profile: Profile, master: &keys::Master) -> Option<Self> {
        let (rtp, rtcp) = master.ciphers(profile)?;
        Some(Self {
            rtp,
            rtcp,
            streams: Streams::default(),
            rtcp_streams: Streams::default(),
        })
    }

    /// Opens a packet in place; answers its layout and the length of the plain packet. `None` for a forged, repeated,
    /// too old or malformed one, whose bytes are then meaningless.
    #[inline]
    pub fn open_rtp(&mut self, packet: &mut [u8]) -> Option<(Layout, usize)> {
        let layout = rtp::layout(packet)?;
        let Header {
            ssrc, sequence_number, ..
        } = layout.header;
        let known = self.streams.find(ssrc);
        let index = match known {
            Some(stream) => self.streams.windows[stream].fresh(sequence_number)?,
            None => u64::from(sequence_number),
        };
        let plain = self.rtp.open_rtp(packet, layout.header_bytes, ssrc, index)?;
        // A stream is remembered only once a packet of it was authentic.
        let stream = self.streams.find_or_add(ssrc)?;
        self.streams.windows[stream].mark(index);
        Some((layout, plain))
    }

    /// Opens a compound in place; answers the plain part. `None` for a forged or repeated one.
    pub fn open_rtcp<'d>(&mut self, packet: &'d mut [u8]) -> Option<&'d [u8]> {
        let ssrc = u32::from_be_bytes(*packet.get(4..)?.first_chunk()?);
        let index = self.rtcp.rtcp_index(packet)?;
        let known = self.rtcp_streams.find(ssrc);
        if let Some(stream) = known
            && !self.rtcp_streams.windows[stream].is_fresh(u64::from(index))
        {
            return None;
        }
        let plain = self.rtcp.open_rtcp(packet, ssrc)?;
        let stream = self.rtcp_streams.find_or_add(ssrc)?;
        self.rtcp_streams.windows[stream].mark(u64::from(index));
        packet.get(..plain)
    }
}

/// Bytes that sealing appends to an RTCP compound, at most.
pub const RTCP_OVERHEAD_BYTES_MAX: usize = 16 + SRTCP_INDEX_BYTES;

#[cfg(test)]
mod tests;
