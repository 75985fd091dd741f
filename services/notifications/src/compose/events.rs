//! What organizers, administrators and ticket holders hear of an event's life.

use std::collections::BTreeSet;

use plenary_proto::events::v1::{EventApproved, EventCancelled, EventRejected, EventSubmitted};

use super::{ComposeError, Composer, Composition};
use crate::domain::mail::{Mail, Recipient, Template};
use crate::domain::notice::{Kind, NewNotice};
use crate::peers::Person;
use crate::render::layout::{Block, Layout};

const TEAM_FOOTER: &str = "You get this mail because you are in the event's team.";
const HOLDER_FOOTER: &str = "You get this mail because a ticket was made out to this address.";

pub(super) async fn submitted(composer: &Composer, fact: EventSubmitted) -> Result<Composition, ComposeError> {
    let administrators = composer.clients.administrators().await?;
    let notice = |person: Person| NewNotice {
        user: person.id,
        kind: Kind::EventSubmitted,
        event_title: fact.title.clone(),
        path: "/admin/approvals".to_owned(),
        detail: String::new(),
    };
    Ok(Composition {
        mails: Vec::new(),
        notices: administrators.into_iter().map(notice).collect(),
    })
}

pub(super) async fn approved(composer: &Composer, fact: EventApproved) -> Result<Composition, ComposeError> {
    let team = composer.clients.team(&fact.organization_id).await?;
    let subject = format!("Approved: {}", fact.title);
    let mut composition = Composition::default();
    for person in team {
        let blocks = vec![
            Block::Paragraph(format!("Hello {},", person.name)),
            Block::Paragraph(format!(
                "{} has been approved. Publish it when you are ready.",
                fact.title
            )),
            Block::Button {
                label: "Open the event".to_owned(),
                url: editor(composer, &fact.event_id),
            },
        ];
        composition.notices.push(team_notice(
            &person,
            Kind::EventApproved,
            &fact.title,
            &fact.event_id,
            "",
        ));
        composition.mails.push(mail(
            Template::EventApproved,
            person.into(),
            &subject,
            blocks,
            TEAM_FOOTER,
        ));
    }
    Ok(composition)
}

pub(super) async fn rejected(composer: &Composer, fact: EventRejected) -> Result<Composition, ComposeError> {
    let team = composer.clients.team(&fact.organization_id).await?;
    let subject = format!("Please change: {}", fact.title);
    let mut composition = Composition::default();
    for person in team {
        let blocks = vec![
            Block::Paragraph(format!("Hello {},", person.name)),
            Block::Paragraph(format!(
                "{} has been sent back. Change what is asked for and submit it again.",
                fact.title
            )),
            Block::Quote(fact.reason.clone()),
            Block::Button {
                label: "Open the event".to_owned(),
                url: editor(composer, &fact.event_id),
            },
        ];
        let notice = team_notice(&person, Kind::EventRejected, &fact.title, &fact.event_id, &fact.reason);
        composition.notices.push(notice);
        composition.mails.push(mail(
            Template::EventRejected,
            person.into(),
            &subject,
            blocks,
            TEAM_FOOTER,
        ));
    }
    Ok(composition)
}

pub(super) async fn cancelled(composer: &Composer, fact: EventCancelled) -> Result<Composition, ComposeError> {
    let holders = composer.clients.holders(&fact.event_id).await?;
    let subject = format!("Called off: {}", fact.title);
    let mut composition = Composition::default();
    let (mut mailed, mut noticed) = (BTreeSet::new(), BTreeSet::new());
    for holder in holders {
        if let Some(user) = holder.user_id.parse().ok().filter(|user| noticed.insert(*user)) {
            let (event_title, path) = (fact.title.clone(), format!("/events/{}", fact.event_id));
            let kind = Kind::EventCancelled;
            composition.notices.push(NewNotice {
                user,
                kind,
                event_title,
                path,
                detail: String::new(),
            });
        }
        if mailed.insert(holder.email.clone()) {
            let blocks = vec![
                Block::Paragraph(format!("Hello {},", holder.name)),
                Block::Paragraph(format!(
                    "{} has been called off by its organizer and will not take place.",
                    fact.title
                )),
                Block::Button {
                    label: "Open the event".to_owned(),
                    url: format!("{}/events/{}", composer.site, fact.event_id),
                },
            ];
            let recipient = Recipient {
                email: holder.email,
                name: holder.name,
            };
            composition.mails.push(mail(
                Template::EventCancelled,
                recipient,
                &subject,
                blocks,
                HOLDER_FOOTER,
            ));
        }
    }
    Ok(composition)
}

fn team_notice(person: &Person, kind: Kind, title: &str, event_id: &str, detail: &str) -> NewNotice {
    NewNotice {
        user: person.id,
        kind,
        event_title: title.to_owned(),
        path: format!("/organize/events/{event_id}"),
        detail: detail.to_owned(),
    }
}

fn mail(template: Template, recipient: Recipient, subject: &str, blocks: Vec<Block>, footer: &str) -> Mail {
    let layout = Layout {
        heading: subject.to_owned(),
        blocks,
        footer: footer.to_owned(),
    };
    let (text, html) = (layout.text(), layout.html());
    Mail {
        template,
        recipient,
        subject: subject.to_owned(),
        text,
        html,
        calendar: None,
        pictures: Vec::new(),
    }
}

fn editor(composer: &Composer, event_id: &str) -> String {
    format!("{}/organize/events/{event_id}", composer.site)
}

impl From<Person> for Recipient {
    fn from(person: Person) -> Self {
        Self {
            email: person.email,
            name: person.name,
        }
    }
}
