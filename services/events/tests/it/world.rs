//! The service with a database of its own, somebody who stands in for identity, and the people of the tests.

use kit_core::ids::OrganizationId;
use kit_core::{Rng, ids::LoginId, ids::UserId};
use kit_rpc::{Domain, Fault as _, OrganizationRole, Part, Role, UserCaller};
use kit_testing::{App, Line, TestBlobs, TestDb, TestRedis};
use plenary_proto::events::v1 as pb;
use plenary_proto::events::v1::agenda_service_client::AgendaServiceClient;
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use plenary_proto::identity::v1 as identity;
use plenary_proto::identity::v1::organization_service_server::{OrganizationService, OrganizationServiceServer};
use prost_types::Timestamp;
use sqlx::Row as _;
use time::{Duration, OffsetDateTime};
use tonic::{Request, Response, Status};

pub(crate) const DOMAIN: Domain = Domain::new("events.plenary");

/// One test's platform, as far as events sees it.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) config: events::Config,
    db: TestDb,
    ids: Rng,
    pub(crate) redis: TestRedis,
    _blobs: Option<TestBlobs>,
}

/// Everything that there is to decide about a new event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) title: &'static str,
    pub(crate) visibility: pb::EventVisibility,
    /// From the test's beginning.
    pub(crate) start: Duration,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            title: "A day about Rust",
            visibility: pb::EventVisibility::Public,
            start: Duration::days(7),
        }
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let nowhere = kit_blobs::Config {
            endpoint: Some("http://127.0.0.1:9".to_owned()),
            region: "us-east-1".to_owned(),
            bucket: "none".to_owned(),
            path_style: true,
            credentials: None,
        };
        Self::with(nowhere, None).await
    }

    /// A world in which pictures can be kept.
    pub(crate) async fn with_blobs() -> Self {
        let blobs = TestBlobs::new().await;
        kit_blobs::Blobs::new(&blobs.config())
            .await
            .ensure_bucket()
            .await
            .expect("a bucket");
        Self::with(blobs.config(), Some(blobs)).await
    }

    async fn with(blobs_config: kit_blobs::Config, blobs: Option<TestBlobs>) -> Self {
        let (db, redis, app) = (
            TestDb::new(&events::MIGRATIONS).await,
            TestRedis::new().await,
            App::new(),
        );
        let events = events::EventsConfig {
            end_grace: std::time::Duration::from_secs(12 * 3600),
            unused_image_retention: std::time::Duration::from_secs(24 * 3600),
        };
        let config = events::Config {
            events,
            postgres: db.config(),
            redis: redis.config(),
            blobs: blobs_config,
        };
        app.mount(
            events::build(config.clone(), app.host.clone())
                .await
                .expect("the service can be built"),
        );
        app.mount(Part::new("identity").service(OrganizationServiceServer::new(Organizations)));
        Self {
            app,
            config,
            db,
            ids: Rng::seeded(2),
            redis,
            _blobs: blobs,
        }
    }

    // People.

    /// A member of a new organization.
    pub(crate) fn organizer(&self) -> UserCaller {
        let organization = OrganizationId::new(self.app.clock(), &self.ids);
        let organizations = [(organization, OrganizationRole::Owner)].into();
        UserCaller {
            organizations,
            ..self.person(&[Role::Organizer])
        }
    }

    /// Another member of somebody's organization.
    pub(crate) fn colleague(&self, of: &UserCaller) -> UserCaller {
        UserCaller {
            organizations: of.organizations.clone(),
            ..self.person(&[Role::Organizer])
        }
    }

    pub(crate) fn administrator(&self) -> UserCaller {
        self.person(&[Role::Administrator])
    }

    pub(crate) fn person(&self, roles: &[Role]) -> UserCaller {
        let user_id = UserId::new(self.app.clock(), &self.ids);
        let session_id = LoginId::new(self.app.clock(), &self.ids);
        let email = format!("{user_id}@example.org").parse().expect("an address");
        UserCaller {
            user_id,
            session_id,
            email,
            ..self.app.tokens.user(roles)
        }
    }

    pub(crate) fn request_id(&self) -> String {
        uuid::Builder::from_random_bytes(self.ids.bytes())
            .into_uuid()
            .to_string()
    }

    // Calls.

    pub(crate) fn events(&self, user: &UserCaller) -> EventServiceClient<Line> {
        EventServiceClient::new(self.app.as_user("events", user))
            .max_decoding_message_size(kit_core::limits::MESSAGE_BYTES_MAX)
            .max_encoding_message_size(kit_core::limits::MESSAGE_BYTES_MAX)
    }

    pub(crate) fn agenda(&self, user: &UserCaller) -> AgendaServiceClient<Line> {
        AgendaServiceClient::new(self.app.as_user("events", user))
    }

    /// The moment that is so far from the test's beginning.
    pub(crate) fn at(&self, from_start: Duration) -> Option<Timestamp> {
        let start = kit_core::ManualClock::fixed().clock().now();
        Some(timestamp(start + from_start))
    }

    /// What a complete event of the user's organization would be, six hours long.
    pub(crate) fn plan(&self, user: &UserCaller, plan: Plan) -> pb::Event {
        pb::Event {
            organization_id: organization(user),
            title: plan.title.to_owned(),
            summary: "All of it".to_owned(),
            description_markdown: "# Why\n\nBecause.".to_owned(),
            start_time: self.at(plan.start),
            end_time: self.at(plan.start + Duration::hours(6)),
            time_zone: "Europe/Berlin".to_owned(),
            visibility: plan.visibility.into(),
            ..pb::Event::default()
        }
    }

    pub(crate) async fn create(&self, user: &UserCaller, event: pb::Event) -> Result<pb::Event, Status> {
        let request = pb::CreateEventRequest {
            request_id: self.request_id(),
            event: Some(event),
        };
        let answer = self.events(user).create_event(request).await?;
        Ok(answer.into_inner().event.expect("the event"))
    }

    /// A complete draft with one session in its first hour that has a live room.
    pub(crate) async fn draft(&self, user: &UserCaller, plan: Plan) -> pb::Event {
        let event = self.create(user, self.plan(user, plan)).await.expect("a draft");
        let session = pb::Session {
            event_id: event.id.clone(),
            title: "Opening".to_owned(),
            start_time: self.at(plan.start),
            end_time: self.at(plan.start + Duration::HOUR),
            has_live_room: true,
            ..pb::Session::default()
        };
        self.add_session(user, session).await.expect("within the event");
        self.get(user, &event.id).await.expect("one's own event")
    }

    pub(crate) async fn add_session(&self, user: &UserCaller, session: pb::Session) -> Result<pb::Session, Status> {
        let request = pb::CreateSessionRequest {
            request_id: self.request_id(),
            session: Some(session),
        };
        let answer = self.agenda(user).create_session(request).await?;
        Ok(answer.into_inner().session.expect("the session"))
    }

    pub(crate) async fn get(&self, user: &UserCaller, id: &str) -> Result<pb::Event, Status> {
        let request = pb::GetEventRequest {
            event_id: id.to_owned(),
        };
        let answer = self.events(user).get_event(request).await?;
        Ok(answer.into_inner().event.expect("the event"))
    }

    /// Moves an event on. `step` is the RPC's verb: "submit".
    pub(crate) async fn step(&self, user: &UserCaller, id: &str, step: &str) -> Result<pb::Event, Status> {
        let (mut events, request_id, event_id) = (self.events(user), self.request_id(), id.to_owned());
        macro_rules! call {
            ($method:ident, $request:ident) => {
                events
                    .$method(pb::$request { request_id, event_id })
                    .await?
                    .into_inner()
                    .event
            };
        }
        let event = match step {
            "submit" => call!(submit_event, SubmitEventRequest),
            "withdraw" => call!(withdraw_event, WithdrawEventRequest),
            "approve" => call!(approve_event, ApproveEventRequest),
            "publish" => call!(publish_event, PublishEventRequest),
            "start" => call!(start_event, StartEventRequest),
            "end" => call!(end_event, EndEventRequest),
            "cancel" => call!(cancel_event, CancelEventRequest),
            "reject" => {
                let request = pb::RejectEventRequest {
                    request_id,
                    event_id,
                    reason: "Say more.".to_owned(),
                };
                events.reject_event(request).await?.into_inner().event
            }
            other => panic!("{other} is no step"),
        };
        Ok(event.expect("the event"))
    }

    /// A draft that has been moved on by these steps; an administrator takes those that are theirs.
    pub(crate) async fn moved_on(&self, user: &UserCaller, plan: Plan, steps: &[&str]) -> pb::Event {
        let mut event = self.draft(user, plan).await;
        for step in steps {
            let by = if matches!(*step, "approve" | "reject") {
                self.administrator()
            } else {
                user.clone()
            };
            event = self
                .step(&by, &event.id, step)
                .await
                .unwrap_or_else(|status| panic!("{step}: {status:?}"));
        }
        event
    }

    pub(crate) async fn published(&self, user: &UserCaller, plan: Plan) -> pb::Event {
        self.moved_on(user, plan, &["submit", "approve", "publish"]).await
    }

    pub(crate) async fn update(
        &self,
        user: &UserCaller,
        event: pb::Event,
        paths: &[&str],
        etag: &str,
    ) -> Result<pb::Event, Status> {
        let request = pb::UpdateEventRequest {
            request_id: self.request_id(),
            event: Some(event),
            update_mask: mask(paths),
            etag: etag.to_owned(),
        };
        let answer = self.events(user).update_event(request).await?;
        Ok(answer.into_inner().event.expect("the event"))
    }

    // What was stored.

    /// The kinds of the facts so far, without their package.
    pub(crate) async fn facts(&self) -> Vec<String> {
        let rows = self.rows("select kind from outbox order by position").await;
        let kinds = rows.iter().map(|row| row.get::<String, _>(0));
        kinds
            .map(|kind| kind.trim_start_matches("plenary.events.v1.").to_owned())
            .collect()
    }

    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        self.rows(sql).await[0].get(0)
    }

    pub(crate) async fn rows(&self, sql: &'static str) -> Vec<sqlx::postgres::PgRow> {
        let mut connection = self.pool().acquire().await.expect("the test's database");
        sqlx::query(sql)
            .fetch_all(&mut *connection)
            .await
            .expect("a valid query")
    }

    pub(crate) fn pool(&self) -> kit_pg::Pool {
        self.db.pool()
    }
}

