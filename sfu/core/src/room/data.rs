//! Data messages: to everybody else, or to those named.

use bytes::Bytes;

use crate::ids::{Identity, MemberId};
use crate::input::DataKind;
use crate::limits::{DATA_BYTES_MAX, DESTINATIONS_MAX};
use crate::output::Output;
use crate::room::Room;

impl Room {
    pub(super) fn data(&mut self, from: MemberId, kind: DataKind, to: &[Identity], payload: Bytes) {
        let permitted = self
            .members
            .get(&from)
            .is_some_and(|member| member.permissions().publish_data);
        if !permitted || payload.len() > DATA_BYTES_MAX || to.len() > DESTINATIONS_MAX {
            return;
        }
        let is_meant = |identity: &Identity| to.is_empty() || to.contains(identity);
        let to: Vec<_> = self
            .members
            .iter()
            .filter(|(id, member)| **id != from && is_meant(&member.join().identity))
            .map(|(id, _)| *id)
            .collect();
        if !to.is_empty() {
            self.push(Output::Data { to, kind, payload });
        }
    }

    pub(super) fn announce(&mut self, to: Option<MemberId>, kind: DataKind, payload: Bytes) {
        let is_meant = |id: &MemberId| to.is_none_or(|to| to == *id);
        let to: Vec<_> = self.members.keys().copied().filter(is_meant).collect();
        if !to.is_empty() && payload.len() <= DATA_BYTES_MAX {
            self.push(Output::Data { to, kind, payload });
        }
    }
}
