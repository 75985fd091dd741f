//! How an event goes from draft to end.

use kit_core::ids::EventId;
use time::OffsetDateTime;

use super::{Event, Fact, Organization, Transition, require};
use crate::domain::{Agenda, Content, EventChange, Refusal, RejectionReason, State, Title, WrongState};

impl Event {
    /// A new draft.
    pub fn draft(
        id: EventId,
        organization: Organization,
        title: Title,
        change: EventChange,
        now: OffsetDateTime,
    ) -> Result<Self, Refusal> {
        let event = Self {
            id,
            organization,
            content: Content::titled(title).changed(change)?,
            agenda: Agenda::default(),
            images: Vec::new(),
            state: State::Draft,
            version: 1,
            create_time: now,
            update_time: now,
        };
        event.check_images()?;
        Ok(event)
    }

    /// Hands it to the administrators, who must have something to judge, and time to.
    pub fn submit(self, now: OffsetDateTime) -> Transition {
        let state = self.state.clone().submit(now)?;
        let mut missing = self.missing();
        let over = self.content.period.is_some_and(|period| period.end() <= now);
        missing.check("event.end_time", !over, "IN_THE_PAST", "must be in the future");
        require(missing)?;
        Ok(self.moved_on(state, Some(Fact::Submitted), now))
    }

    /// Takes it back.
    pub fn withdraw(self, now: OffsetDateTime) -> Transition {
        let state = self.state.clone().withdraw()?;
        Ok(self.moved_on(state, None, now))
    }

    /// Lets it be published.
    pub fn approve(self, now: OffsetDateTime) -> Transition {
        let state = self.state.clone().approve()?;
        Ok(self.moved_on(state, Some(Fact::Approved), now))
    }

    /// Sends it back.
    pub fn reject(self, reason: RejectionReason, now: OffsetDateTime) -> Transition {
        let state = self.state.clone().reject(reason)?;
        Ok(self.moved_on(state, Some(Fact::Rejected), now))
    }

    /// Opens it.
    pub fn publish(self, now: OffsetDateTime) -> Transition {
        let state = self.state.clone().publish(now)?;
        Ok(self.moved_on(state, Some(Fact::Published), now))
    }

    /// It begins.
    pub fn start(self, now: OffsetDateTime) -> Transition {
        let state = self.state.clone().start()?;
        Ok(self.moved_on(state, None, now))
    }

    /// It is over.
    pub fn end(self, now: OffsetDateTime) -> Transition {
        let state = self.state.clone().end()?;
        Ok(self.moved_on(state, Some(Fact::Ended), now))
    }

    /// It will not take place.
    pub fn cancel(self, now: OffsetDateTime) -> Transition {
        let state = self.state.clone().cancel()?;
        Ok(self.moved_on(state, Some(Fact::Cancelled), now))
    }

    /// Whether it may be deleted: nobody but its team and its reviewers has seen it.
    pub fn check_deletable(&self) -> Result<(), Refusal> {
        match self.state {
            State::Draft | State::Rejected { .. } => Ok(()),
            _ => Err(WrongState {
                from: self.state.step(),
                transition: "deleted",
            }
            .into()),
        }
    }
}
