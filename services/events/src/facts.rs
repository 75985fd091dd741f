//! What other services learn of an event, as messages.

use kit_bus::Fact as Envelope;
use kit_core::ids::FactId;
use kit_rpc::timestamp;
use plenary_proto::events::v1 as pb;

use crate::domain::{Event, Fact, Mint};

/// `fact` about `event`, which has just become what it says.
pub(crate) fn envelope(event: &Event, fact: Fact, mint: Mint<'_>) -> Envelope {
    let id = FactId::new(mint.clock, mint.rng);
    let at = event.update_time;
    let (event_id, organization_id) = (event.id.to_string(), event.organization.id.to_string());
    let title = event.content.title.to_string();
    let reason = || {
        event
            .state
            .rejection_reason()
            .map(ToString::to_string)
            .unwrap_or_default()
    };
    match fact {
        Fact::Submitted => Envelope::new(
            id,
            at,
            &pb::EventSubmitted {
                event_id,
                organization_id,
                title,
            },
        ),
        Fact::Approved => Envelope::new(
            id,
            at,
            &pb::EventApproved {
                event_id,
                organization_id,
                title,
            },
        ),
        Fact::Rejected => Envelope::new(
            id,
            at,
            &pb::EventRejected {
                event_id,
                organization_id,
                title,
                reason: reason(),
            },
        ),
        Fact::Published => Envelope::new(
            id,
            at,
            &pb::EventPublished {
                event_id,
                organization_id,
                title,
            },
        ),
        Fact::Rescheduled => Envelope::new(id, at, &rescheduled(event)),
        Fact::Cancelled => Envelope::new(
            id,
            at,
            &pb::EventCancelled {
                event_id,
                organization_id,
                title,
            },
        ),
        Fact::Ended => Envelope::new(id, at, &pb::EventEnded { event_id }),
    }
}

fn rescheduled(event: &Event) -> pb::EventRescheduled {
    pb::EventRescheduled {
        event_id: event.id.to_string(),
        title: event.content.title.to_string(),
        start_time: event.content.period.map(|period| timestamp(period.start())),
        end_time: event.content.period.map(|period| timestamp(period.end())),
        time_zone: event.content.time_zone.to_string(),
    }
}
