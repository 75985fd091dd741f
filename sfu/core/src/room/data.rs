//! Data messages: to everybody else, or to those named.

use bytes::Bytes;

use crate::ids::{Identity, MemberId};
use crate::input::DataKind;
use crate::limits::{DATA_BYTES_MAX, DESTINATIONS_MAX};
use crate::output::Output;
use crate::room::{Room, replay};
use crate::time::Time;
use crate::word::Word;

/// A message of a member.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) kind: DataKind,
    /// Everybody else when empty.
    pub(super) to: Vec<Identity>,
    /// The sender's number; 0 without.
    pub(super) sequence: u32,
    pub(super) payload: Bytes,
}

impl Room {
    pub(super) fn data(&mut self, now: Time, from: MemberId, message: Message) {
        let permitted = self
            .members
            .get(&from)
            .filter(|member| member.permissions().publish_data);
        let Some(sender) = permitted.map(|member| member.join().sid.clone()) else {
            return;
        };
        if message.payload.len() > DATA_BYTES_MAX || message.to.len() > DESTINATIONS_MAX {
            return;
        }
        if from.part().is_none() {
            self.tell_data(from, &message);
        }
        let Message {
            kind,
            to: named,
            sequence,
            payload,
        } = message;
        let is_meant = |identity: &Identity| named.is_empty() || named.contains(identity);
        let to: Vec<_> = self
            .ours()
            .filter(|(id, member)| *id != from && is_meant(&member.join().identity))
            .map(|(id, _)| id)
            .collect();
        if to.is_empty() {
            return;
        }
        if kind == DataKind::Reliable && sequence != 0 {
            self.replay.keep(replay::Message {
                at: now,
                sender: from,
                sender_sid: sender,
                sequence,
                to: (!named.is_empty()).then(|| to.clone()),
                payload: payload.clone(),
            });
        }
        self.push(Output::Data { to, kind, payload });
    }

    pub(super) fn announce(&mut self, to: Option<MemberId>, kind: DataKind, payload: Bytes) {
        let payload = match to.and_then(MemberId::part) {
            Some(part) => {
                let to = to.map(MemberId::at_home);
                return self.tell_part(part, Word::Announce { to, kind, payload });
            }
            None => payload,
        };
        if to.is_none() {
            let payload = payload.clone();
            self.tell_parts(Word::Announce { to, kind, payload });
        }
        self.deliver_announcement(to, kind, payload);
    }

    /// Delivers what the node says to those of this part who are meant.
    pub(super) fn deliver_announcement(&mut self, to: Option<MemberId>, kind: DataKind, payload: Bytes) {
        let is_meant = |id: &MemberId| to.is_none_or(|to| to == *id);
        let to: Vec<_> = self.our_ids().into_iter().filter(is_meant).collect();
        if !to.is_empty() && payload.len() <= DATA_BYTES_MAX {
            self.push(Output::Data { to, kind, payload });
        }
    }
}
