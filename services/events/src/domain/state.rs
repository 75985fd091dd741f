//! Where an event is in its life.
//!
//! ```text
//! draft → submitted → approved → published → live → ended
//!   ▲        │  │         │          │         │
//!   │        │  ▼         ▼          ▼         ▼
//!   │        │ rejected  cancelled ◀───────────┘
//!   └────────┴──┴─────────┘  withdraw, or an edit
//! ```

use thiserror::Error;
use time::OffsetDateTime;

use super::RejectionReason;

/// A stage of an event's life with what is known from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Waits for an administrator.
    Submitted {
        /// When it was handed in.
        submit_time: OffsetDateTime,
    },
    /// May be published.
    Approved {
        /// When it was handed in.
        submit_time: OffsetDateTime,
    },
    /// Sent back.
    Rejected {
        /// When it was handed in.
        submit_time: OffsetDateTime,
        /// What the organizer has to change.
        reason: RejectionReason,
    },
    /// Open to those whom its visibility admits.
    Published {
        /// When it was handed in.
        submit_time: OffsetDateTime,
        /// When it was opened.
        publish_time: OffsetDateTime,
    },
    /// Going on.
    Live {
        /// When it was handed in.
        submit_time: OffsetDateTime,
        /// When it was opened.
        publish_time: OffsetDateTime,
    },
    /// Over.
    Ended {
        /// When it was handed in.
        submit_time: OffsetDateTime,
        /// When it was opened.
        publish_time: OffsetDateTime,
    },
    /// Called off.
    Cancelled {
        /// When it was handed in.
        submit_time: OffsetDateTime,
        /// When it was opened, if it ever was.
        publish_time: Option<OffsetDateTime>,
    },
}

/// The name of a [`State`], for decisions that need nothing else of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// [`State::Draft`].
    Draft,
    /// [`State::Submitted`].
    Submitted,
    /// [`State::Approved`].
    Approved,
    /// [`State::Rejected`].
    Rejected,
    /// [`State::Published`].
    Published,
    /// [`State::Live`].
    Live,
    /// [`State::Ended`].
    Ended,
    /// [`State::Cancelled`].
    Cancelled,
}

/// The event is not in a state from which the transition leads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an event that is {} cannot be {transition}", .from.name())]
pub struct WrongState {
    /// Where it is.
    pub from: Step,
    /// What was asked for, as a participle: "published".
    pub transition: &'static str,
}

type Transition = Result<State, WrongState>;

// === impl State ===

impl State {
    /// Hands a draft in.
    pub fn submit(self, now: OffsetDateTime) -> Transition {
        match self {
            Self::Draft => Ok(Self::Submitted { submit_time: now }),
            other => other.wrong("submitted"),
        }
    }

    /// Takes it back before it is opened.
    pub fn withdraw(self) -> Transition {
        match self {
            Self::Submitted { .. } | Self::Approved { .. } => Ok(Self::Draft),
            other => other.wrong("withdrawn"),
        }
    }

    /// An administrator agrees.
    pub fn approve(self) -> Transition {
        match self {
            Self::Submitted { submit_time } => Ok(Self::Approved { submit_time }),
            other => other.wrong("approved"),
        }
    }

    /// An administrator sends it back.
    pub fn reject(self, reason: RejectionReason) -> Transition {
        match self {
            Self::Submitted { submit_time } => Ok(Self::Rejected { submit_time, reason }),
            other => other.wrong("rejected"),
        }
    }

    /// Opens it.
    pub fn publish(self, now: OffsetDateTime) -> Transition {
        match self {
            Self::Approved { submit_time } => Ok(Self::Published {
                submit_time,
                publish_time: now,
            }),
            other => other.wrong("published"),
        }
    }

    /// It begins.
    pub fn start(self) -> Transition {
        match self {
            Self::Published {
                submit_time,
                publish_time,
            } => Ok(Self::Live {
                submit_time,
                publish_time,
            }),
            other => other.wrong("started"),
        }
    }

