//! What a peer sends: media sealed in the caller's buffer, RTCP and data through the output.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;

use super::{Output, Peer, Side, Transmit};
use crate::data::{ChannelId, DataKind, SendData};
use crate::error::CloseReason;
use crate::media::{ExtensionIds, StreamId};
use crate::rtcp;
use crate::rtp::{Extensions, Header};
use crate::srtp::{SealError, Sealer, Session};

impl Peer {
    /// The sending half for the hot path; `None` unless connected.
    #[inline]
    pub fn outbound(&mut self) -> Option<Outbound<'_>> {
        let remote = self.ice.remote()?;
        let session = self.srtp.as_mut()?;
        Some(Outbound {
            remote,
            sealer: &mut session.sealer,
            ids: &self.extensions,
        })
    }

    /// The keys, and what they were used for; `None` unless connected.
    pub fn session(&self) -> Option<&Session> {
        self.srtp.as_deref()
    }

    /// What messages go through; `None` until the client has opened it.
    pub fn association(&self) -> Option<&impl Sized> {
        self.data.association()
    }

    /// Whether the client reports on packets by their transport-wide sequence numbers
    /// ([`Extensions::transport_sequence`]).
    pub fn takes_transport_feedback(&self) -> bool {
        self.extensions.transport_sequence.is_some()
    }

    /// Asks the publisher for a keyframe of `stream` (PLI). Rate limits are the caller's.
    pub fn request_keyframe(&mut self, now: Instant, stream: StreamId) {
        let Side::Publisher { receiver, .. } = &self.side else {
            return;
        };
        let Some(info) = receiver.stream(stream) else { return };
        let mut compound = std::mem::take(&mut self.plain);
        // RFC 3550 §6.1 wants a report first in each compound; reduced size (RFC 5506) was negotiated.
        rtcp::Writer::new(&mut compound).picture_loss(receiver.ssrc(), info.ssrc);
        self.send_rtcp(now, &compound);
        self.plain = compound;
    }

    /// Seals and queues an RTCP compound made with [`rtcp::Writer`]. Does nothing unless connected.
    pub fn send_rtcp(&mut self, _now: Instant, compound: &[u8]) {
        let (Some(to), Some(srtp)) = (self.ice.remote(), &mut self.srtp) else {
            return;
        };
        if srtp.sealer.seal_rtcp(compound, &mut self.sealed) {
            let payload = Bytes::copy_from_slice(&self.sealed);
            self.outputs.push_back(Output::Transmit(Transmit { to, payload }));
        }
    }

    /// Sends a message. See [`SendData`] for what may become of it.
    pub fn send_data(&mut self, now: Instant, channel: ChannelId, kind: DataKind, payload: &Bytes) -> SendData {
        if self.closed.is_some() {
            return SendData::Refused;
        }
        let sent = self.data.send(now, channel, kind, payload);
        match sent {
            SendData::Queued => self.pump(now),
            SendData::Overflow => self.end(now, CloseReason::DataOverflow),
            SendData::Dropped | SendData::Refused => {}
        }
        sent
    }

    /// The open channel with this label.
    pub fn channel(&self, label: &str) -> Option<ChannelId> {
        self.data.channel(label)
    }

    /// Bytes that wait in a channel's send buffer.
    pub fn buffered_amount(&mut self, channel: ChannelId) -> usize {
        self.data.buffered(channel)
    }
}

/// The sending half of a connected peer, borrowed for a batch of packets.
#[derive(Debug)]
pub struct Outbound<'p> {
    remote: SocketAddr,
    sealer: &'p mut Sealer,
    ids: &'p ExtensionIds,
}

impl Outbound<'_> {
    /// Where the sealed packets go.
    pub fn remote(&self) -> SocketAddr {
        self.remote
    }

    /// Bytes that sealing appends to an RTP packet: 16 with AES-GCM, 10 with AES-CM.
    pub fn overhead(&self) -> usize {
        self.sealer.rtp_overhead()
    }

    /// Writes and seals a packet of nothing but padding, like [`Outbound::write_rtp`].
    ///
    /// # Errors
    ///
    /// See [`SealError`]; `buffer`'s content is then meaningless and nothing may be sent.
    pub fn write_padding(
        &mut self,
        buffer: &mut [u8],
        header: &Header,
        extensions: &Extensions<'_>,
        padding: u8,
    ) -> Result<usize, SealError> {
        self.sealer.write_padding(buffer, header, extensions, self.ids, padding)
    }

    /// Writes header, extensions and the pieces of the payload into `buffer`, seals them in place and answers the
    /// packet's length. Sequence numbers of a track should begin below 2^15: RFC 3711 §3.3.1.
    ///
    /// # Errors
    ///
    /// See [`SealError`]; `buffer`'s content is then meaningless and nothing may be sent.
    #[inline]
    pub fn write_rtp(
        &mut self,
        buffer: &mut [u8],
        header: &Header,
        extensions: &Extensions<'_>,
        payload: &[&[u8]],
    ) -> Result<usize, SealError> {
        self.sealer.write_rtp(buffer, header, extensions, self.ids, payload)
    }
}
