//! An event: everything that is changed together, and every way in which it may change.

mod edit;
mod life;

use std::collections::BTreeSet;

use kit_core::Violations;
use kit_core::ids::{EventId, ImageId, OrganizationId};
use time::OffsetDateTime;

use super::{Agenda, Content, Facet, Image, Refusal, Session, State, words};

/// An event with its agenda. Its guests, of whom there may be thousands, are kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Which.
    pub id: EventId,
    /// Whose; its members are the event's team.
    pub organization: Organization,
    /// What the organizer writes.
    pub content: Content,
    /// Sessions and speakers.
    pub agenda: Agenda,
    /// The pictures uploaded for it, used or not.
    pub images: Vec<Image>,
    /// Where it is in its life.
    pub state: State,
    /// One more with each change.
    pub version: i64,
    /// When it was made.
    pub create_time: OffsetDateTime,
    /// When it was last changed.
    pub update_time: OffsetDateTime,
}

/// An organization, as it was when the event was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Which.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
}

/// What others need to know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Waits for approval.
    Submitted,
    /// May be published.
    Approved,
    /// Was sent back.
    Rejected,
    /// Was opened.
    Published,
    /// Takes place at another time than those who come think.
    Rescheduled,
    /// Will not take place.
    Cancelled,
    /// Is over.
    Ended,
}

/// An event after a transition, and what to tell others of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// As it is to be stored.
    pub event: Event,
    /// If it concerns others.
    pub fact: Option<Fact>,
}

type Transition = Result<Changed, Refusal>;

// === impl Event ===

impl Event {
    /// What decides who may see it.
    pub fn facet(&self) -> Facet {
        Facet::new(self.organization.id, self.content.visibility, &self.state)
    }

    /// One of its pictures.
    pub fn image(&self, id: ImageId) -> Option<Image> {
        self.images.iter().copied().find(|image| image.id == id)
    }

    /// The words by which it is found, each once.
    pub fn search_words(&self) -> Vec<String> {
        let Content {
            title,
            summary,
            description,
            ..
        } = &self.content;
        let own = [
            title.as_str(),
            summary.as_str(),
            description.as_str(),
            &self.organization.name,
        ];
        let speakers = self
            .agenda
            .speakers
            .iter()
            .flat_map(|speaker| [speaker.name.as_str(), speaker.tagline.as_str()]);
        let words: BTreeSet<String> = own.into_iter().chain(speakers).flat_map(words).collect();
        words.into_iter().collect()
    }

    /// What others cannot do without, to judge it or to come.
    fn missing(&self) -> Violations {
        let mut missing = Violations::new();
        let mut need = |field: &str, there: bool| missing.check(field, there, "REQUIRED", "must be set");
        need("event.start_time", self.content.period.is_some());
        need("event.end_time", self.content.period.is_some());
        need(
            "event.description_markdown",
            !self.content.description.as_str().is_empty(),
        );
        missing
    }

    fn moved_on(self, state: State, fact: Option<Fact>, now: OffsetDateTime) -> Changed {
        let event = Self {
            state,
            version: self.version + 1,
            update_time: now,
            ..self
        };
        Changed { event, fact }
    }

    fn check_images(&self) -> Result<(), Refusal> {
        let known = |id: Option<ImageId>| id.is_none_or(|id| self.image(id).is_some());
        let unknown = |field| Refusal::field(field, "IMAGE_NOT_FOUND", "must be an image uploaded for the event");
        if !known(self.content.cover) {
            return Err(unknown("event.cover.id"));
        }
        let mut speakers = self.agenda.speakers.iter();
        if speakers.all(|speaker| known(speaker.picture)) {
            Ok(())
        } else {
            Err(unknown("speaker.picture.id"))
        }
    }

    fn check_sessions(&self) -> Result<(), Refusal> {
        let Some(period) = self.content.period else {
            return Ok(());
        };
        let mut violations = Violations::new();
        for session in self.agenda.outside(&period) {
            let starts_too_soon = session.period.start() < period.start();
            let field = if starts_too_soon {
                "event.start_time"
            } else {
                "event.end_time"
            };
            violations.add(
                field,
                "SESSION_OUTSIDE_EVENT",
                format!("must leave room for {:?}", session.title),
            );
        }
        if violations.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(violations))
        }
    }

    fn check_within(&self, session: &Session) -> Result<(), Refusal> {
        let Some(period) = self.content.period else {
            return Ok(());
        };
        let mut violations = Violations::new();
        let (start, end) = (session.period.start(), session.period.end());
        let starts_within = period.start() <= start && start < period.end();
        let (reason, description) = ("SESSION_OUTSIDE_EVENT", "must be within the event");
        violations.check("session.start_time", starts_within, reason, description);
        violations.check("session.end_time", end <= period.end(), reason, description);
        if violations.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(violations))
        }
    }
}

fn require(missing: Violations) -> Result<(), Refusal> {
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Refusal::Incomplete(missing))
    }
}

#[cfg(test)]
mod tests;