    /// It is over.
    pub fn end(self) -> Transition {
        match self {
            Self::Published {
                submit_time,
                publish_time,
            }
            | Self::Live {
                submit_time,
                publish_time,
            } => Ok(Self::Ended {
                submit_time,
                publish_time,
            }),
            other => other.wrong("ended"),
        }
    }

    /// It will not take place.
    pub fn cancel(self) -> Transition {
        match self {
            Self::Approved { submit_time } => Ok(Self::Cancelled {
                submit_time,
                publish_time: None,
            }),
            Self::Published {
                submit_time,
                publish_time,
            }
            | Self::Live {
                submit_time,
                publish_time,
            } => Ok(Self::Cancelled {
                submit_time,
                publish_time: Some(publish_time),
            }),
            other => other.wrong("cancelled"),
        }
    }

    /// The state after an edit. A `material` one changes what an administrator has agreed to.
    ///
    /// What has been submitted is not edited: the administrator would agree to something else than they have read.
    pub fn edit(self, material: bool) -> Transition {
        match self {
            Self::Draft | Self::Rejected { .. } => Ok(Self::Draft),
            Self::Approved { .. } if material => Ok(Self::Draft),
            Self::Approved { .. } | Self::Published { .. } | Self::Live { .. } => Ok(self),
            Self::Submitted { .. } | Self::Ended { .. } | Self::Cancelled { .. } => self.wrong("edited"),
        }
    }

    /// Its name.
    pub fn step(&self) -> Step {
        match self {
            Self::Draft => Step::Draft,
            Self::Submitted { .. } => Step::Submitted,
            Self::Approved { .. } => Step::Approved,
            Self::Rejected { .. } => Step::Rejected,
            Self::Published { .. } => Step::Published,
            Self::Live { .. } => Step::Live,
            Self::Ended { .. } => Step::Ended,
            Self::Cancelled { .. } => Step::Cancelled,
        }
    }

    /// When it was handed in; `None` for a draft.
    pub fn submit_time(&self) -> Option<OffsetDateTime> {
        match self {
            Self::Draft => None,
            Self::Submitted { submit_time }
            | Self::Approved { submit_time }
            | Self::Rejected { submit_time, .. }
            | Self::Published { submit_time, .. }
            | Self::Live { submit_time, .. }
            | Self::Ended { submit_time, .. }
            | Self::Cancelled { submit_time, .. } => Some(*submit_time),
        }
    }

    /// When it was opened; `None` before that.
    pub fn publish_time(&self) -> Option<OffsetDateTime> {
        match self {
            Self::Draft | Self::Submitted { .. } | Self::Approved { .. } | Self::Rejected { .. } => None,
            Self::Published { publish_time, .. }
            | Self::Live { publish_time, .. }
            | Self::Ended { publish_time, .. } => Some(*publish_time),
            Self::Cancelled { publish_time, .. } => *publish_time,
        }
    }

    /// Whether the event's visibility decides who sees it. Before it is opened only its team and reviewers do, and what
    /// is called off before that stays between them.
    pub fn is_open(&self) -> bool {
        self.publish_time().is_some()
    }

    /// Why it was sent back.
    pub fn rejection_reason(&self) -> Option<&RejectionReason> {
        match self {
            Self::Rejected { reason, .. } => Some(reason),
            _ => None,
        }
    }

    fn wrong(&self, transition: &'static str) -> Transition {
        Err(WrongState {
            from: self.step(),
            transition,
        })
    }
}

// === impl Step ===

impl Step {
    /// All of them, in the order of an event's life.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::Submitted,
        Self::Approved,
        Self::Rejected,
        Self::Published,
        Self::Live,
        Self::Ended,
        Self::Cancelled,
    ];

    /// Its name in the database and in messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Published => "published",
            Self::Live => "live",
            Self::Ended => "ended",
            Self::Cancelled => "cancelled",
        }
    }
}

#[cfg(test)]
mod tests;
