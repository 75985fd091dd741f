//! What an organizer wants to be different about an event's content.

use kit_core::ids::ImageId;
use kit_core::{Violations, Zone};
use time::OffsetDateTime;

use super::{Content, CoverAlt, Description, Period, Refusal, Summary, Title, Visibility};

/// `None` leaves what is there; `Some(None)` takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventChange {
    /// New title.
    pub title: Option<Title>,
    /// New summary.
    pub summary: Option<Summary>,
    /// New description.
    pub description: Option<Description>,
    /// New start, or none.
    pub start: Option<Option<OffsetDateTime>>,
    /// New end, or none.
    pub end: Option<Option<OffsetDateTime>>,
    /// New zone.
    pub time_zone: Option<Zone>,
    /// New visibility.
    pub visibility: Option<Visibility>,
    /// New cover, or none.
    pub cover: Option<Option<ImageId>>,
    /// New description of the cover.
    pub cover_alt: Option<CoverAlt>,
}

impl Content {
    /// The content with `change` made.
    pub(super) fn changed(self, change: EventChange) -> Result<Self, Refusal> {
        let start = change.start.unwrap_or(self.period.map(|period| period.start()));
        let end = change.end.unwrap_or(self.period.map(|period| period.end()));
        let mut violations = Violations::new();
        let period = both(&mut violations, start, end);
        let period = violations.finish(period).map_err(Refusal::Invalid)?;
        Ok(Self {
            title: change.title.unwrap_or(self.title),
            summary: change.summary.unwrap_or(self.summary),
            description: change.description.unwrap_or(self.description),
            period,
            time_zone: change.time_zone.unwrap_or(self.time_zone),
            visibility: change.visibility.unwrap_or(self.visibility),
            cover: change.cover.unwrap_or(self.cover),
            cover_alt: change.cover_alt.unwrap_or(self.cover_alt),
        })
    }

    /// A draft of which only the title is known.
    pub(super) fn titled(title: Title) -> Self {
        let empty = "may be empty";
        Self {
            title,
            summary: "".parse().expect(empty),
            description: "".parse().expect(empty),
            period: None,
            time_zone: Zone::utc(),
            visibility: Visibility::Public,
            cover: None,
            cover_alt: "".parse().expect(empty),
        }
    }
}

/// A period has both ends or there is none.
fn both(
    violations: &mut Violations,
    start: Option<OffsetDateTime>,
    end: Option<OffsetDateTime>,
) -> Option<Option<Period>> {
    match (start, end) {
        (Some(start), Some(end)) => violations.take("event.end_time", Period::new(start, end)).map(Some),
        (None, None) => Some(None),
        (Some(_), None) => {
            violations.add("event.end_time", "REQUIRED", "must be set when the start is");
            None
        }
        (None, Some(_)) => {
            violations.add("event.start_time", "REQUIRED", "must be set when the end is");
            None
        }
    }
}