/// The user's only organization.
pub(crate) fn organization(user: &UserCaller) -> String {
    user.organizations.keys().next().expect("an organizer").to_string()
}

pub(crate) fn timestamp(instant: OffsetDateTime) -> Timestamp {
    Timestamp {
        seconds: instant.unix_timestamp(),
        nanos: 0,
    }
}

pub(crate) fn mask(paths: &[&str]) -> Option<prost_types::FieldMask> {
    let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    (!paths.is_empty()).then_some(prost_types::FieldMask { paths })
}

/// The code and our reason of a refusal.
pub(crate) fn reason<T: std::fmt::Debug>(result: Result<T, Status>) -> (tonic::Code, String) {
    let status = result.expect_err("refused");
    assert_eq!(status.domain().as_deref(), Some(DOMAIN.name()), "{status:?}");
    (status.code(), status.reason().expect("every refusal has a reason"))
}

/// The fields that a refusal is about, with what is wrong with each.
pub(crate) fn faults<T: std::fmt::Debug>(result: Result<T, Status>) -> Vec<(String, String)> {
    let violations = result.expect_err("refused").violations();
    violations
        .into_iter()
        .map(|violation| (violation.field, violation.reason))
        .collect()
}

/// Stands in for identity: every organization exists and has the same name.
struct Organizations;

