//! The service with a database of its own, its stand-ins, and the people of the tests.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use kit_config::Secret;
use kit_core::Rng;
use kit_core::ids::{EventId, LoginId, OrganizationId, SessionId, UserId};
use kit_rpc::{Fault as _, OrganizationRole, Part, Role, UserCaller};
use kit_testing::{App, Line, TestDb, TestRedis};
use plenary_proto::events::v1::EventState;
use plenary_proto::events::v1::event_service_server::EventServiceServer;
use plenary_proto::live::v1 as pb;
use plenary_proto::live::v1::live_service_client::LiveServiceClient;
use plenary_proto::live::v1::node_service_client::NodeServiceClient;
use plenary_proto::sfu::v1::sfu_service_server::SfuServiceServer;
use plenary_proto::ticketing::v1::ticket_service_server::TicketServiceServer;
use prost_types::Timestamp;
use sqlx::Row as _;
use tokio::sync::mpsc::UnboundedReceiver;
use tonic::{Code, Status};

use crate::stand_ins::{Events, Node, Script, Tickets};

/// The node that tests register.
pub(crate) const NODE: &str = "sfu-1";

/// One test's platform, as far as live sees it.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) events: Events,
    pub(crate) tickets: Tickets,
    pub(crate) node: Node,
    /// Rooms that the node was told to close.
    pub(crate) closed: UnboundedReceiver<String>,
    db: TestDb,
    ids: Rng,
    _redis: TestRedis,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (db, redis, app) = (TestDb::new(&live::MIGRATIONS).await, TestRedis::new().await, App::new());
        let config = live::Config {
            postgres: db.config(),
            redis: redis.config(),
            media_key: "plenary".to_owned(),
            media_secret: Secret::new("a secret of thirty-two characters"),
        };
        let part = live::build(config, app.host.clone()).await;
        app.mount(part.expect("the service can be built"));
        let (told, closed) = tokio::sync::mpsc::unbounded_channel();
        let node = Node {
            closed: told,
            is_away: Arc::new(AtomicBool::new(false)),
            seen: Arc::default(),
        };
        let (events, tickets) = (Events::default(), Tickets::default());
        app.mount(Part::new("events").service(EventServiceServer::new(events.clone())));
        app.mount(Part::new("ticketing").service(TicketServiceServer::new(tickets.clone())));
        app.mount(Part::new("sfu").service(SfuServiceServer::new(node.clone())));
        Self {
            app,
            events,
            tickets,
            node,
            closed,
            db,
            ids: Rng::seeded(2),
            _redis: redis,
        }
    }

    // People.

    pub(crate) fn person(&self) -> UserCaller {
        self.with_roles(&[])
    }

    /// A member of a new organization.
    pub(crate) fn organizer(&self) -> UserCaller {
        let organization = OrganizationId::new(self.app.clock(), &self.ids);
        UserCaller {
            organizations: [(organization, OrganizationRole::Owner)].into(),
            ..self.with_roles(&[Role::Organizer])
        }
    }

    /// Somebody with a ticket of the room's event.
    pub(crate) fn holder(&self, room: &pb::Room) -> UserCaller {
        let person = self.person();
        let ticket = (room.event_id.clone(), person.user_id.to_string());
        self.tickets.holders().insert(ticket);
        person
    }

    fn with_roles(&self, roles: &[Role]) -> UserCaller {
        UserCaller {
            user_id: UserId::new(self.app.clock(), &self.ids),
            session_id: LoginId::new(self.app.clock(), &self.ids),
            ..self.app.tokens.user(roles)
        }
    }

    pub(crate) fn request_id(&self) -> String {
        uuid::Builder::from_random_bytes(self.ids.bytes())
            .into_uuid()
            .to_string()
    }

    // Sessions and their rooms.

    /// A session with a live room, of a published public event of the user's organization.
    pub(crate) fn session(&self, of: &UserCaller) -> String {
        let id = SessionId::new(self.app.clock(), &self.ids).to_string();
        let script = Script {
            event: EventId::new(self.app.clock(), &self.ids),
            organization: *of.organizations.keys().next().expect("an organizer"),
            state: EventState::Published,
            is_public: true,
            has_live_room: true,
        };
        self.events.scripts().insert(id.clone(), script);
        id
    }

    pub(crate) fn rewrite(&self, session: &str, change: impl FnOnce(&mut Script)) {
        change(self.events.scripts().get_mut(session).expect("a scripted session"));
    }

    pub(crate) fn live(&self, user: &UserCaller) -> LiveServiceClient<Line> {
        LiveServiceClient::new(self.app.as_user("live", user))
    }

    pub(crate) async fn get(&self, user: &UserCaller, session: &str) -> Result<(pb::Room, pb::RoomAccess), Status> {
        let request = pb::GetRoomRequest {
            session_id: session.to_owned(),
        };
        let answer = self.live(user).get_room(request).await?.into_inner();
        Ok((answer.room.expect("the room"), answer.access.expect("the access")))
    }

    /// The room of a new session, waiting.
    pub(crate) async fn waiting(&self, host: &UserCaller) -> pb::Room {
        let session = self.session(host);
        self.get(host, &session).await.expect("one's own session").0
    }

    /// A room on air with so many seats, and a node to put it on.
    pub(crate) async fn on_air(&self, host: &UserCaller, capacity: i32) -> pb::Room {
        let room = self.waiting(host).await;
        self.resize(host, &room, capacity).await.expect("its host");
        self.register().await;
        self.go_live(host, &room).await.expect("it waits")
    }

    pub(crate) async fn resize(&self, by: &UserCaller, room: &pb::Room, capacity: i32) -> Result<pb::Room, Status> {
        let request = pb::SetRoomCapacityRequest {
            request_id: self.request_id(),
            room_id: room.id.clone(),
            capacity,
        };
        let answer = self.live(by).set_room_capacity(request).await?;
        Ok(answer.into_inner().room.expect("the room"))
    }

    pub(crate) async fn go_live(&self, by: &UserCaller, room: &pb::Room) -> Result<pb::Room, Status> {
        let request = pb::GoLiveRequest {
            request_id: self.request_id(),
            room_id: room.id.clone(),
        };
        let answer = self.live(by).go_live(request).await?;
        Ok(answer.into_inner().room.expect("the room"))
    }

    pub(crate) async fn end(&self, by: &UserCaller, room: &pb::Room) -> Result<pb::Room, Status> {
        let request = pb::EndLiveRequest {
            request_id: self.request_id(),
            room_id: room.id.clone(),
        };
        let answer = self.live(by).end_live(request).await?;
        Ok(answer.into_inner().room.expect("the room"))
    }

    pub(crate) async fn join(&self, by: &UserCaller, room: &pb::Room) -> Result<pb::JoinRoomResponse, Status> {
        let request = pb::JoinRoomRequest {
            room_id: room.id.clone(),
        };
        Ok(self.live(by).join_room(request).await?.into_inner())
    }

    pub(crate) async fn locate(&self, media_token: &str) -> Result<pb::LocateRoomResponse, Status> {
        let request = pb::LocateRoomRequest {
            media_token: media_token.to_owned(),
        };
        let mut live = LiveServiceClient::new(self.app.as_nobody("live"));
        Ok(live.locate_room(request).await?.into_inner())
    }

    // What nodes say.

    fn nodes(&self) -> NodeServiceClient<Line> {
        NodeServiceClient::new(self.app.as_service("live", "sfu"))
    }

    /// A sign of life of the node that started with the test.
    pub(crate) async fn register(&self) {
        self.register_started(Duration::ZERO).await;
    }

    /// The same of a process that started so long after the test's beginning.
    pub(crate) async fn register_started(&self, after: Duration) {
        let started = kit_core::ManualClock::fixed().clock().now() + after;
        let request = pb::RegisterNodeRequest {
            node_id: NODE.to_owned(),
            address: "inproc:sfu".to_owned(),
            free_seats: 100,
            start_time: Some(Timestamp {
                seconds: started.unix_timestamp(),
                nanos: 0,
            }),
        };
        self.nodes().register_node(request).await.expect("a service");
    }

    /// The node's report; answers with those who are to be put out.
    pub(crate) async fn report(
        &self,
        reports: Vec<pb::ParticipantReport>,
        complete: bool,
    ) -> Vec<pb::ParticipantReport> {
        let request = pb::ReportParticipantsRequest {
            node_id: NODE.to_owned(),
            reports,
            complete,
        };
        let answer = self.nodes().report_participants(request).await;
        answer.expect("a service").into_inner().evict
    }

    /// The node's word on how connections to a room go or went.
    pub(crate) async fn keep(&self, room: &pb::Room, connections: Vec<pb::Connection>) -> Result<(), Status> {
        let connections = connections.into_iter().map(|connection| pb::RoomConnection {
            room_id: room.id.clone(),
            connection: Some(connection),
        });
        let request = pb::ReportConnectionsRequest {
            node_id: NODE.to_owned(),
            connections: connections.collect(),
        };
        self.nodes().report_connections(request).await.map(drop)
    }

    /// How many are in the room now.
    pub(crate) async fn count_inside(&self, host: &UserCaller, room: &pb::Room) -> i32 {
        let (room, _) = self.get(host, &room.session_id).await.expect("one's own session");
        room.participant_count
    }

    // What was stored.

    /// The kinds of the facts so far, without their package.
    pub(crate) async fn facts(&self) -> Vec<String> {
        let rows = self.rows("select kind from outbox order by position").await;
        let kinds = rows.iter().map(|row| row.get::<String, _>(0));
        kinds
            .map(|kind| kind.trim_start_matches("plenary.live.v1.").to_owned())
            .collect()
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.rows(sql).await[0].get(0)
    }

    async fn rows(&self, sql: &'static str) -> Vec<sqlx::postgres::PgRow> {
        let mut connection = self.db.pool().acquire().await.expect("the test's database");
        sqlx::query(sql)
            .fetch_all(&mut *connection)
            .await
            .expect("a valid query")
    }
}

/// One person in a room, or gone from it.
pub(crate) fn sighting(room: &pb::Room, user: &UserCaller, sid: &str, present: bool) -> pb::ParticipantReport {
    pb::ParticipantReport {
        room_id: room.id.clone(),
        user_id: user.user_id.to_string(),
        participant_sid: sid.to_owned(),
        present,
    }
}

/// The code and our reason of a refusal.
pub(crate) fn reason<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String) {
    let status = result.expect_err("refused");
    assert_eq!(status.domain().as_deref(), Some("live.plenary"), "{status:?}");
    (status.code(), status.reason().expect("every refusal has a reason"))
}

/// A refusal by the state of things.
pub(crate) fn precondition(reason: &str) -> (Code, String) {
    (Code::FailedPrecondition, reason.to_owned())
}

pub(crate) fn room_not_found() -> (Code, String) {
    (Code::NotFound, "ROOM_NOT_FOUND".to_owned())
}
