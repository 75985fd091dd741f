//! Nobody learns of an event that is not for them: visibility × life × viewer × everything that reads, compared with a
//! table; and whoever may not see an event gets to the last byte what they would get for one that never was.

use kit_core::ids::{EventId, SessionId};
use kit_rpc::{Role, UserCaller};
use kit_testing::Line;
use plenary_proto::events::v1 as pb;
use plenary_proto::events::v1::agenda_service_client::AgendaServiceClient;
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use tonic::{Code, Status};

use crate::world::{Plan, World};

/// An event's way through life, and whether it has been opened on it.
const LIVES: [(&str, &[&str]); 9] = [
    ("draft", &[]),
    ("submitted", &["submit"]),
    ("rejected", &["submit", "reject"]),
    ("approved", &["submit", "approve"]),
    ("called off unseen", &["submit", "approve", "cancel"]),
    ("published", &["submit", "approve", "publish"]),
    ("live", &["submit", "approve", "publish", "start"]),
    ("ended", &["submit", "approve", "publish", "end"]),
    ("called off", &["submit", "approve", "publish", "cancel"]),
];

/// Everybody, in the columns of the table.
const VIEWERS: [&str; 10] = [
    "nobody",
    "attendee",
    "guest",
    "guest, unconfirmed",
    "other team",
    "administrator",
    "service",
    "service for an attendee",
    "service for a guest",
    "team",
];

/// What each viewer sees of an event: nothing (`-`), the event (`v`), or one to manage (`m`).
fn sees(visibility: pb::EventVisibility, life: &str) -> &'static str {
    use pb::EventVisibility::{Private, Public, Unlisted};
    match (visibility, life) {
        (_, "draft") => "---------m",
        (_, "submitted" | "rejected" | "approved" | "called off unseen") => "-----v---m",
        (Public | Unlisted, _) => "vvvvvvvvvm",
        (Private, _) => "--v--vv-vm",
        other => panic!("{other:?}"),
    }
}

/// Whether everybody finds it.
fn is_found(visibility: pb::EventVisibility, life: &str) -> bool {
    visibility == pb::EventVisibility::Public && matches!(life, "published" | "live")
}

struct Stage {
    world: World,
    team: UserCaller,
    guest: UserCaller,
    attendee: UserCaller,
    others: UserCaller,
    administrator: UserCaller,
}

/// Somebody's line to the service.
struct Viewer<'a> {
    name: &'static str,
    line: Line,
    stage: &'a Stage,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        // An organizer each, so that the door lets all of them through to the lists for organizers.
        let (team, guest, attendee) = (world.organizer(), world.organizer(), world.organizer());
        let others = world.organizer();
        let administrator = UserCaller {
            roles: [Role::Administrator, Role::Organizer].into(),
            ..world.organizer()
        };
        Self {
            world,
            team,
            guest,
            attendee,
            others,
            administrator,
        }
    }

    fn viewers(&self) -> Vec<Viewer<'_>> {
        let app = &self.world.app;
        let line = |name: &str| match name {
            "nobody" => app.as_nobody("events"),
            "attendee" => app.as_user("events", &self.attendee),
            "guest" => app.as_user("events", &self.guest),
            "guest, unconfirmed" => app.as_user(
                "events",
                &UserCaller {
                    email_verified: false,
                    ..self.guest.clone()
                },
            ),
            "other team" => app.as_user("events", &self.others),
            "administrator" => app.as_user("events", &self.administrator),
            "service" => app.as_service("events", "notifications"),
            "service for an attendee" => app.on_behalf("events", "ticketing", &self.attendee),
            "service for a guest" => app.on_behalf("events", "live", &self.guest),
            "team" => app.as_user("events", &self.team),
            other => panic!("{other}"),
        };
        VIEWERS
            .into_iter()
            .map(|name| Viewer {
                name,
                line: line(name),
                stage: self,
            })
            .collect()
    }

    async fn event(&self, visibility: pb::EventVisibility, steps: &[&str]) -> pb::Event {
        let plan = Plan {
            visibility,
            ..Plan::default()
        };
        let event = self.world.draft(&self.team, plan).await;
        let request = pb::AddGuestsRequest {
            request_id: self.world.request_id(),
            event_id: event.id.clone(),
            emails: vec![self.guest.email.to_string()],
        };
        self.world.agenda(&self.team).add_guests(request).await.expect("added");
        for step in steps {
            let by = if matches!(*step, "approve" | "reject") {
                &self.administrator
            } else {
                &self.team
            };
            self.world
                .step(by, &event.id, step)
                .await
                .unwrap_or_else(|status| panic!("{step}: {status:?}"));
        }
        self.world.get(&self.team, &event.id).await.expect("one's own")
    }
}

