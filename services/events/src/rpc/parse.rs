//! From messages to the domain. Each function reads one request and finds all that is wrong with it.

mod agenda;
mod event;

pub(super) use agenda::{add_guests, create_session, create_speaker, delete_session, delete_speaker, list_guests};
pub(super) use agenda::{remove_guest, update_session, update_speaker};
pub(super) use event::{
    clone_event, create_event, event_access, list_mine, preview, reject_event, search, submitted, update_event,
};

use kit_core::ids::{EventId, ImageId};
use kit_core::{RequestId, Violations};
use plenary_proto::common::v1 as common;
use prost_types::Timestamp;
use time::OffsetDateTime;

/// A parsed request that changes something, with the id that makes its repetition one.
pub(super) type Parsed<T> = Result<(RequestId, T), Violations>;

/// A request that names an event and nothing else.
pub(super) fn on_event(request_id: &str, event_id: &str) -> Parsed<EventId> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", request_id);
    let event = violations.parse("event_id", event_id);
    violations.finish((id, event))
}

/// The event that a read is about.
pub(super) fn event_id(event_id: &str) -> Result<EventId, Violations> {
    let mut violations = Violations::new();
    let event = violations.parse("event_id", event_id);
    violations.finish(event)
}

/// The picture that a read is about.
pub(super) fn image_id(image_id: &str) -> Result<ImageId, Violations> {
    let mut violations = Violations::new();
    let image = violations.parse("image_id", image_id);
    violations.finish(image)
}

/// An instant in whole microseconds, which is what the database keeps. `None` when it is absent, or no date at all.
fn instant(violations: &mut Violations, field: &str, timestamp: Option<Timestamp>) -> Option<OffsetDateTime> {
    let read = kit_rpc::moment(timestamp?).and_then(|read| read.replace_microsecond(read.microsecond()).ok());
    violations.check(
        field,
        read.is_some(),
        "TIME_INVALID",
        "must be a date with 0 to 999,999,999 nanoseconds",
    );
    read
}

/// An instant that must be there.
fn required_instant(violations: &mut Violations, field: &str, timestamp: Option<Timestamp>) -> Option<OffsetDateTime> {
    violations.required(field, timestamp)?;
    instant(violations, field, timestamp)
}

/// A picture by its id; absent or without an id is none.
fn picture(violations: &mut Violations, field: &str, image: Option<&common::Image>) -> Option<Option<ImageId>> {
    violations.optional(field, image.map(|image| image.id.as_str()).unwrap_or_default())
}
