//! A copy equals its original but for identifiers, times and state: for every event that there may be.

use kit_core::ids::OrganizationId;
use kit_core::{ManualClock, Rng};
use proptest::prelude::*;
use time::macros::datetime;

use super::*;
use crate::domain::{Organization, Visibility};

const ZONES: [&str; 6] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
];

/// Offsets in minutes: the event's length, and for each session its start and its length.
type Plan = (i64, Vec<(u16, u16)>);

fn plans() -> impl Strategy<Value = Plan> {
    (30_i64..31 * 24 * 60, prop::collection::vec(any::<(u16, u16)>(), 0..6))
}

prop_compose! {
    /// An event of 2026 with sessions somewhere within it, speakers, and pictures for some of them.
    fn events()(
        minute in 0_i64..365 * 24 * 60,
        timed in prop::bool::weighted(0.9),
        (length, slots) in plans(),
        zone in prop::sample::select(&ZONES[..]),
        visibility in prop::sample::select(&Visibility::ALL[..]),
        speakers in 0_usize..4,
        pictures in prop::collection::vec(any::<bool>(), 4),
        has_cover in any::<bool>(),
        title in "[a-z]{1,120}",
        seed in any::<u64>(),
    ) -> Event {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(seed));
        let start = datetime!(2026-01-01 00:00 UTC) + Duration::minutes(minute);
        let image = || Image { id: ImageId::new(&clock, &rng), width: 800, height: 600 };
        let images: Vec<Image> = (0..6).map(|_| image()).collect();
        let speakers: Vec<Speaker> = (0..speakers).map(|index| Speaker {
            id: SpeakerId::new(&clock, &rng),
            name: format!("Speaker {index}").parse().expect("fits"),
            tagline: "Speaks".parse().expect("fits"),
            biography: "Has spoken".parse().expect("fits"),
            picture: pictures[index].then_some(images[index].id),
        }).collect();
        let sessions = slots.iter().enumerate().map(|(index, (from, take))| {
            let from = i64::from(*from) % (length - 1);
            let take = 1 + i64::from(*take) % (length - from);
            let start = start + Duration::minutes(from);
            Session {
                id: SessionId::new(&clock, &rng),
                title: format!("Session {index}").parse().expect("fits"),
                summary: "About it".parse().expect("fits"),
                period: Period::new(start, start + Duration::minutes(take)).expect("in order"),
                has_live_room: index % 2 == 0,
                speakers: speakers.iter().skip(index).map(|speaker| speaker.id).collect(),
            }
        }).collect();
        let mut agenda = Agenda { sessions, speakers };
        agenda.sort();
        let period = Period::new(start, start + Duration::minutes(length)).expect("within a month");
        Event {
            id: EventId::new(&clock, &rng),
            organization: Organization { id: OrganizationId::new(&clock, &rng), name: "Ada's".to_owned() },
            content: Content {
                summary: "Short".parse().expect("fits"),
                description: "# Long".parse().expect("fits"),
                period: timed.then_some(period),
                time_zone: zone.parse().expect("a zone"),
                visibility,
                cover: has_cover.then_some(images[4].id),
                cover_alt: "A hall".parse().expect("fits"),
                ..Content::titled(title.parse().expect("fits"))
            },
            agenda,
            images,
            state: State::Approved { submit_time: clock.now() },
            version: 7,
            create_time: clock.now(),
            update_time: clock.now(),
        }
    }
}

/// What is left of an event without identifiers and times: sessions name their speakers and pictures by place.
#[derive(Debug, PartialEq)]
struct Essence {
    content: Content,
    organization: Organization,
    cover: Option<usize>,
    speakers: Vec<(String, String, String, Option<usize>)>,
    sessions: Vec<(String, String, bool, Vec<usize>)>,
}

fn essence(event: &Event, shown: &[ImageId]) -> Essence {
    let place = |id: ImageId| shown.iter().position(|image| *image == id).expect("a shown image");
    let speaks = |id: &SpeakerId| {
        event
            .agenda
            .speakers
            .iter()
            .position(|speaker| speaker.id == *id)
            .expect("a speaker")
    };
    // Two sessions that start together may change places where clocks leap; their titles tell them apart.
    let mut sessions: Vec<_> = event
        .agenda
        .sessions
        .iter()
        .map(|session| {
            let speakers = session.speakers.iter().map(speaks).collect();
            (
                session.title.to_string(),
                session.summary.to_string(),
                session.has_live_room,
                speakers,
            )
        })
        .collect();
    sessions.sort();
    Essence {
        content: Content {
            period: None,
            cover: None,
            ..event.content.clone()
        },
        organization: event.organization.clone(),
        cover: event.content.cover.map(place),
        speakers: event
            .agenda
            .speakers
            .iter()
            .map(|speaker| {
                let Speaker {
                    id: _,
                    name,
                    tagline,
                    biography,
                    picture,
                } = speaker;
                (
                    name.to_string(),
                    tagline.to_string(),
                    biography.to_string(),
                    picture.map(place),
                )
            })
            .collect(),
        sessions,
    }
}

fn local_minutes(event: &Event, instant: OffsetDateTime) -> time::PrimitiveDateTime {
    let local = event.content.time_zone.local(instant);
    time::PrimitiveDateTime::new(local.date(), local.time())
}

proptest! {
    #[test]
    fn a_copy_is_the_same_but_for_identifiers_times_and_state(original in events(), days in -3_660..3_660_i32) {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(99));
        let title = original.content.title.clone();
        let copied = original.copy(Some(title), days, Mint { clock: &clock, rng: &rng }).expect("in range");
        let (old, new): (Vec<_>, Vec<_>) = copied.images.iter().copied().unzip();
        let copy = copied.event;

        prop_assert_eq!(essence(&copy, &new), essence(&original, &old));
        prop_assert_eq!((&copy.state, copy.version), (&State::Draft, 1));
        prop_assert_ne!(copy.id, original.id);
        prop_assert!(copy.agenda.sessions.iter().all(|session| original.agenda.session(session.id).is_none()));
        prop_assert!(copy.agenda.speakers.iter().all(|speaker| original.agenda.speaker(speaker.id).is_none()));
        prop_assert!(copy.images.iter().all(|image| original.image(image.id).is_none()));

        prop_assert_eq!(copy.content.period.is_some(), original.content.period.is_some());
        if let Some((before, after)) = original.content.period.zip(copy.content.period) {
            let outside = copy.agenda.sessions.iter().find(|session| !after.contains(&session.period));
            prop_assert!(outside.is_none(), "{outside:?} of {after:?}");
            let wanted = local_minutes(&original, before.start()) + Duration::days(i64::from(days));
            let leap = local_minutes(&copy, after.start()) - wanted;
            prop_assert!(leap.is_zero() || leap <= Duration::HOUR, "{leap}");
        }
    }

    #[test]
    fn a_copy_of_today_keeps_every_instant(original in events()) {
        let (clock, rng) = (ManualClock::fixed().clock(), Rng::seeded(99));
        let copy = original.copy(None, 0, Mint { clock: &clock, rng: &rng }).expect("in range").event;
        prop_assert_eq!(copy.content.period, original.content.period);
        let periods = |event: &Event| event.agenda.sessions.iter().map(|session| session.period).collect::<Vec<_>>();
        prop_assert_eq!(periods(&copy), periods(&original));
        prop_assert!(copy.content.title.as_str().starts_with("Copy of "));
    }
}
