//! How what is written about an event changes.

use kit_core::ids::{SessionId, SpeakerId};
use time::OffsetDateTime;

use super::{Changed, Event, Fact, Transition, require};
use crate::domain::{Agenda, Content, EventChange, Refusal, Session, SessionChange, Speaker, SpeakerChange, State};

impl Event {
    /// Refuses a change by somebody who has not seen the last one. Without an etag they mean to overwrite.
    pub fn check_etag(&self, etag: &str) -> Result<(), Refusal> {
        if etag.is_empty() || etag == self.etag() {
            Ok(())
        } else {
            Err(Refusal::EtagMismatch)
        }
    }

    /// Names this version.
    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }

    /// Changes its content. An event that is moved as a whole takes its sessions with it.
    pub fn change(self, change: EventChange, now: OffsetDateTime) -> Transition {
        let content = self.content.clone().changed(change)?;
        let moved = self
            .content
            .period
            .zip(content.period)
            .and_then(|(before, after)| before.offset_to(&after));
        let agenda = match moved {
            Some(by) if !by.is_zero() => self.agenda.clone().moved(by)?,
            _ => self.agenda.clone(),
        };
        self.edited(content, agenda, now)
    }

    /// Adds a session.
    pub fn add_session(self, session: Session, now: OffsetDateTime) -> Transition {
        self.check_within(&session)?;
        let agenda = self.agenda.clone().with_session(session)?;
        self.with_agenda(agenda, now)
    }

    /// Changes a session.
    pub fn change_session(self, id: SessionId, change: SessionChange, now: OffsetDateTime) -> Transition {
        let agenda = self.agenda.clone().change_session(id, change)?;
        agenda
            .session(id)
            .map_or(Ok(()), |session| self.check_within(session))?;
        self.with_agenda(agenda, now)
    }

    /// Removes a session.
    pub fn remove_session(self, id: SessionId, now: OffsetDateTime) -> Transition {
        let agenda = self.agenda.clone().without_session(id)?;
        self.with_agenda(agenda, now)
    }

    /// Adds a speaker.
    pub fn add_speaker(self, speaker: Speaker, now: OffsetDateTime) -> Transition {
        let agenda = self.agenda.clone().with_speaker(speaker)?;
        self.with_agenda(agenda, now)
    }

    /// Changes a speaker.
    pub fn change_speaker(self, id: SpeakerId, change: SpeakerChange, now: OffsetDateTime) -> Transition {
        let agenda = self.agenda.clone().change_speaker(id, change)?;
        self.with_agenda(agenda, now)
    }

    /// Removes a speaker.
    pub fn remove_speaker(self, id: SpeakerId, now: OffsetDateTime) -> Transition {
        let agenda = self.agenda.clone().without_speaker(id)?;
        self.with_agenda(agenda, now)
    }

    /// Notes that its guest list was changed.
    pub fn change_guests(self, now: OffsetDateTime) -> Transition {
        let state = self.editable(false)?;
        Ok(self.moved_on(state, None, now))
    }

    /// Whether it may be changed at all.
    pub fn check_editable(&self) -> Result<(), Refusal> {
        self.editable(false).map(drop)
    }

    fn with_agenda(self, agenda: Agenda, now: OffsetDateTime) -> Transition {
        let content = self.content.clone();
        self.edited(content, agenda, now)
    }

    /// An edit that changes nothing is none: it neither moves the etag nor takes an approval away.
    fn edited(self, content: Content, agenda: Agenda, now: OffsetDateTime) -> Transition {
        let rescheduled = content.period != self.content.period;
        let renamed = content.title != self.content.title;
        let material = rescheduled || renamed || content.visibility != self.content.visibility;
        let state = self.editable(material)?;
        if content == self.content && agenda == self.agenda {
            return Ok(Changed {
                event: self,
                fact: None,
            });
        }
        let changed = self.moved_on(state, None, now);
        let event = Self {
            content,
            agenda,
            ..changed.event
        };
        event.check_images()?;
        event.check_sessions()?;
        if event.state != State::Draft {
            require(event.missing())?;
        }
        let fact = (rescheduled && event.state.is_open()).then_some(Fact::Rescheduled);
        Ok(Changed { event, fact })
    }

    fn editable(&self, material: bool) -> Result<State, Refusal> {
        self.state
            .clone()
            .edit(material)
            .map_err(|wrong| Refusal::NotEditable(wrong.from))
    }
}
