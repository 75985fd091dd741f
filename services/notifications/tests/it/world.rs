//! The service with a database, a Redis and a mail server of its own, and those whom it asks.

use kit_bus::{Bus, EntryId, Fact};
use kit_config::{Loader, Sources};
use kit_core::Rng;
use kit_core::ids::FactId;
use kit_rpc::{Part, UserCaller};
use kit_testing::{App, Line, TestDb, TestRedis};
use plenary_proto::identity::v1 as identity;
use plenary_proto::identity::v1::user_service_server::{UserService, UserServiceServer};
use plenary_proto::notifications::v1::notification_service_client::NotificationServiceClient;
use plenary_proto::ticketing::v1 as ticketing;
use tonic::{Request, Response, Status};

use crate::smtp::MailServer;

/// One test's platform, as far as notifications sees it.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) server: MailServer,
    /// Identity's only user.
    pub(crate) user: UserCaller,
    bus: Bus,
    ids: Rng,
    _db: TestDb,
    _redis: TestRedis,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (db, redis, app) = (
            TestDb::new(&notifications::MIGRATIONS).await,
            TestRedis::new().await,
            App::new(),
        );
        let server = MailServer::start(&app.host.tasks).await;
        let sources = Sources::empty()
            .given("postgres", "url", db.config().url.expose())
            .given("redis", "url", redis.config().url.expose())
            .given("redis", "prefix", redis.config().prefix)
            .given("mail", "smtp_url", &server.url)
            .given("notifications", "public_url", "https://example.org");
        let mut loader = Loader::new(sources);
        let config = notifications::Config::load(&mut loader);
        loader.finish().expect("a configuration");
        let user = app.tokens.user(&[]);
        app.mount(
            notifications::build(config, app.host.clone())
                .await
                .expect("the service can be built"),
        );
        app.mount(Part::new("identity").service(UserServiceServer::new(Users(user.clone()))));
        app.host.start();
        let bus = redis.bus(app.clock());
        Self {
            app,
            server,
            user,
            bus,
            ids: Rng::seeded(3),
            _db: db,
            _redis: redis,
        }
    }

    pub(crate) fn notices(&self, user: &UserCaller) -> NotificationServiceClient<Line> {
        NotificationServiceClient::new(self.app.as_user("notifications", user))
    }

    /// A new fact.
    pub(crate) fn fact<M: prost::Message + prost::Name>(&self, message: &M) -> Fact {
        Fact::new(
            FactId::new(self.app.clock(), &self.ids),
            self.app.clock().now(),
            message,
        )
    }

    /// Publishes a fact as its service's relay does.
    pub(crate) async fn publish(&self, source: &str, fact: &Fact) {
        let stream = self.bus.facts(source);
        let nothing = EntryId { ms: 0, seq: 0 };
        stream
            .publish(nothing, std::slice::from_ref(fact))
            .await
            .expect("Redis takes it");
    }

    /// An order of the user's with one ticket.
    pub(crate) fn order(&self) -> ticketing::Order {
        let ticket = ticketing::Ticket {
            id: "tkt_1".to_owned(),
            event_id: "evt_1".to_owned(),
            ticket_type_name: "Standard".to_owned(),
            attendee_name: "Grace <script>".to_owned(),
            attendee_email: "grace@example.org".to_owned(),
            code: "PLT1:abc".to_owned(),
            event_title: "A show".to_owned(),
            event_start_time: Some(prost_types::Timestamp {
                seconds: 1_800_000_000,
                nanos: 0,
            }),
            event_time_zone: "Europe/Berlin".to_owned(),
            ..Default::default()
        };
        ticketing::Order {
            id: "ord_1".to_owned(),
            event_id: "evt_1".to_owned(),
            buyer_id: self.user.user_id.to_string(),
            tickets: vec![ticket],
            ..Default::default()
        }
    }
}

/// Identity, which knows one person, who is in every team and an administrator.
struct Users(UserCaller);

impl Users {
    fn all(&self) -> Vec<identity::User> {
        let UserCaller {
            user_id, name, email, ..
        } = &self.0;
        let (id, display_name, email) = (user_id.to_string(), name.clone(), email.to_string());
        vec![identity::User {
            id,
            display_name,
            email,
            ..Default::default()
        }]
    }
}

#[tonic::async_trait]
impl UserService for Users {
    async fn batch_get_users(
        &self,
        request: Request<identity::BatchGetUsersRequest>,
    ) -> Result<Response<identity::BatchGetUsersResponse>, Status> {
        let wanted = request.into_inner().user_ids;
        let users = self
            .all()
            .into_iter()
            .filter(|user| wanted.contains(&user.id))
            .collect();
        Ok(Response::new(identity::BatchGetUsersResponse { users }))
    }

    async fn list_organization_users(
        &self,
        _: Request<identity::ListOrganizationUsersRequest>,
    ) -> Result<Response<identity::ListOrganizationUsersResponse>, Status> {
        Ok(Response::new(identity::ListOrganizationUsersResponse {
            users: self.all(),
        }))
    }

    async fn list_administrators(
        &self,
        _: Request<identity::ListAdministratorsRequest>,
    ) -> Result<Response<identity::ListAdministratorsResponse>, Status> {
        Ok(Response::new(identity::ListAdministratorsResponse {
            users: self.all(),
        }))
    }

    async fn list_users(
        &self,
        _: Request<identity::ListUsersRequest>,
    ) -> Result<Response<identity::ListUsersResponse>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn set_administrator(
        &self,
        _: Request<identity::SetAdministratorRequest>,
    ) -> Result<Response<identity::SetAdministratorResponse>, Status> {
        Err(Status::unimplemented("not asked"))
    }
}
