//! The sessions and speakers of an event.

use kit_core::Violations;
use kit_core::ids::{ImageId, SessionId, SpeakerId};
use time::OffsetDateTime;

use super::limits::{SESSIONS_MAX, SPEAKERS_MAX};
use super::{Biography, Period, Refusal, SessionSummary, SpeakerName, Tagline, Title};

/// What happens at an event, and who speaks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agenda {
    /// By start, then by title.
    pub sessions: Vec<Session>,
    /// In the order that the organizer chose.
    pub speakers: Vec<Speaker>,
}

/// A part of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Its name.
    pub title: Title,
    /// What it is about.
    pub summary: SessionSummary,
    /// When it takes place, within the event.
    pub period: Period,
    /// Whether it has a live room.
    pub has_live_room: bool,
    /// Speakers of the event, each once.
    pub speakers: Vec<SpeakerId>,
}

/// Somebody who speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// Which.
    pub id: SpeakerId,
    /// Their name.
    pub name: SpeakerName,
    /// Their role and company.
    pub tagline: Tagline,
    /// Who they are.
    pub biography: Biography,
    /// One of the event's images.
    pub picture: Option<ImageId>,
}

/// What to change of a session; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionChange {
    /// New title.
    pub title: Option<Title>,
    /// New summary.
    pub summary: Option<SessionSummary>,
    /// New start.
    pub start: Option<OffsetDateTime>,
    /// New end.
    pub end: Option<OffsetDateTime>,
    /// Whether it shall have a live room.
    pub has_live_room: Option<bool>,
    /// New speakers, each once.
    pub speakers: Option<Vec<SpeakerId>>,
}

/// What to change of a speaker; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpeakerChange {
    /// New name.
    pub name: Option<SpeakerName>,
    /// New tagline.
    pub tagline: Option<Tagline>,
    /// New biography.
    pub biography: Option<Biography>,
    /// New picture, or none.
    pub picture: Option<Option<ImageId>>,
}

// === impl Agenda ===

impl Agenda {
    /// A session by its id.
    pub fn session(&self, id: SessionId) -> Option<&Session> {
        self.sessions.iter().find(|session| session.id == id)
    }

    /// A speaker by their id.
    pub fn speaker(&self, id: SpeakerId) -> Option<&Speaker> {
        self.speakers.iter().find(|speaker| speaker.id == id)
    }

    /// The agenda with one more session.
    pub(super) fn with_session(mut self, session: Session) -> Result<Self, Refusal> {
        if self.sessions.len() >= SESSIONS_MAX {
            return Err(Refusal::TooManySessions);
        }
        self.check_speakers(&session)?;
        self.sessions.push(session);
        self.sort();
        Ok(self)
    }

    /// The agenda with a session changed.
    pub(super) fn change_session(mut self, id: SessionId, change: SessionChange) -> Result<Self, Refusal> {
        let found = self
            .sessions
            .iter()
            .position(|session| session.id == id)
            .ok_or(Refusal::SessionNotFound)?;
        let session = self.sessions.remove(found).changed(change)?;
        self.check_speakers(&session)?;
        self.sessions.push(session);
        self.sort();
        Ok(self)
    }

    /// The agenda without a session.
    pub(super) fn without_session(mut self, id: SessionId) -> Result<Self, Refusal> {
        self.session(id).ok_or(Refusal::SessionNotFound)?;
        self.sessions.retain(|session| session.id != id);
        Ok(self)
    }

    /// The agenda with one more speaker, the last.
    pub(super) fn with_speaker(mut self, speaker: Speaker) -> Result<Self, Refusal> {
        if self.speakers.len() >= SPEAKERS_MAX {
            return Err(Refusal::TooManySpeakers);
        }
        self.speakers.push(speaker);
        Ok(self)
    }

    /// The agenda with a speaker changed.
    pub(super) fn change_speaker(mut self, id: SpeakerId, change: SpeakerChange) -> Result<Self, Refusal> {
        let found = self.speakers.iter_mut().find(|speaker| speaker.id == id);
        found.ok_or(Refusal::SpeakerNotFound)?.change(change);
        Ok(self)
    }

    /// The agenda without a speaker, in sessions too.
    pub(super) fn without_speaker(mut self, id: SpeakerId) -> Result<Self, Refusal> {
        self.speaker(id).ok_or(Refusal::SpeakerNotFound)?;
        self.speakers.retain(|speaker| speaker.id != id);
        for session in &mut self.sessions {
            session.speakers.retain(|speaker| *speaker != id);
        }
        Ok(self)
    }

    /// The agenda with every session `by` later.
    pub(super) fn moved(mut self, by: time::Duration) -> Result<Self, Refusal> {
        for session in &mut self.sessions {
            session.period = session.period.moved(by).map_err(|error| {
                Refusal::field(
                    "event.start_time",
                    kit_core::Fault::reason(&error),
                    "must keep the sessions in range",
                )
            })?;
        }
        Ok(self)
    }

    /// Puts the sessions into the order in which they are shown.
    pub(super) fn sort(&mut self) {
        self.sessions.sort_by(|a, b| a.place().cmp(&b.place()));
    }

    /// The sessions that `period` does not contain.
    pub(super) fn outside<'a>(&'a self, period: &'a Period) -> impl Iterator<Item = &'a Session> {
        self.sessions.iter().filter(|session| !period.contains(&session.period))
    }

    fn check_speakers(&self, session: &Session) -> Result<(), Refusal> {
        let known = session.speakers.iter().all(|id| self.speaker(*id).is_some());
        if known { Ok(()) } else { Err(Refusal::SpeakerNotFound) }
    }
}

// === impl Session ===

impl Session {
    /// What sessions are ordered by.
    fn place(&self) -> (OffsetDateTime, &str, SessionId) {
        (self.period.start(), self.title.as_str(), self.id)
    }

    fn changed(self, change: SessionChange) -> Result<Self, Refusal> {
        let mut violations = Violations::new();
        let start = change.start.unwrap_or(self.period.start());
        let end = change.end.unwrap_or(self.period.end());
        let period = violations.take("session.end_time", Period::new(start, end));
        let period = violations.finish(period).map_err(Refusal::Invalid)?;
        Ok(Self {
            id: self.id,
            title: change.title.unwrap_or(self.title),
            summary: change.summary.unwrap_or(self.summary),
            period,
            has_live_room: change.has_live_room.unwrap_or(self.has_live_room),
            speakers: change.speakers.unwrap_or(self.speakers),
        })
    }
}

// === impl Speaker ===

impl Speaker {
    fn change(&mut self, change: SpeakerChange) {
        let SpeakerChange {
            name,
            tagline,
            biography,
            picture,
        } = change;
        self.name = name.unwrap_or_else(|| self.name.clone());
        self.tagline = tagline.unwrap_or_else(|| self.tagline.clone());
        self.biography = biography.unwrap_or_else(|| self.biography.clone());
        self.picture = picture.unwrap_or(self.picture);
    }
}
