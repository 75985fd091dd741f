//! Tickets by mail: each attendee gets theirs, and the buyer, if none of them is, gets all.

use std::collections::BTreeMap;

use kit_core::ids::UserId;
use kit_rpc::moment;
use plenary_proto::ticketing::v1::{Order, OrderCancelled, OrderCompleted, Ticket};
use time::OffsetDateTime;

use super::{ComposeError, Composer, Composition};
use crate::domain::mail::{Mail, Picture, Recipient, Template};
use crate::domain::notice::{Kind, NewNotice};
use crate::render::layout::{Block, Layout};
use crate::render::{calendar, qr, when};

pub(super) async fn completed(
    composer: &Composer,
    fact: OrderCompleted,
    now: OffsetDateTime,
) -> Result<Composition, ComposeError> {
    let order = fact.order.unwrap_or_default();
    let mut mails = Vec::new();
    for (recipient, tickets) in recipients(composer, &order).await? {
        mails.push(ticket_mail(composer, recipient, &tickets, now)?);
    }
    Ok(Composition {
        mails,
        notices: notices(&order, Kind::OrderCompleted),
    })
}

pub(super) async fn cancelled(
    composer: &Composer,
    fact: OrderCancelled,
    now: OffsetDateTime,
) -> Result<Composition, ComposeError> {
    let order = fact.order.unwrap_or_default();
    let recipients = recipients(composer, &order).await?;
    let mails = recipients
        .into_iter()
        .filter_map(|(to, tickets)| cancelled_mail(composer, to, &tickets, now));
    Ok(Composition {
        mails: mails.collect(),
        notices: notices(&order, Kind::OrderCancelled),
    })
}

/// Everybody with a ticket of the order, with their tickets; the buyer too.
async fn recipients<'a>(
    composer: &Composer,
    order: &'a Order,
) -> Result<BTreeMap<Recipient, Vec<&'a Ticket>>, ComposeError> {
    let mut by_address: BTreeMap<&str, Vec<&Ticket>> = BTreeMap::new();
    for ticket in &order.tickets {
        by_address.entry(&ticket.attendee_email).or_default().push(ticket);
    }
    let named = |(email, tickets): (&str, Vec<&'a Ticket>)| {
        let name = tickets
            .first()
            .map(|ticket| ticket.attendee_name.clone())
            .unwrap_or_default();
        (
            Recipient {
                email: email.to_owned(),
                name,
            },
            tickets,
        )
    };
    let buyer = composer.clients.user(&order.buyer_id).await?;
    let buyer = buyer.filter(|buyer| !by_address.contains_key(buyer.email.as_str()));
    let mut all: BTreeMap<Recipient, Vec<&Ticket>> = by_address.into_iter().map(named).collect();
    if let Some(buyer) = buyer {
        all.insert(
            Recipient {
                email: buyer.email,
                name: buyer.name,
            },
            order.tickets.iter().collect(),
        );
    }
    Ok(all)
}

fn ticket_mail(
    composer: &Composer,
    recipient: Recipient,
    tickets: &[&Ticket],
    now: OffsetDateTime,
) -> Result<Mail, ComposeError> {
    let title = tickets
        .first()
        .map(|ticket| ticket.event_title.as_str())
        .unwrap_or_default();
    let mut blocks = vec![
        Block::Paragraph(format!("Hello {},", recipient.name)),
        Block::Paragraph(match tickets.len() {
            1 => "here is your ticket. Show its code at the door, or come in from the event's page.".to_owned(),
            count => format!("here are {count} tickets. Each code admits one person."),
        }),
    ];
    blocks.extend(tickets.first().and_then(|ticket| span(ticket)).map(Block::Paragraph));
    blocks.push(Block::Button {
        label: "Open the event".to_owned(),
        url: event_url(composer, tickets),
    });
    let mut pictures = Vec::with_capacity(tickets.len());
    for ticket in tickets {
        let name = format!("{}.png", ticket.id);
        pictures.push(Picture {
            name: name.clone(),
            png: qr::png(&ticket.code)?,
        });
        let (holder, kind) = (ticket.attendee_name.clone(), ticket.ticket_type_name.clone());
        blocks.push(Block::Ticket {
            name: holder,
            kind,
            picture: name,
        });
    }
    let subject = format!(
        "Your {} for {title}",
        if tickets.len() == 1 { "ticket" } else { "tickets" }
    );
    let footer = "You get this mail because a ticket was made out to this address.".to_owned();
    let layout = Layout {
        heading: subject.clone(),
        blocks,
        footer,
    };
    Ok(Mail {
        template: Template::OrderCompleted,
        recipient,
        subject,
        text: layout.text(),
        html: layout.html(),
        calendar: tickets.first().and_then(|ticket| entry(composer, ticket, false, now)),
        pictures,
    })
}

fn cancelled_mail(composer: &Composer, recipient: Recipient, tickets: &[&Ticket], now: OffsetDateTime) -> Option<Mail> {
    let first = tickets.first()?;
    let subject = format!(
        "Cancelled: your {} for {}",
        if tickets.len() == 1 { "ticket" } else { "tickets" },
        first.event_title
    );
    let blocks = vec![
        Block::Paragraph(format!("Hello {},", recipient.name)),
        Block::Paragraph("the order was cancelled, and the codes of its tickets no longer admit anybody.".to_owned()),
        Block::Button {
            label: "Open the event".to_owned(),
            url: event_url(composer, tickets),
        },
    ];
    let footer = "You get this mail because a ticket was made out to this address.".to_owned();
    let layout = Layout {
        heading: subject.clone(),
        blocks,
        footer,
    };
    Some(Mail {
        template: Template::OrderCancelled,
        recipient,
        subject,
        text: layout.text(),
        html: layout.html(),
        calendar: entry(composer, first, true, now),
        pictures: Vec::new(),
    })
}

fn notices(order: &Order, kind: Kind) -> Vec<NewNotice> {
    let title = order
        .tickets
        .first()
        .map(|ticket| ticket.event_title.clone())
        .unwrap_or_default();
    let notice = |user: UserId| NewNotice {
        user,
        kind,
        event_title: title,
        path: if kind == Kind::OrderCompleted {
            "/tickets".to_owned()
        } else {
            format!("/events/{}", order.event_id)
        },
        detail: String::new(),
    };
    order.buyer_id.parse().ok().map(notice).into_iter().collect()
}

fn event_url(composer: &Composer, tickets: &[&Ticket]) -> String {
    let event = tickets
        .first()
        .map(|ticket| ticket.event_id.as_str())
        .unwrap_or_default();
    format!("{}/events/{event}", composer.site)
}

fn span(ticket: &Ticket) -> Option<String> {
    let start = ticket.event_start_time.and_then(moment)?;
    Some(when::span(
        start,
        ticket.event_end_time.and_then(moment),
        &ticket.event_time_zone,
    ))
}

fn entry(composer: &Composer, ticket: &Ticket, cancelled: bool, now: OffsetDateTime) -> Option<String> {
    let host = composer.site.split("://").last().unwrap_or_default();
    let entry = calendar::Entry {
        uid: &format!("{}@{host}", ticket.event_id),
        title: &ticket.event_title,
        url: &format!("{}/events/{}", composer.site, ticket.event_id),
        start: ticket.event_start_time.and_then(moment)?,
        end: ticket.event_end_time.and_then(moment),
        // Seconds since the ticket was made: a later mail's entry replaces an earlier one's.
        sequence: ticket
            .create_time
            .map_or(0, |made| (now.unix_timestamp() - made.seconds).max(0)),
        cancelled,
    };
    Some(calendar::file(&entry, now))
}
