//! How members present themselves, and what the room says of itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ids::MemberId;
use crate::input::{By, ProfileUpdate};
use crate::limits::{DISPLAY_NAME_BYTES_MAX, METADATA_BYTES_MAX};
use crate::output::{Output, Refusal, RoomState};
use crate::room::{Member, Room};
use crate::word::Word;

impl Room {
    /// Whether an update would be taken, and if not, why.
    ///
    /// # Errors
    ///
    /// `NotFound` when there is no such member, `NotAllowed` when they may not change themselves, `LimitExceeded` when
    /// the profile would become too large.
    pub fn check_profile(&self, member: MemberId, update: &ProfileUpdate, by: By) -> Result<(), Refusal> {
        let member = self.members.get(&member).ok_or(Refusal::NotFound)?;
        if by == By::Themselves && !member.permissions().update_metadata {
            return Err(Refusal::NotAllowed);
        }
        let name_bytes = update.name.as_ref().map_or(0, String::len);
        let metadata = update.metadata.as_ref().unwrap_or(&member.join().metadata);
        let attributes = merged(member, update);
        if name_bytes > DISPLAY_NAME_BYTES_MAX || metadata.len() + bytes(&attributes) > METADATA_BYTES_MAX {
            return Err(Refusal::LimitExceeded);
        }
        Ok(())
    }

    pub(super) fn update_profile(&mut self, id: MemberId, update: ProfileUpdate, by: By, request: u32) {
        let outcome = self.check_profile(id, &update, by);
        if by == By::Themselves && outcome != Err(Refusal::NotFound) {
            self.push(Output::Outcome {
                to: id,
                request,
                outcome,
            });
        }
        let Some(member) = self.members.get_mut(&id).filter(|_| outcome.is_ok()) else {
            return;
        };
        let attributes = merged(member, &update);
        if member.set_profile(update.name, update.metadata, attributes) {
            self.tell_everybody(id);
        }
    }

    pub(super) fn room_metadata(&mut self, metadata: String) {
        if metadata.len() > METADATA_BYTES_MAX || metadata == self.metadata {
            return;
        }
        self.tell_parts(Word::Metadata(metadata.clone()));
        self.take_metadata(metadata);
    }

    pub(super) fn take_metadata(&mut self, metadata: String) {
        self.metadata = metadata;
        let to = self.our_ids();
        if !to.is_empty() {
            let state = Arc::new(self.state());
            self.push(Output::Room { to, state });
        }
    }

    /// The room as everybody sees it.
    pub fn state(&self) -> RoomState {
        let visible = || self.members.values().filter(|member| !member.permissions().hidden);
        let publishers = visible().filter(|member| !member.published.is_empty()).count();
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        RoomState {
            metadata: self.metadata.clone(),
            participants: count(visible().count()),
            publishers: count(publishers),
        }
    }
}

/// A member's attributes with an update's on top.
fn merged(member: &Member, update: &ProfileUpdate) -> BTreeMap<String, String> {
    let mut attributes = member.join().attributes.clone();
    for (key, value) in &update.attributes {
        if value.is_empty() {
            attributes.remove(key);
        } else {
            attributes.insert(key.clone(), value.clone());
        }
    }
    attributes
}

fn bytes(attributes: &BTreeMap<String, String>) -> usize {
    attributes.iter().map(|(key, value)| key.len() + value.len()).sum()
}
