//! The demo event: what somebody who has just started the platform finds on it.

use anyhow::Context as _;
use kit_core::ids::{EventId, OrganizationId, SpeakerId, UserId};
use kit_core::{Clock, Rng};
use kit_pg::{Pool, Transaction};
use time::{Duration, OffsetDateTime};

use crate::commands::create_session::{self, CreateSession};
use crate::commands::create_speaker::{self, CreateSpeaker};
use crate::commands::{approve_event, create_event, publish_event, submit_event};
use crate::domain::{EventChange, Mint, Organization, Period, Step, User, Visibility};
use crate::store;

const TITLE: &str = "Welcome to Plenary";
const SUMMARY: &str = "A demo event with an open stage: get a free ticket, walk in, and say hello.";
const DESCRIPTION: &str = include_str!("seed/welcome.md");
/// How long the demo event goes on. When it is over, the next start makes a new one.
const DURATION: Duration = Duration::days(14);
/// Events that are looked at for a demo that is still on.
const LOOK_MAX: i64 = 100;

/// Whose demo event it is.
#[derive(Clone, Debug)]
pub struct DemoOwner {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Its name.
    pub organization_name: String,
    /// The member in whose name the event is made and reviewed.
    pub user_id: UserId,
}

/// The demo event with one session that has a live room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoEvent {
    /// Published and public.
    pub event_id: EventId,
    /// Whether it was made by this call.
    pub is_new: bool,
}

/// Makes the demo event, unless the organization has one that is not over: through the commands that the gRPC methods
/// run, in one transaction, so that there is a whole one or none. May run in several processes at the same time.
///
/// # Errors
/// The database failed.
pub async fn seed_demo(pool: &Pool, clock: &Clock, rng: &Rng, owner: &DemoOwner) -> anyhow::Result<DemoEvent> {
    let mut tx = pool.begin().await?;
    store::list::lock_seed(&mut tx).await?;
    let found = find(&mut tx, owner, clock.now()).await?;
    let demo = match found {
        Some(event_id) => DemoEvent {
            event_id,
            is_new: false,
        },
        None => {
            let made = make(&mut tx, owner, Mint { clock, rng }).await;
            DemoEvent {
                event_id: made.context("the demo event could not be made")?,
                is_new: true,
            }
        }
    };
    tx.commit().await?;
    Ok(demo)
}

async fn find(tx: &mut Transaction, owner: &DemoOwner, now: OffsetDateTime) -> anyhow::Result<Option<EventId>> {
    let events = store::list::mine(tx, &[owner.organization_id], TITLE, None, LOOK_MAX).await?;
    let mut open = events.into_iter().filter(|event| {
        let is_open = matches!(event.state.step(), Step::Published | Step::Live);
        is_open && event.period.is_some_and(|period| period.end() > now)
    });
    Ok(open.next().map(|event| event.id))
}

async fn make(tx: &mut Transaction, owner: &DemoOwner, mint: Mint<'_>) -> anyhow::Result<EventId> {
    let user = User {
        id: owner.user_id,
        organizations: [owner.organization_id].into(),
        administrator: true,
        verified_email: None,
    };
    let organization = Organization {
        id: owner.organization_id,
        name: owner.organization_name.clone(),
    };
    let start = whole_hour(mint.clock.now());
    let end = start + DURATION;
    let change = EventChange {
        summary: Some(SUMMARY.parse()?),
        description: Some(DESCRIPTION.parse()?),
        start: Some(Some(start)),
        end: Some(Some(end)),
        visibility: Some(Visibility::Public),
        ..EventChange::default()
    };
    let event = create_event::run(tx, organization, TITLE.parse()?, change, mint)
        .await?
        .id;
    let speaker = add_speaker(tx, &user, event, mint).await?;
    let sessions = [
        (
            "Open stage",
            "Come in, switch your camera on, and talk.",
            Period::new(start, end)?,
            true,
        ),
        (
            "A look around",
            "Where everything is.",
            Period::new(start, start + Duration::HOUR)?,
            false,
        ),
    ];
    for (title, summary, period, has_live_room) in sessions {
        let speakers = if has_live_room { vec![speaker] } else { Vec::new() };
        let (title, summary) = (title.parse()?, summary.parse()?);
        let session = CreateSession {
            event,
            title,
            summary,
            period,
            has_live_room,
            speakers,
        };
        create_session::run(tx, &user, session, mint).await?;
    }
    submit_event::run(tx, &user, event, mint).await?;
    approve_event::run(tx, &user, event, mint).await?;
    publish_event::run(tx, &user, event, mint).await?;
    Ok(event)
}

async fn add_speaker(tx: &mut Transaction, user: &User, event: EventId, mint: Mint<'_>) -> anyhow::Result<SpeakerId> {
    let speaker = CreateSpeaker {
        event,
        name: "You".parse()?,
        tagline: "Host of the open stage".parse()?,
        biography: "Whoever goes live first.".parse()?,
        picture: None,
    };
    Ok(create_speaker::run(tx, user, speaker, mint).await?.0.id)
}

/// The beginning of the hour: the demo has just begun.
fn whole_hour(now: OffsetDateTime) -> OffsetDateTime {
    let seconds = now.unix_timestamp();
    OffsetDateTime::from_unix_timestamp(seconds - seconds.rem_euclid(3600)).unwrap_or(now)
}