#[tonic::async_trait]
impl OrganizationService for Organizations {
    async fn get_organization(
        &self,
        request: Request<identity::GetOrganizationRequest>,
    ) -> Result<Response<identity::GetOrganizationResponse>, Status> {
        let id = request.into_inner().organization_id;
        let organization = identity::Organization {
            id,
            name: "Ada's Hall".to_owned(),
            create_time: None,
        };
        Ok(Response::new(identity::GetOrganizationResponse {
            organization: Some(organization),
        }))
    }

    async fn create_organization(
        &self,
        _: Request<identity::CreateOrganizationRequest>,
    ) -> Result<Response<identity::CreateOrganizationResponse>, Status> {
        Err(Status::unimplemented("not asked for by events"))
    }

    async fn list_my_organizations(
        &self,
        _: Request<identity::ListMyOrganizationsRequest>,
    ) -> Result<Response<identity::ListMyOrganizationsResponse>, Status> {
        Err(Status::unimplemented("not asked for by events"))
    }

    async fn list_members(
        &self,
        _: Request<identity::ListMembersRequest>,
    ) -> Result<Response<identity::ListMembersResponse>, Status> {
        Err(Status::unimplemented("not asked for by events"))
    }

    async fn add_member(
        &self,
        _: Request<identity::AddMemberRequest>,
    ) -> Result<Response<identity::AddMemberResponse>, Status> {
        Err(Status::unimplemented("not asked for by events"))
    }

    async fn remove_member(
        &self,
        _: Request<identity::RemoveMemberRequest>,
    ) -> Result<Response<identity::RemoveMemberResponse>, Status> {
        Err(Status::unimplemented("not asked for by events"))
    }
}
