//! A copy of an event: everything that an organizer wrote, in a new draft, as many days later as they like.

use kit_core::ids::{EventId, ImageId, SessionId, SpeakerId};
use kit_core::{Clock, Rng, Zone};
use time::{Duration, OffsetDateTime};

use super::calendar::days_later;
use super::{Agenda, Content, Event, Image, Period, Refusal, Session, Speaker, State, Title};

/// Where a copy takes its new identifiers from.
#[derive(Clone, Copy, Debug)]
pub struct Mint<'a> {
    /// When they are born.
    pub clock: &'a Clock,
    /// What makes them unguessable.
    pub rng: &'a Rng,
}

/// A copy, and which of its images shows what which one of the original shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// A draft.
    pub event: Event,
    /// From the original's image to the copy's.
    pub images: Vec<(ImageId, ImageId)>,
}

/// A moved event and its moved sessions, in their order.
type Times = (Option<Period>, Vec<Period>);

impl Event {
    /// Copies it, `days` later. Without a title it is called "Copy of …".
    ///
    /// Days are those of the event's zone, so that times of day stay as they are. Where the change to or from summer
    /// time leaves no such times (a session in the hour that is leapt over), everything moves by the same span instead.
    pub fn copy(&self, title: Option<Title>, days: i32, mint: Mint<'_>) -> Result<Copied, Refusal> {
        let now = mint.clock.now();
        let (period, sessions) = self.shifted(days)?;
        let used = self
            .used_images()
            .map(|image| (image, ImageId::new(mint.clock, mint.rng)));
        let used: Vec<(Image, ImageId)> = used.collect();
        let renew = |old: ImageId| used.iter().find(|(image, _)| image.id == old).map(|(_, new)| *new);
        let content = Content {
            title: title.unwrap_or_else(|| self.copy_title()),
            period,
            cover: self.content.cover.and_then(renew),
            ..self.content.clone()
        };
        let event = Self {
            id: EventId::new(mint.clock, mint.rng),
            organization: self.organization.clone(),
            content,
            agenda: self.agenda.copy(sessions, renew, mint),
            images: used.iter().map(|(image, new)| Image { id: *new, ..*image }).collect(),
            state: State::Draft,
            version: 1,
            create_time: now,
            update_time: now,
        };
        Ok(Copied {
            event,
            images: used.iter().map(|(image, new)| (image.id, *new)).collect(),
        })
    }

    fn copy_title(&self) -> Title {
        let title: String = format!("Copy of {}", self.content.title).chars().take(120).collect();
        title.parse().unwrap_or_else(|_| self.content.title.clone())
    }

    /// The images that the copy needs: those that are shown.
    fn used_images(&self) -> impl Iterator<Item = Image> {
        let pictures = self.agenda.speakers.iter().filter_map(|speaker| speaker.picture);
        let mut used: Vec<ImageId> = self.content.cover.into_iter().chain(pictures).collect();
        used.sort_unstable();
        used.dedup();
        used.into_iter().filter_map(|id| self.image(id))
    }

    fn shifted(&self, days: i32) -> Result<Times, Refusal> {
        let by_calendar = self.times(|period| shift(period, &self.content.time_zone, days));
        let sound = by_calendar.filter(|(event, sessions)| {
            event.is_none_or(|event| sessions.iter().all(|session| event.contains(session)))
        });
        sound
            .or_else(|| self.times(|period| period.moved(self.span(days)?).ok()))
            .ok_or_else(|| {
                Refusal::field(
                    "shift_days",
                    "YEAR_OUT_OF_RANGE",
                    "must lead to a year from 2000 to 2200",
                )
            })
    }

    fn times(&self, moved: impl Fn(Period) -> Option<Period>) -> Option<Times> {
        let event = match self.content.period {
            Some(period) => Some(moved(period)?),
            None => None,
        };
        let sessions = self
            .agenda
            .sessions
            .iter()
            .map(|session| moved(session.period))
            .collect::<Option<_>>()?;
        Some((event, sessions))
    }

    /// By how much the start moves when it keeps its time of day.
    fn span(&self, days: i32) -> Option<Duration> {
        match self.content.period {
            Some(period) => Some(days_later(&self.content.time_zone, period.start(), days)? - period.start()),
            None => Some(Duration::days(i64::from(days))),
        }
    }
}

impl Agenda {
    fn copy(&self, periods: Vec<Period>, image: impl Fn(ImageId) -> Option<ImageId>, mint: Mint<'_>) -> Self {
        let renewed: Vec<(SpeakerId, SpeakerId)> = self
            .speakers
            .iter()
            .map(|speaker| (speaker.id, SpeakerId::new(mint.clock, mint.rng)))
            .collect();
        let renew = |old: &SpeakerId| renewed.iter().find(|(id, _)| id == old).map(|(_, new)| *new);
        let sessions = self.sessions.iter().zip(periods).map(|(session, period)| Session {
            id: SessionId::new(mint.clock, mint.rng),
            period,
            speakers: session.speakers.iter().filter_map(renew).collect(),
            ..session.clone()
        });
        let speakers = self.speakers.iter().zip(&renewed).map(|(speaker, (_, id))| Speaker {
            id: *id,
            picture: speaker.picture.and_then(&image),
            ..speaker.clone()
        });
        let mut agenda = Self {
            sessions: sessions.collect(),
            speakers: speakers.collect(),
        };
        agenda.sort();
        agenda
    }
}

fn shift(period: Period, zone: &Zone, days: i32) -> Option<Period> {
    let later = |instant: OffsetDateTime| days_later(zone, instant, days);
    Period::new(later(period.start())?, later(period.end())?).ok()
}

#[cfg(test)]
mod tests;
