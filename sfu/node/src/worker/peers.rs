//! The peers of a worker: who they are for, and what they say.

use std::time::Instant;

use sfu_core::Input;
use sfu_core::input::{DataKind, LeaveReason};
use sfu_core::slots::Key;
use sfu_peer::{CloseReason, Event as PeerEvent, Output as PeerOutput, Peer, PeerConfig, Role};

use super::member::{MemberKey, member_id};
use super::path::Path;
use super::state::State;
use super::timers::Owner;

/// Names a peer of a worker; its bits travel in the ICE ufrag.
pub(crate) type PeerKey = Key<PeerEntry>;

/// A peer and whose it is.
#[derive(Debug)]
pub(crate) struct PeerEntry {
    pub(crate) peer: Peer,
    pub(crate) member: MemberKey,
    pub(crate) role: Role,
    /// The deadline that is entered in the timers.
    pub(crate) timer: Option<Instant>,
    /// It waits to be drained.
    pub(crate) dirty: bool,
    /// What its network carries; `None` unless the client reports on packets.
    pub(crate) path: Option<Box<Path>>,
}

impl State {
    pub(super) fn make_peer(&mut self, member: MemberKey, role: Role) -> PeerKey {
        let now = self.now;
        let seed = self.config.rng.bytes();
        let (identity, candidates) = (self.config.identity.clone(), vec![self.candidate]);
        let key = self.peers.insert_with(|key: PeerKey| {
            let key = sfu_peer::PeerKey(key.to_bits());
            let peer = Peer::new(
                PeerConfig {
                    key,
                    role,
                    identity,
                    candidates,
                    seed,
                },
                now,
            );
            PeerEntry {
                peer,
                member,
                role,
                timer: None,
                dirty: false,
                path: None,
            }
        });
        self.touch(key);
        key
    }

    /// Ends a peer: its last words are sent, its addresses forgotten.
    pub(super) fn drop_peer(&mut self, key: PeerKey) {
        let now = self.now;
        let Some(mut entry) = self.peers.remove(key) else {
            return;
        };
        entry.peer.close(now);
        loop {
            match entry.peer.poll_output(now) {
                PeerOutput::Transmit(transmit) => self.outbox.push(transmit.to, copy(&transmit.payload)),
                PeerOutput::Event(_) => {}
                PeerOutput::Timeout(_) => break,
            }
        }
        self.addresses.retain(|_, owner| *owner != key);
    }

    /// Marks a peer for [`State::settle`].
    pub(super) fn touch(&mut self, key: PeerKey) {
        if let Some(entry) = self.peers.get_mut(key).filter(|entry| !entry.dirty) {
            entry.dirty = true;
            self.dirty_peers.push(key);
        }
    }

    /// Does what a peer wants done.
    pub(super) fn drain_peer(&mut self, key: PeerKey) {
        let now = self.now;
        loop {
            let Some(entry) = self.peers.get_mut(key) else { return };
            entry.dirty = false;
            match entry.peer.poll_output(now) {
                PeerOutput::Transmit(transmit) => self.outbox.push(transmit.to, copy(&transmit.payload)),
                PeerOutput::Event(event) => {
                    let (member, role) = (entry.member, entry.role);
                    self.peer_event(key, member, role, event);
                }
                PeerOutput::Timeout(at) => {
                    if entry.timer.is_none_or(|entered| at < entered) {
                        entry.timer = Some(at);
                        self.timers.set(at, Owner::Peer(key));
                    }
                    return;
                }
            }
        }
    }

    fn peer_event(&mut self, key: PeerKey, member: MemberKey, role: Role, event: PeerEvent) {
        match event {
            PeerEvent::AddressValidated(address) => drop(self.addresses.insert(address, key)),
            PeerEvent::AddressRetired(address) => {
                if self.addresses.get(&address) == Some(&key) {
                    self.addresses.remove(&address);
                }
            }
            PeerEvent::AddressSelected(_) | PeerEvent::IceRestarted => {}
            PeerEvent::Connected => {
                if role == Role::Subscriber {
                    self.record_transport(member);
                    self.tell_room(member, Input::Connected(member_id(member)));
                }
            }
            PeerEvent::ChannelOpened {
                channel,
                label,
                reliable,
            } => {
                let kind = if reliable { DataKind::Reliable } else { DataKind::Lossy };
                let Some(entry) = self.members.get_mut(member) else {
                    return;
                };
                match (role, label.as_str()) {
                    (Role::Publisher, _) => entry.incoming.push((channel, kind)),
                    (Role::Subscriber, "_reliable") => {
                        entry.reliable = Some(channel);
                        let early = std::mem::take(&mut entry.early);
                        for payload in early {
                            self.deliver(&[member_id(member)], DataKind::Reliable, &payload);
                        }
                    }
                    (Role::Subscriber, "_lossy") => entry.lossy = Some(channel),
                    (Role::Subscriber, _) => {}
                }
            }
            PeerEvent::Data { channel, payload, .. } => {
                if role == Role::Publisher {
                    self.data(member, channel, &payload);
                }
            }
            PeerEvent::ChannelClosed(channel) => {
                let Some(entry) = self.members.get_mut(member).filter(|_| role == Role::Publisher) else {
                    return;
                };
                entry.incoming.retain(|(id, _)| *id != channel);
            }
            PeerEvent::Reported { fraction_lost } => {
                let id = member_id(member);
                let loss = Input::PublisherLoss {
                    member: id,
                    fraction_lost,
                };
                self.tell_room(member, loss);
            }
            PeerEvent::Closed(reason) => self.peer_closed(member, role, reason),
        }
    }

    /// A client whose transport ended is gone: it comes back with a new session if it can.
    fn peer_closed(&mut self, member: MemberKey, role: Role, reason: CloseReason) {
        tracing::debug!(?member, ?role, %reason, "a peer ended");
        let reason = match reason {
            CloseReason::Remote | CloseReason::Local => LeaveReason::ClientInitiated,
            _ => LeaveReason::ConnectionLost,
        };
        self.tell_room(
            member,
            Input::Leave {
                member: member_id(member),
                reason,
            },
        );
    }
}

/// A writer of `bytes` into the outbox.
pub(super) fn copy(bytes: &[u8]) -> impl FnOnce(&mut [u8]) -> Option<usize> + '_ {
    |buffer| {
        buffer.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(bytes.len())
    }
}
