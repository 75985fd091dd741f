//! Edits: what they take with them, what they take away, and what they may not.

use kit_core::ids::{SessionId, SpeakerId};
use kit_core::{Clock, Fault as _, ManualClock, Rng};
use time::Duration;
use time::macros::datetime;

use super::*;
use crate::domain::{EventChange, Period, PeriodError, RejectionReason, SessionChange, Speaker, Step, Visibility};

const NOW: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const START: OffsetDateTime = datetime!(2026-06-01 09:00 UTC);
const END: OffsetDateTime = datetime!(2026-06-01 17:00 UTC);

struct World {
    clock: Clock,
    rng: Rng,
}

impl World {
    fn new() -> Self {
        Self {
            clock: ManualClock::fixed().clock(),
            rng: Rng::seeded(1),
        }
    }

    /// A complete draft from nine to five with one session from ten to eleven.
    fn event(&self) -> Event {
        let organization = Organization {
            id: OrganizationId::new(&self.clock, &self.rng),
            name: "Ada's".to_owned(),
        };
        let change = EventChange {
            description: Some("All of it".parse().expect("fits")),
            start: Some(Some(START)),
            end: Some(Some(END)),
            ..EventChange::default()
        };
        let title = "A day".parse().expect("fits");
        let event = Event::draft(EventId::new(&self.clock, &self.rng), organization, title, change, NOW);
        let session = self.session(START + Duration::HOUR, START + Duration::hours(2));
        event
            .and_then(|event| event.add_session(session, NOW))
            .expect("within the event")
            .event
    }

    fn session(&self, start: OffsetDateTime, end: OffsetDateTime) -> Session {
        Session {
            id: SessionId::new(&self.clock, &self.rng),
            title: "Opening".parse().expect("fits"),
            summary: "".parse().expect("fits"),
            period: Period::new(start, end).expect("in order"),
            has_live_room: true,
            speakers: Vec::new(),
        }
    }

    fn approved(&self) -> Event {
        self.event()
            .submit(NOW)
            .and_then(|changed| changed.event.approve(NOW))
            .expect("complete")
            .event
    }

    fn published(&self) -> Event {
        self.approved().publish(NOW).expect("approved").event
    }
}

fn times(start: OffsetDateTime, end: OffsetDateTime) -> EventChange {
    EventChange {
        start: Some(Some(start)),
        end: Some(Some(end)),
        ..EventChange::default()
    }
}

fn title(text: &str) -> EventChange {
    EventChange {
        title: Some(text.parse().expect("fits")),
        ..EventChange::default()
    }
}

