//! A published event with one hot ticket type, and what its organizer sees of it.

use anyhow::{Context as _, Result, ensure};
use plenary_proto::events::v1 as events;
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use plenary_proto::identity::v1::CreateOrganizationRequest;
use plenary_proto::identity::v1::organization_service_client::OrganizationServiceClient;
use plenary_proto::ticketing::v1 as ticketing;
use plenary_proto::ticketing::v1::ticket_service_client::TicketServiceClient;
use plenary_proto::ticketing::v1::ticket_type_service_client::TicketTypeServiceClient;

use super::door::{Door, Person, key};
use super::people::{self, PASSWORD};
use crate::clock;

const DAY_SECONDS: u64 = 24 * 3600;
/// Tickets in one answer.
const PAGE_SIZE: i32 = 200;

/// What is sold, and by whom.
#[derive(Debug)]
pub(crate) struct Sale {
    pub(crate) event: String,
    pub(crate) ticket_type: String,
    pub(crate) capacity: i32,
    organizer: Person,
}

impl Sale {
    /// Has `organizer` found an organization and write an event, and the administrator approve it.
    pub(crate) async fn open(door: &Door, administrator: &Person, organizer: Person, capacity: i32) -> Result<Self> {
        let organization = CreateOrganizationRequest {
            request_id: key(0),
            name: format!("Load {}", organizer.email),
        };
        let mut organizations = OrganizationServiceClient::new(door.channel());
        let answer = organizations
            .create_organization(organizer.request(organization)?)
            .await?;
        let organization = answer.into_inner().organization.context("no organization")?;
        // Membership is in the access token.
        let organizer = people::log_in(door, organizer.address, &organizer.email, PASSWORD).await?;

        let event = publish(door, administrator, &organizer, organization.id).await?;
        let wanted = ticketing::TicketType {
            event_id: event.clone(),
            name: "Hot".to_owned(),
            capacity,
            max_per_order: 1,
            ..ticketing::TicketType::default()
        };
        let request = organizer.request(ticketing::CreateTicketTypeRequest {
            request_id: key(0),
            ticket_type: Some(wanted),
        })?;
        let made = TicketTypeServiceClient::new(door.channel())
            .create_ticket_type(request)
            .await?;
        let ticket_type = made.into_inner().ticket_type.context("no ticket type")?.id;
        Ok(Self {
            event,
            ticket_type,
            capacity,
            organizer,
        })
    }

    /// All tickets of the event that admit, as the store has them.
    pub(crate) async fn tickets(&self, door: &Door) -> Result<Vec<ticketing::Ticket>> {
        let mut client = TicketServiceClient::new(door.channel());
        let (mut tickets, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = self.organizer.request(ticketing::ListEventTicketsRequest {
                event_id: self.event.clone(),
                query: String::new(),
                page_size: PAGE_SIZE,
                page_token,
            })?;
            let page = client.list_event_tickets(request).await?.into_inner();
            let admits = |ticket: &ticketing::Ticket| ticket.state() != ticketing::TicketState::Void;
            tickets.extend(page.tickets.into_iter().filter(admits));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(tickets);
            }
        }
    }

    /// How many the type's own counter says are sold and held.
    pub(crate) async fn counted(&self, door: &Door) -> Result<i32> {
        let request = self.organizer.request(ticketing::ListTicketTypesRequest {
            event_id: self.event.clone(),
        })?;
        let answer = TicketTypeServiceClient::new(door.channel())
            .list_ticket_types(request)
            .await?;
        let types = answer.into_inner().ticket_types;
        ensure!(types.len() == 1, "the event has one ticket type, not {}", types.len());
        Ok(types.iter().map(|found| found.sold_count + found.held_count).sum())
    }
}

/// Draft → submitted → approved → published.
async fn publish(door: &Door, administrator: &Person, organizer: &Person, organization_id: String) -> Result<String> {
    let in_days = |days: u64| {
        let seconds = i64::try_from(clock::since_1970().as_secs() + days * DAY_SECONDS)?;
        anyhow::Ok(Some(prost_types::Timestamp { seconds, nanos: 0 }))
    };
    let mut client = EventServiceClient::new(door.channel());
    let event = events::Event {
        organization_id,
        title: "Everybody wants in".to_owned(),
        summary: "One ticket type, many buyers.".to_owned(),
        description_markdown: "A rush.".to_owned(),
        start_time: in_days(7)?,
        end_time: in_days(8)?,
        time_zone: "Europe/Berlin".to_owned(),
        visibility: events::EventVisibility::Public.into(),
        ..events::Event::default()
    };
    let request = organizer.request(events::CreateEventRequest {
        request_id: key(0),
        event: Some(event),
    })?;
    let event_id = client
        .create_event(request)
        .await?
        .into_inner()
        .event
        .context("no event")?
        .id;
    let submit = events::SubmitEventRequest {
        request_id: key(0),
        event_id: event_id.clone(),
    };
    client.submit_event(organizer.request(submit)?).await?;
    let approve = events::ApproveEventRequest {
        request_id: key(usize::try_from(clock::since_1970().as_secs())?),
        event_id: event_id.clone(),
    };
    client.approve_event(administrator.request(approve)?).await?;
    let publish = events::PublishEventRequest {
        request_id: key(0),
        event_id: event_id.clone(),
    };
    client.publish_event(organizer.request(publish)?).await?;
    Ok(event_id)
}