impl Viewer<'_> {
    fn events(&self) -> EventServiceClient<Line> {
        EventServiceClient::new(self.line.clone())
    }

    /// What each of the reads of one event says of the caller's rights.
    async fn reads(&self, event: &str, session: &str) -> [Result<bool, Status>; 3] {
        let manages = |access: Option<pb::EventAccess>| access.map(|access| access.can_manage).expect("an answer");
        let request = pb::GetEventRequest {
            event_id: event.to_owned(),
        };
        let whole = self.events().get_event(request).await;
        let by_event = pb::GetEventAccessRequest {
            event_id: event.to_owned(),
            session_id: String::new(),
        };
        let by_event = self.events().get_event_access(by_event).await;
        let by_session = pb::GetEventAccessRequest {
            event_id: String::new(),
            session_id: session.to_owned(),
        };
        let by_session = self.events().get_event_access(by_session).await;
        [
            whole.map(|answer| manages(answer.into_inner().event.and_then(|event| event.access))),
            by_event.map(|answer| manages(answer.into_inner().access)),
            by_session.map(|answer| manages(answer.into_inner().access)),
        ]
    }

    async fn search(&self) -> Vec<String> {
        let request = pb::SearchEventsRequest {
            page_size: 100,
            ..Default::default()
        };
        let found = self
            .events()
            .search_events(request)
            .await
            .expect("for everybody")
            .into_inner();
        assert_eq!(found.next_page_token, "");
        found.events.into_iter().map(|event| event.id).collect()
    }

    async fn mine(&self) -> Vec<String> {
        let request = pb::ListMyEventsRequest {
            page_size: 100,
            ..Default::default()
        };
        match self.events().list_my_events(request).await {
            Ok(found) => found.into_inner().events.into_iter().map(|event| event.id).collect(),
            Err(refused) => self.refused_at_the_door(&refused),
        }
    }

    async fn queue(&self) -> Vec<String> {
        let request = pb::ListSubmittedEventsRequest {
            page_size: 100,
            ..Default::default()
        };
        match self.events().list_submitted_events(request).await {
            Ok(found) => found.into_inner().events.into_iter().map(|event| event.id).collect(),
            Err(refused) => self.refused_at_the_door(&refused),
        }
    }

    async fn guests(&self, event: &str) -> Result<(), Status> {
        let request = pb::ListGuestsRequest {
            event_id: event.to_owned(),
            ..Default::default()
        };
        AgendaServiceClient::new(self.line.clone())
            .list_guests(request)
            .await
            .map(drop)
    }

    fn refused_at_the_door(&self, refused: &Status) -> Vec<String> {
        let codes = [Code::PermissionDenied, Code::Unauthenticated];
        assert!(codes.contains(&refused.code()), "{}: {refused:?}", self.name);
        Vec::new()
    }

    /// What this viewer is told of an event that never was.
    async fn nothing(&self) -> Status {
        let (clock, rng) = (self.stage.world.app.clock(), kit_core::Rng::seeded(77));
        let (event, session) = (
            EventId::new(clock, &rng).to_string(),
            SessionId::new(clock, &rng).to_string(),
        );
        let [whole, by_event, by_session] = self
            .reads(&event, &session)
            .await
            .map(|read| read.expect_err("not there"));
        assert_eq!(bytes(&by_event), bytes(&whole));
        assert_eq!(bytes(&by_session), bytes(&whole));
        whole
    }
}

