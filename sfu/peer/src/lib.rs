//! One peer's transport, without I/O: ICE-lite, DTLS, SRTP, SCTP data channels and SDP behind one type, [`Peer`].
//!
//! # Why this exists next to `RTCPeerConnection`
//!
//! The stack's own peer connection sends each packet through eight handlers, two copies and string-keyed look-ups, and
//! keeps its SRTP keys to itself; a forwarding unit that seals one packet for hundreds of viewers pays for that on each
//! of them. This crate composes the lower crates (STUN, DTLS, SCTP, SDP) and owns the media path itself. It is the only
//! crate that names the WebRTC stack: types of that stack never appear in this interface.
//!
//! # The contract
//!
//! A [`Peer`] never reads a clock, a socket or a random source. Time comes as `now: Instant`; randomness comes once, as
//! [`PeerConfig::seed`] (the DTLS handshake alone draws its nonces from the crypto provider). A LiveKit v0 participant
//! is two peers: a [`Role::Publisher`] that answers the client's offers, and a [`Role::Subscriber`] that makes offers.
//!
//! **Every mutation is followed by draining [`Peer::poll_output`] until it returns [`Output::Timeout`].**
//!
//! ```text
//!   datagram ─► Peer::handle_datagram ─► Received::{Nothing, Rtp(packet), Rtcp(compound)}   borrowed from the datagram
//!   deadline ─► Peer::handle_timeout
//!   commands ─► accept_offer, add_track, create_offer, accept_answer, send_data, request_keyframe, send_rtcp, close
//!                    └─► then: loop { match peer.poll_output(now) {
//!                            Output::Transmit(t) => socket.send_to(&t.payload, t.to),
//!                            Output::Event(e)    => …,
//!                            Output::Timeout(at) => { call handle_timeout at `at`; break }
//!                        } }
//! ```
//!
//! # The way of a packet in
//!
//! 1. The node asks [`demux::classify`] what a datagram is. One from an address it knows goes straight to that peer.
//!    From an unknown address only STUN is of interest: [`demux::peer_key`] reads, without allocating, the
//!    [`PeerKey`] that this crate has put into the local ufrag. Everything else is dropped.
//! 2. [`Event::AddressValidated`] tells the node to enter an address into its table, [`Event::AddressRetired`] to remove it.
//! 3. [`Peer::handle_datagram`] opens SRTP in place and returns a borrowed [`rtp::RtpPacket`]: header, typed extensions,
//!    payload, codec, and a dense [`StreamId`] that names the (section, simulcast layer). RTX is unwrapped already
//!    (`repaired`), packets of padding alone have no payload. [`Peer::stream`] describes a `StreamId` once, at first sight.
//! 4. **What the peer does by itself for received media:** transport-wide congestion feedback, receiver reports, NACK
//!    (bounded, with retries). **What the caller does:** keyframe requests ([`Peer::request_keyframe`], with its own
//!    throttling), statistics, everything that knows rooms.
//!
//! # The way of a packet out (the hot path)
//!
//! [`Peer::outbound`] lends an [`Outbound`] while the peer is connected: the remote address and the owner of this
//! peer's sending keys. For each packet [`Outbound::write_rtp`] writes header, extensions and payload slices into the
//! caller's buffer and seals them in place; nothing allocates. A sequence number can be sealed once only per stream (a
//! second time would repeat a nonce): a lost packet is sent again over the track's RTX stream. The caller sends the bytes to
//! `outbound.remote()`, together with as many others as it can.
//! **What the caller does for sent media:** choosing and rewriting packets, history and RTX, sender reports
//! ([`rtcp::Writer`] + [`Peer::send_rtcp`]), bandwidth estimation from [`rtcp::TransportFeedback`].
//!
//! # Map
//!
//! - [`demux`]: what is this datagram, whose is it (RFC 7983)
//! - [`identity`]: the node's DTLS certificate, made once, shared by all peers; fingerprints
//! - `ice`: ICE-lite agent; `dtls`: server handshake and `use_srtp` choice; [`srtp`]: keys, sealing, opening
//! - [`rtp`], [`rtcp`]: views and writers over plain bytes; `receive`: streams, NACK, reports; [`data`]: SCTP and DCEP
//! - [`sdp`]: offers and answers; [`media`]: codecs, header extensions, ids
//! - [`peer`]: the facade
//! - `fuzz` (a feature): the parsers by themselves, for `sfu-fuzz`

pub mod data;
pub mod demux;
mod dtls;
mod entropy;
pub mod error;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod ice;
pub mod identity;
pub mod limits;
pub mod media;
pub mod peer;
mod receive;
pub mod rtcp;
pub mod rtp;
pub mod sdp;
pub mod srtp;

pub use data::{ChannelId, DataKind, SendData};
pub use demux::{DatagramKind, PeerKey};
pub use error::{CloseReason, NegotiationError};
pub use identity::{Fingerprint, NodeIdentity};
pub use media::{Codec, ExtensionIds, H264Profile, MediaKind, Mid, Rid, StreamId, StreamInfo};
pub use peer::{Event, Outbound, Output, Peer, PeerConfig, Received, Role, Transmit};
pub use sdp::{OutboundTrack, ReceiveSection, Reception, TrackHandle, TrackSpec};
