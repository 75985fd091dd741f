//! What this service knows of an event.

use kit_core::ids::EventId;
use time::OffsetDateTime;

/// An event as its owner showed it to the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventView {
    pub(crate) id: EventId,
    pub(crate) snapshot: EventSnapshot,
    /// Tickets can be had: it is published or going on.
    pub(crate) is_open: bool,
    pub(crate) can_manage: bool,
    pub(crate) can_check_in: bool,
}

/// The part of an event that orders remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventSnapshot {
    pub(crate) title: String,
    pub(crate) start_time: Option<OffsetDateTime>,
    pub(crate) end_time: Option<OffsetDateTime>,
    /// IANA name.
    pub(crate) time_zone: String,
}

impl EventSnapshot {
    /// Whether it has begun.
    pub(crate) fn has_started(&self, now: OffsetDateTime) -> bool {
        self.start_time.is_some_and(|start| start <= now)
    }
}
