//! The service with a database of its own, its stand-in for events, and the people of the tests.

use std::time::Duration;

use kit_config::Secret;
use kit_core::Rng;
use kit_core::ids::{EventId, LoginId, OrganizationId, UserId};
use kit_rpc::{Fault as _, OrganizationRole, Part, Role, UserCaller};
use kit_testing::{App, Line, TestDb, TestRedis};
use plenary_proto::events::v1::EventState;
use plenary_proto::events::v1::event_service_server::EventServiceServer;
use plenary_proto::ticketing::v1 as pb;
use plenary_proto::ticketing::v1::order_service_client::OrderServiceClient;
use plenary_proto::ticketing::v1::ticket_service_client::TicketServiceClient;
use plenary_proto::ticketing::v1::ticket_type_service_client::TicketTypeServiceClient;
use prost_types::Timestamp;
use sqlx::Row as _;
use tonic::{Code, Status};

use crate::events_stand_in::{Events, Script};

pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long seats are held: the README's ten minutes.
pub(crate) const HOLD: Duration = Duration::from_secs(600);

/// One test's platform, as far as ticketing sees it.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) config: ticketing::Config,
    pub(crate) events: Events,
    db: TestDb,
    ids: Rng,
    _redis: TestRedis,
}

impl World {
    pub(crate) async fn new() -> Self {
        let (db, redis, app) = (
            TestDb::new(&ticketing::MIGRATIONS).await,
            TestRedis::new().await,
            App::new(),
        );
        let config = ticketing::Config {
            postgres: db.config(),
            redis: redis.config(),
            code_key: Secret::new("5a".repeat(32)),
        };
        let part = ticketing::build(config.clone(), app.host.clone()).await;
        app.mount(part.expect("the service can be built"));
        let events = Events::default();
        app.mount(Part::new("events").service(EventServiceServer::new(events.clone())));
        Self {
            app,
            config,
            events,
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

    fn with_roles(&self, roles: &[Role]) -> UserCaller {
        let user_id = UserId::new(self.app.clock(), &self.ids);
        UserCaller {
            user_id,
            session_id: LoginId::new(self.app.clock(), &self.ids),
            email: format!("{user_id}@example.org").parse().expect("an address"),
            ..self.app.tokens.user(roles)
        }
    }

    pub(crate) fn request_id(&self) -> String {
        uuid::Builder::from_random_bytes(self.ids.bytes())
            .into_uuid()
            .to_string()
    }

    // Events.

    /// A published public event of the user's organization that begins in a week.
    pub(crate) fn event(&self, of: &UserCaller) -> String {
        let id = EventId::new(self.app.clock(), &self.ids).to_string();
        let script = Script {
            organization: *of.organizations.keys().next().expect("an organizer"),
            state: EventState::Published,
            is_public: true,
            start_time: Some(self.at(7 * DAY)),
            end_time: Some(self.at(8 * DAY)),
        };
        self.events.scripts().insert(id.clone(), script);
        id
    }

    pub(crate) fn rewrite(&self, event: &str, change: impl FnOnce(&mut Script)) {
        change(self.events.scripts().get_mut(event).expect("a scripted event"));
    }

    /// The moment that is so far from now.
    pub(crate) fn at(&self, from_now: Duration) -> Timestamp {
        let moment = self.app.clock().now() + from_now;
        Timestamp {
            seconds: moment.unix_timestamp(),
            nanos: moment.nanosecond().cast_signed(),
        }
    }

    // Calls.

    pub(crate) fn types(&self, user: &UserCaller) -> TicketTypeServiceClient<Line> {
        TicketTypeServiceClient::new(self.app.as_user("ticketing", user))
    }

    pub(crate) fn orders(&self, user: &UserCaller) -> OrderServiceClient<Line> {
        OrderServiceClient::new(self.app.as_user("ticketing", user))
    }

    pub(crate) fn tickets(&self, user: &UserCaller) -> TicketServiceClient<Line> {
        TicketServiceClient::new(self.app.as_user("ticketing", user))
    }

    pub(crate) async fn create_type(&self, by: &UserCaller, wanted: pb::TicketType) -> Result<pb::TicketType, Status> {
        let request = pb::CreateTicketTypeRequest {
            request_id: self.request_id(),
            ticket_type: Some(wanted),
        };
        let answer = self.types(by).create_ticket_type(request).await?;
        Ok(answer.into_inner().ticket_type.expect("the ticket type"))
    }

    /// A free ticket type, sold at once.
    pub(crate) async fn ticket_type(&self, by: &UserCaller, event: &str, capacity: i32) -> pb::TicketType {
        let made = self.create_type(by, free(event, capacity)).await;
        made.expect("a ticket type")
    }

    /// The ticket type as `by` sees it.
    pub(crate) async fn seen(&self, by: &UserCaller, found: &pb::TicketType) -> pb::TicketType {
        let request = pb::ListTicketTypesRequest {
            event_id: found.event_id.clone(),
        };
        let answer = self
            .types(by)
            .list_ticket_types(request)
            .await
            .expect("a visible event");
        let mut types = answer.into_inner().ticket_types.into_iter();
        types
            .find(|other| other.id == found.id)
            .expect("the ticket type is listed")
    }

    /// A request to hold seats of one type.
    pub(crate) fn wanted(&self, found: &pb::TicketType, quantity: i32) -> pb::CreateOrderRequest {
        pb::CreateOrderRequest {
            request_id: self.request_id(),
            event_id: found.event_id.clone(),
            items: vec![item(found, quantity)],
            details: None,
        }
    }

    pub(crate) async fn order(&self, by: &UserCaller, request: pb::CreateOrderRequest) -> Result<pb::Order, Status> {
        let answer = self.orders(by).create_order(request).await?;
        Ok(answer.into_inner().order.expect("the order"))
    }

    pub(crate) async fn held(&self, by: &UserCaller, found: &pb::TicketType, quantity: i32) -> pb::Order {
        self.order(by, self.wanted(found, quantity)).await.expect("held")
    }

    /// Tickets for the buyer, at once.
    pub(crate) async fn bought(&self, by: &UserCaller, found: &pb::TicketType, quantity: i32) -> pb::Order {
        let request = pb::CreateOrderRequest {
            details: Some(details(&[by.email.as_str()])),
            ..self.wanted(found, quantity)
        };
        self.order(by, request).await.expect("completed")
    }

    pub(crate) async fn complete(
        &self,
        by: &UserCaller,
        order: &pb::Order,
        emails: &[&str],
    ) -> Result<pb::Order, Status> {
        let request = pb::CompleteOrderRequest {
            request_id: self.request_id(),
            order_id: order.id.clone(),
            details: Some(details(emails)),
        };
        let answer = self.orders(by).complete_order(request).await?;
        Ok(answer.into_inner().order.expect("the order"))
    }

    pub(crate) async fn cancel(&self, by: &UserCaller, order: &pb::Order) -> Result<pb::Order, Status> {
        let request = pb::CancelOrderRequest {
            request_id: self.request_id(),
            order_id: order.id.clone(),
        };
        let answer = self.orders(by).cancel_order(request).await?;
        Ok(answer.into_inner().order.expect("the order"))
    }

    pub(crate) async fn read(&self, by: &UserCaller, order: &pb::Order) -> Result<pb::Order, Status> {
        let request = pb::GetOrderRequest {
            order_id: order.id.clone(),
        };
        let answer = self.orders(by).get_order(request).await?;
        Ok(answer.into_inner().order.expect("the order"))
    }

    /// One sweep of the job that expires holds.
    pub(crate) async fn expire_holds(&self) {
        let swept = ticketing::expire_holds_once(&self.config, &self.app.host).await;
        swept.expect("the test's database");
    }

    // What was stored.

    /// Held and sold seats over all ticket types.
    pub(crate) async fn seats(&self) -> (i64, i64) {
        let sql = "select sum(held_count)::bigint, sum(sold_count)::bigint from ticket_types";
        let row = self.rows(sql).await.remove(0);
        (row.get(0), row.get(1))
    }

    /// Ticket types whose counters are not what their orders and tickets say.
    pub(crate) async fn miscounted(&self) -> i64 {
        let sql = "select count(*) from ticket_types y where
            held_count <> (select coalesce(sum(l.quantity), 0) from order_lines l join orders o on o.id = l.order_id
                where l.ticket_type_id = y.id and o.state = 'held')
            or sold_count <> (select count(*) from tickets t where t.ticket_type_id = y.id and t.state <> 'void')";
        self.count(sql).await
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

/// A free ticket type that is not made yet.
pub(crate) fn free(event: &str, capacity: i32) -> pb::TicketType {
    pb::TicketType {
        event_id: event.to_owned(),
        name: "Standard".to_owned(),
        capacity,
        ..pb::TicketType::default()
    }
}

pub(crate) fn item(found: &pb::TicketType, quantity: i32) -> pb::OrderItem {
    pb::OrderItem {
        ticket_type_id: found.id.clone(),
        quantity,
    }
}

/// Attendees with these addresses.
pub(crate) fn details(emails: &[&str]) -> pb::OrderDetails {
    let attendee = |email: &&str| pb::AttendeeDetails {
        name: "Ada".to_owned(),
        email: (*email).to_owned(),
    };
    pb::OrderDetails {
        attendees: emails.iter().map(attendee).collect(),
    }
}

/// The code and our reason of a refusal.
pub(crate) fn reason<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String) {
    let status = result.expect_err("refused");
    assert_eq!(status.domain().as_deref(), Some("ticketing.plenary"), "{status:?}");
    (status.code(), status.reason().expect("every refusal has a reason"))
}

/// A refusal by the state of things.
pub(crate) fn precondition(reason: &str) -> (Code, String) {
    (Code::FailedPrecondition, reason.to_owned())
}

pub(crate) fn not_found(reason: &str) -> (Code, String) {
    (Code::NotFound, reason.to_owned())
}
