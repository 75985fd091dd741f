//! In-app notices.

use kit_core::ids::{NotificationId, UserId};
use time::OffsetDateTime;

/// What a notice is about; the web app has the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    OrderCompleted,
    OrderCancelled,
    EventSubmitted,
    EventApproved,
    EventRejected,
    SessionLive,
    EventCancelled,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::OrderCompleted,
        Self::OrderCancelled,
        Self::EventSubmitted,
        Self::EventApproved,
        Self::EventRejected,
        Self::SessionLive,
        Self::EventCancelled,
    ];

    /// As stored.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OrderCompleted => "order_completed",
            Self::OrderCancelled => "order_cancelled",
            Self::EventSubmitted => "event_submitted",
            Self::EventApproved => "event_approved",
            Self::EventRejected => "event_rejected",
            Self::SessionLive => "session_live",
            Self::EventCancelled => "event_cancelled",
        }
    }

    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What is to be noticed, by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewNotice {
    pub(crate) user: UserId,
    pub(crate) kind: Kind,
    pub(crate) event_title: String,
    /// Of this site.
    pub(crate) path: String,
    pub(crate) detail: String,
}

/// A notice in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) id: NotificationId,
    pub(crate) sequence: i64,
    pub(crate) new: NewNotice,
    pub(crate) create_time: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_name() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_name(kind.name()), Some(kind));
        }
        assert_eq!(Kind::of_name("other"), None);
    }
}
