//! What leaves a room: a packet as one subscriber is to get it, and where it goes.

use std::ops::Deref;

use crate::codec::identifiers::Identifiers;
use crate::codec::{dependency, vp8};
use crate::forward::Down;
use crate::ids::MemberId;
use crate::publish::Carried;

/// Where a packet goes: whose, and under which of the shell's sender numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination {
    /// The subscriber.
    pub member: MemberId,
    /// The shell's number for the outgoing stream.
    pub sender: u32,
}

/// The shell's side of the packet path. Packets of one destination come one after the other, so that an implementation
/// can batch them.
pub trait Egress {
    /// Sends one packet, or drops it, as a network would.
    fn send(&mut self, to: Destination, packet: &Outgoing<'_>);

    /// Packets of a copy follow those of so many others, from [`APPROACH`] down to 1: time to fetch what sending them
    /// needs. Between two pictures the caches are another's, and who looks a subscriber up waits for memory at each step.
    fn approach(&mut self, _copy: &Down, _others: usize) {}
}

/// How far ahead subscribers are announced.
pub const APPROACH: usize = 4;

/// A packet as a subscriber is to get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outgoing<'a> {
    /// Sequence number of the media stream.
    pub sequence: u16,
    /// Timestamp.
    pub timestamp: u32,
    /// Marker bit.
    pub marker: bool,
    /// Payload is redundant audio, not plain Opus.
    pub redundant: bool,
    /// Header extensions that go through unchanged.
    pub carried: Carried,
    /// The dependency descriptor, to be written by [`Dependency::write`].
    pub dependency: Option<Dependency<'a>>,
    /// Rewritten beginning of the payload.
    pub prefix: Prefix,
    /// The rest of the payload.
    pub rest: &'a [u8],
    /// Bytes of padding after it (RFC 3550 §5.1), for probes; 0 for none.
    pub padding: u8,
    /// Set when the packet repeats a lost one: it travels in the stream's RTX stream (RFC 4588 §4), under this number,
    /// with `sequence` as the original one.
    pub repair: Option<Repair>,
}

/// A dependency descriptor as received, and what is to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependency<'a> {
    pub(super) received: &'a [u8],
    pub(super) frame: dependency::Frame,
    pub(super) number: u16,
    pub(super) targets: u32,
}

impl<'a> Dependency<'a> {
    /// The descriptor as received.
    pub(crate) const fn received(&self) -> &'a [u8] {
        self.received
    }

    /// The same of a descriptor kept elsewhere.
    pub(crate) const fn of<'b>(&self, received: &'b [u8]) -> Dependency<'b> {
        Dependency {
            received,
            frame: self.frame,
            number: self.number,
            targets: self.targets,
        }
    }
}

impl Dependency<'_> {
    /// The descriptor to be sent; `None` when the changed one would be too long.
    pub fn write<'b>(&self, buffer: &'b mut [u8; dependency::BYTES_MAX]) -> Option<&'b [u8]> {
        self.frame.rewrite(self.received, self.number, self.targets, buffer)
    }
}

/// The place of a repeated packet in the RTX stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    /// Sequence number in the RTX stream.
    pub sequence: u16,
}

/// A few rewritten bytes at the beginning of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prefix {
    bytes: [u8; vp8::DESCRIPTOR_BYTES_MAX],
    len: u8,
}

impl Prefix {
    /// The beginning of a payload with its identifiers replaced, and the rest. Beginnings are short: the identifiers of
    /// VP9 lie in the first five bytes, those of VP8 in the first six.
    pub(super) fn of(payload: &[u8], identifiers: Identifiers) -> (Self, &[u8]) {
        let mut this = Self::default();
        let len = identifiers.bytes();
        if let (Some((head, rest)), Some(copy)) = (payload.split_at_checked(len), this.bytes.get_mut(..len)) {
            copy.copy_from_slice(head);
            identifiers.write(copy);
            this.len = u8::try_from(len).unwrap_or_default();
            return (this, rest);
        }
        (this, payload)
    }
}

impl Deref for Prefix {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}
