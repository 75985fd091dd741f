//! The LiveKit signalling protocol, v0: what arrives as frames of a WebSocket becomes actions of a member, what a worker
//! says of a member becomes frames. What is not spoken is answered as unsupported.

mod codec;
pub(crate) mod convert;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
pub(crate) mod preference;
mod query;
mod requests;
mod session;

pub(crate) use query::{ConnectQuery, Naming};
pub(crate) use session::{Close, Start, run};

use bytes::Bytes;

/// One WebSocket message, either way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    /// Protobuf.
    Binary(Bytes),
    /// Protobuf's JSON.
    Text(String),
}

impl Frame {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Binary(bytes) => bytes.len(),
            Self::Text(text) => text.len(),
        }
    }
}
