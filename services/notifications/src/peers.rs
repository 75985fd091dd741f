//! What this service asks of others, in its own words. Everything is asked in its own name.

use kit_core::ids::UserId;
use kit_rpc::{Context, Found as _, Transport};
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use plenary_proto::events::v1::{Event, GetEventRequest};
use plenary_proto::identity::v1::user_service_client::UserServiceClient;
use plenary_proto::identity::v1::{
    BatchGetUsersRequest, ListAdministratorsRequest, ListOrganizationUsersRequest, User,
};
use plenary_proto::ticketing::v1::ticket_service_client::TicketServiceClient;
use plenary_proto::ticketing::v1::{Holder, ListHoldersRequest};
use tonic::Status;

/// Holders that one cause is told to at the most: an event's largest capacity.
const HOLDERS_MAX: usize = 100_000;
const HOLDERS_PAGE: i32 = 1_000;

/// The parts of Plenary that this one calls.
#[derive(Clone, Debug)]
pub(crate) struct Clients {
    pub(crate) identity: Transport,
    pub(crate) events: Transport,
    pub(crate) ticketing: Transport,
}

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) email: String,
    pub(crate) name: String,
}

impl Clients {
    pub(crate) async fn user(&self, id: &str) -> Result<Option<Person>, Status> {
        let request = BatchGetUsersRequest {
            user_ids: vec![id.to_owned()],
        };
        let answer = self
            .users()
            .batch_get_users(Context::background().request(request))
            .await?;
        Ok(people(answer.into_inner().users).into_iter().next())
    }

    pub(crate) async fn team(&self, organization_id: &str) -> Result<Vec<Person>, Status> {
        let request = ListOrganizationUsersRequest {
            organization_id: organization_id.to_owned(),
        };
        let answer = self
            .users()
            .list_organization_users(Context::background().request(request))
            .await?;
        Ok(people(answer.into_inner().users))
    }

    pub(crate) async fn administrators(&self) -> Result<Vec<Person>, Status> {
        let request = Context::background().request(ListAdministratorsRequest {});
        Ok(people(
            self.users().list_administrators(request).await?.into_inner().users,
        ))
    }

    /// The event; `None` when it is gone.
    pub(crate) async fn event(&self, event_id: &str) -> Result<Option<Event>, Status> {
        let request = GetEventRequest {
            event_id: event_id.to_owned(),
        };
        let mut events = EventServiceClient::new(self.events.clone());
        let answer = events.get_event(Context::background().request(request)).await.found()?;
        Ok(answer.and_then(|answer| answer.event))
    }

    /// Whom the event's valid tickets are for.
    pub(crate) async fn holders(&self, event_id: &str) -> Result<Vec<Holder>, Status> {
        let mut tickets = TicketServiceClient::new(self.ticketing.clone());
        let mut holders = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListHoldersRequest {
                event_id: event_id.to_owned(),
                page_size: HOLDERS_PAGE,
                page_token,
            };
            let page = tickets
                .list_holders(Context::background().request(request))
                .await?
                .into_inner();
            holders.extend(page.holders);
            if page.next_page_token.is_empty() || holders.len() >= HOLDERS_MAX {
                return Ok(holders);
            }
            page_token = page.next_page_token;
        }
    }

    fn users(&self) -> UserServiceClient<Transport> {
        UserServiceClient::new(self.identity.clone())
    }
}

/// A user whose id cannot be read is none that can be told anything.
fn people(users: Vec<User>) -> Vec<Person> {
    let person = |user: User| {
        Some(Person {
            id: user.id.parse().ok()?,
            email: user.email,
            name: user.display_name,
        })
    };
    users.into_iter().filter_map(person).collect()
}