fn reasons(refusal: Refusal) -> Vec<(String, &'static str)> {
    match refusal {
        Refusal::Invalid(violations) | Refusal::Incomplete(violations) => violations
            .iter()
            .map(|violation| (violation.field.clone(), violation.reason))
            .collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn material_edits_take_an_approval_away_and_others_do_not() {
    let world = World::new();
    let summary = EventChange {
        summary: Some("Short".parse().expect("fits")),
        ..EventChange::default()
    };
    let private = EventChange {
        visibility: Some(Visibility::Private),
        ..EventChange::default()
    };
    let later = times(START, END + Duration::HOUR);
    for (change, expected) in [
        (title("Another day"), Step::Draft),
        (private, Step::Draft),
        (later, Step::Draft),
        (summary, Step::Approved),
    ] {
        let changed = world.approved().change(change.clone(), NOW).expect("may be edited");
        assert_eq!(
            (changed.event.state.step(), changed.fact),
            (expected, None),
            "{change:?}"
        );
    }
}

#[test]
fn an_edit_that_changes_nothing_is_none() {
    let event = World::new().approved();
    let same = event.clone().change(title("A day"), NOW).expect("may be edited");
    assert_eq!(same, Changed { event, fact: None });
}

#[test]
fn any_edit_of_a_rejected_event_makes_it_a_draft() {
    let world = World::new();
    let reason: RejectionReason = "Too short".parse().expect("fits");
    let submitted = world.event().submit(NOW).expect("complete").event;
    let rejected = submitted.reject(reason, NOW).expect("submitted").event;
    let session = world.session(START, END);
    assert_eq!(
        rejected
            .clone()
            .add_session(session, NOW)
            .expect("may be edited")
            .event
            .state,
        State::Draft
    );
    assert_eq!(
        rejected.change_guests(NOW).expect("may be edited").event.state,
        State::Draft
    );
}

#[test]
fn what_is_submitted_or_over_is_not_edited() {
    let world = World::new();
    let submitted = world.event().submit(NOW).expect("complete").event;
    let ended = world.published().end(NOW).expect("published").event;
    for event in [submitted, ended] {
        let refused = Refusal::NotEditable(event.state.step());
        assert_eq!(event.clone().change(title("New"), NOW), Err(refused.clone()));
        assert_eq!(event.clone().change(title("A day"), NOW), Err(refused.clone()));
        assert_eq!(event.add_session(world.session(START, END), NOW), Err(refused));
    }
}

#[test]
fn an_event_that_is_moved_takes_its_sessions_with_it() {
    let event = World::new().event();
    let by = Duration::days(7);
    let moved = event
        .clone()
        .change(times(START + by, END + by), NOW)
        .expect("in range")
        .event;
    let before = event.agenda.sessions[0].period;
    assert_eq!(moved.agenda.sessions[0].period, before.moved(by).expect("in range"));
    let longer = event
        .clone()
        .change(times(START, END + by), NOW)
        .expect("in range")
        .event;
    assert_eq!(longer.agenda, event.agenda);
}

#[test]
fn sessions_stay_within_the_event() {
    let world = World::new();
    let event = world.event();
    let shrunk = event
        .clone()
        .change(times(START + Duration::hours(2), END), NOW)
        .expect_err("leaves one out");
    assert_eq!(
        reasons(shrunk),
        [("event.start_time".to_owned(), "SESSION_OUTSIDE_EVENT")]
    );
    let outside = world.session(END - Duration::HOUR, END + Duration::HOUR);
    let refused = event.clone().add_session(outside.clone(), NOW).expect_err("too long");
    assert_eq!(
        reasons(refused),
        [("session.end_time".to_owned(), "SESSION_OUTSIDE_EVENT")]
    );
    let change = SessionChange {
        start: Some(START - Duration::HOUR),
        ..SessionChange::default()
    };
    let refused = event
        .clone()
        .change_session(event.agenda.sessions[0].id, change, NOW)
        .expect_err("too early");
    assert_eq!(
        reasons(refused),
        [("session.start_time".to_owned(), "SESSION_OUTSIDE_EVENT")]
    );
}

#[test]
fn only_those_who_know_the_time_are_told_that_it_changed() {
    let world = World::new();
    let change = || times(START, END + Duration::HOUR);
    assert_eq!(world.event().change(change(), NOW).expect("a draft").fact, None);
    assert_eq!(
        world.published().change(change(), NOW).expect("open").fact,
        Some(Fact::Rescheduled)
    );
    assert_eq!(world.published().change(title("New"), NOW).expect("open").fact, None);
}

#[test]
fn an_incomplete_event_is_neither_submitted_nor_made_of_an_open_one() {
    let world = World::new();
    let organization = world.event().organization;
    let id = EventId::new(&world.clock, &world.rng);
    let empty = Event::draft(
        id,
        organization,
        "A day".parse().expect("fits"),
        EventChange::default(),
        NOW,
    );
    let missing = reasons(empty.expect("a title is enough").submit(NOW).expect_err("incomplete"));
    let fields: Vec<&str> = missing.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(
        fields,
        ["event.start_time", "event.end_time", "event.description_markdown"]
    );

    let nothing = EventChange {
        description: Some("".parse().expect("fits")),
        ..EventChange::default()
    };
    let refused = world.published().change(nothing, NOW).expect_err("others read it");
    assert_eq!(
        reasons(refused),
        [("event.description_markdown".to_owned(), "REQUIRED")]
    );

    let late = world.event().submit(END).expect_err("it is over");
    assert_eq!(reasons(late), [("event.end_time".to_owned(), "IN_THE_PAST")]);
}

#[test]
fn times_come_and_go_together() {
    let event = World::new().event();
    let half = EventChange {
        end: Some(None),
        ..EventChange::default()
    };
    let refused = event.clone().change(half, NOW).expect_err("no end");
    assert_eq!(reasons(refused), [("event.end_time".to_owned(), "REQUIRED")]);
    let turned = event.clone().change(times(END, START), NOW).expect_err("turned around");
    assert_eq!(
        reasons(turned),
        [("event.end_time".to_owned(), PeriodError::Order.reason())]
    );
    let none = EventChange {
        start: Some(None),
        end: Some(None),
        ..EventChange::default()
    };
    assert_eq!(event.change(none, NOW).expect("a draft").event.content.period, None);
}

#[test]
fn only_pictures_of_the_event_are_shown() {
    let world = World::new();
    let mut event = world.event();
    let id = ImageId::new(&world.clock, &world.rng);
    let cover = EventChange {
        cover: Some(Some(id)),
        ..EventChange::default()
    };
    let refused = event.clone().change(cover.clone(), NOW).expect_err("not uploaded");
    assert_eq!(reasons(refused), [("event.cover.id".to_owned(), "IMAGE_NOT_FOUND")]);
    event.images.push(Image {
        id,
        width: 1,
        height: 1,
    });
    assert_eq!(
        event.change(cover, NOW).expect("uploaded").event.content.cover,
        Some(id)
    );
}

#[test]
fn a_removed_speaker_is_gone_from_sessions() {
    let world = World::new();
    let id = SpeakerId::new(&world.clock, &world.rng);
    let speaker = Speaker {
        id,
        name: "Ada".parse().expect("fits"),
        tagline: "".parse().expect("fits"),
        biography: "".parse().expect("fits"),
        picture: None,
    };
    let event = world.event();
    let session = event.agenda.sessions[0].id;
    let speaks = SessionChange {
        speakers: Some(vec![id]),
        ..SessionChange::default()
    };
    let unknown = event.clone().change_session(session, speaks.clone(), NOW);
    assert_eq!(unknown, Err(Refusal::SpeakerNotFound));
    let event = event
        .add_speaker(speaker, NOW)
        .and_then(|changed| changed.event.change_session(session, speaks, NOW));
    let event = event.expect("a speaker of the event").event;
    assert_eq!(event.agenda.sessions[0].speakers, [id]);
    let event = event.remove_speaker(id, NOW).expect("there").event;
    assert!(event.agenda.speakers.is_empty() && event.agenda.sessions[0].speakers.is_empty());
    assert_eq!(event.version, 5);
}

#[test]
fn an_etag_names_one_version() {
    let event = World::new().event();
    assert_eq!(event.check_etag(""), Ok(()));
    assert_eq!(event.check_etag(&event.etag()), Ok(()));
    let changed = event.clone().change(title("New"), NOW).expect("a draft").event;
    assert_eq!(changed.check_etag(&event.etag()), Err(Refusal::EtagMismatch));
}
