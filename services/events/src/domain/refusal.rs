//! Why the rules say no.

use kit_core::Violations;
use thiserror::Error;

use super::{Step, WrongState};

/// Why a transition of an event is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The event is not in a state from which the transition leads on.
    #[error(transparent)]
    WrongState(WrongState),
    /// The event is not to be changed in its state.
    #[error("an event that is {} cannot be edited", .0.name())]
    NotEditable(Step),
    /// The event was changed since the caller read it.
    #[error("the event has changed since it was read")]
    EtagMismatch,
    /// Something that an event needs for others to judge or attend it is missing.
    #[error("the event is incomplete: {0}")]
    Incomplete(Violations),
    /// The change does not fit the event.
    #[error("the change does not fit the event: {0}")]
    Invalid(Violations),
    /// The event has no such session.
    #[error("the session was not found")]
    SessionNotFound,
    /// The event has no such speaker.
    #[error("the speaker was not found")]
    SpeakerNotFound,
    /// The event has as many sessions as it may have.
    #[error("the event has too many sessions")]
    TooManySessions,
    /// The event has as many speakers as it may have.
    #[error("the event has too many speakers")]
    TooManySpeakers,
    /// The event has as many guests as it may have.
    #[error("the event has too many guests")]
    TooManyGuests,
    /// The event has as many pictures as it may have.
    #[error("the event has too many pictures")]
    TooManyImages,
}

impl Refusal {
    /// One field does not fit.
    pub(super) fn field(field: &str, reason: &'static str, description: &str) -> Self {
        let mut violations = Violations::new();
        violations.add(field, reason, description);
        Self::Invalid(violations)
    }
}

impl From<WrongState> for Refusal {
    fn from(wrong: WrongState) -> Self {
        Self::WrongState(wrong)
    }
}