/// Everything of an answer that reaches its reader.
fn bytes(status: &Status) -> (Code, String, Vec<u8>) {
    (status.code(), status.message().to_owned(), status.details().to_vec())
}

#[tokio::test]
async fn everybody_reads_what_the_table_says_and_nothing_else() {
    let stage = Stage::new().await;
    let mut events = Vec::new();
    for visibility in [
        pb::EventVisibility::Public,
        pb::EventVisibility::Unlisted,
        pb::EventVisibility::Private,
    ] {
        for (life, steps) in LIVES {
            events.push((visibility, life, stage.event(visibility, steps).await));
        }
    }
    for (column, viewer) in stage.viewers().into_iter().enumerate() {
        let nothing = bytes(&viewer.nothing().await);
        let (found, mine, queue) = (viewer.search().await, viewer.mine().await, viewer.queue().await);
        for (visibility, life, event) in &events {
            let case = format!("{} and a {visibility:?} event that is {life}", viewer.name);
            let expected = sees(*visibility, life).as_bytes()[column];
            for (read, answer) in viewer
                .reads(&event.id, &event.sessions[0].id)
                .await
                .into_iter()
                .enumerate()
            {
                match answer {
                    Ok(manages) => assert_eq!(expected, if manages { b'm' } else { b'v' }, "{case}, read {read}"),
                    Err(status) => {
                        assert_eq!(expected, b'-', "{case}, read {read}: {status:?}");
                        assert_eq!(bytes(&status), nothing, "{case}, read {read}");
                    }
                }
            }
            assert_eq!(found.contains(&event.id), is_found(*visibility, life), "{case}, search");
            assert_eq!(mine.contains(&event.id), expected == b'm', "{case}, own events");
            let reviews = viewer.name == "administrator" && *life == "submitted";
            assert_eq!(queue.contains(&event.id), reviews, "{case}, approval queue");
            match viewer.guests(&event.id).await {
                Ok(()) => assert_eq!(expected, b'm', "{case}, guests"),
                Err(status) if status.code() == Code::NotFound => {
                    assert_ne!(expected, b'm', "{case}, guests");
                    assert_eq!(bytes(&status), nothing, "{case}, guests");
                }
                Err(status) => drop(viewer.refused_at_the_door(&status)),
            }
        }
    }
}

#[tokio::test]
async fn nobody_but_the_team_changes_anything() {
    let stage = Stage::new().await;
    let hidden = stage.event(pb::EventVisibility::Public, &[]).await;
    let open = stage
        .event(pb::EventVisibility::Public, &["submit", "approve", "publish"])
        .await;
    let rng = kit_core::Rng::seeded(78);
    let never = EventId::new(stage.world.app.clock(), &rng).to_string();
    for by in [&stage.attendee, &stage.guest, &stage.others, &stage.administrator] {
        for step in ["submit", "withdraw", "publish", "start", "end", "cancel"] {
            let expected = bytes(&stage.world.step(by, &never, step).await.expect_err("never was"));
            for event in [&hidden, &open] {
                let refused = stage.world.step(by, &event.id, step).await.expect_err("not theirs");
                assert_eq!(bytes(&refused), expected, "{step}");
            }
        }
        let titled = |id: &str| pb::Event {
            id: id.to_owned(),
            title: "Mine now".to_owned(),
            ..pb::Event::default()
        };
        let expected = stage
            .world
            .update(by, titled(&never), &[], "v1")
            .await
            .expect_err("never was");
        for event in [&hidden, &open] {
            let refused = stage
                .world
                .update(by, titled(&event.id), &[], "v1")
                .await
                .expect_err("not theirs");
            assert_eq!(bytes(&refused), bytes(&expected));
        }
    }
    assert_eq!(
        stage.world.get(&stage.team, &hidden.id).await.expect("one's own"),
        hidden
    );
    assert_eq!(stage.world.get(&stage.team, &open.id).await.expect("one's own"), open);
}
