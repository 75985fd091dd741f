//! A peer against the stack's own `RTCPeerConnection` as the client, in memory and on virtual time.

mod data;
mod link;
mod publish;
mod roles;
mod subscribe;
mod transport;
