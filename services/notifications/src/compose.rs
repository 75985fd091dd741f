//! From a cause to what is told: who is asked, and then words. One file for each service whose facts are heard.

mod accounts;
mod events;
mod live;
mod orders;

use kit_bus::Fact;
use thiserror::Error;
use time::OffsetDateTime;
use tonic::Status;

use crate::domain::mail::Mail;
use crate::domain::notice::NewNotice;
use crate::peers::Clients;
use crate::render::qr::QrError;

/// What a cause makes.
#[derive(Debug, Default)]
pub(crate) struct Composition {
    pub(crate) mails: Vec<Mail>,
    pub(crate) notices: Vec<NewNotice>,
}

/// Where links lead, and whom to ask.
#[derive(Clone, Debug)]
pub(crate) struct Composer {
    pub(crate) clients: Clients,
    /// Without a slash at the end.
    pub(crate) site: String,
}

#[derive(Debug, Error)]
pub(crate) enum ComposeError {
    #[error("another service could not be asked")]
    Peer(#[from] Status),
    #[error("the fact cannot be read")]
    Fact(#[from] kit_bus::Error),
    #[error("a QR code could not be drawn")]
    Code(#[from] QrError),
}

impl ComposeError {
    /// Whether it will fail in the same way the next time.
    pub(crate) fn is_permanent(&self) -> bool {
        !matches!(self, Self::Peer(_))
    }
}

/// The facts that are told of, by their full names.
pub(crate) const KINDS: [&str; 11] = [
    "plenary.identity.v1.EmailVerificationRequested",
    "plenary.identity.v1.SignUpRepeated",
    "plenary.identity.v1.PasswordResetRequested",
    "plenary.identity.v1.PasswordChanged",
    "plenary.ticketing.v1.OrderCompleted",
    "plenary.ticketing.v1.OrderCancelled",
    "plenary.events.v1.EventSubmitted",
    "plenary.events.v1.EventApproved",
    "plenary.events.v1.EventRejected",
    "plenary.events.v1.EventCancelled",
    "plenary.live.v1.RoomWentLive",
];

impl Composer {
    /// # Errors
    /// When another service cannot be asked now, or the fact is not what its kind says.
    pub(crate) async fn compose(&self, fact: &Fact, now: OffsetDateTime) -> Result<Composition, ComposeError> {
        if let Some(fact) = fact.decode()? {
            return Ok(accounts::verification(self, &fact));
        }
        if let Some(fact) = fact.decode()? {
            return Ok(accounts::repeated(self, &fact));
        }
        if let Some(fact) = fact.decode()? {
            return Ok(accounts::reset(self, &fact));
        }
        if let Some(fact) = fact.decode()? {
            return Ok(accounts::changed(self, &fact));
        }
        if let Some(fact) = fact.decode()? {
            return orders::completed(self, fact, now).await;
        }
        if let Some(fact) = fact.decode()? {
            return orders::cancelled(self, fact, now).await;
        }
        if let Some(fact) = fact.decode()? {
            return events::submitted(self, fact).await;
        }
        if let Some(fact) = fact.decode()? {
            return events::approved(self, fact).await;
        }
        if let Some(fact) = fact.decode()? {
            return events::rejected(self, fact).await;
        }
        if let Some(fact) = fact.decode()? {
            return events::cancelled(self, fact).await;
        }
        if let Some(fact) = fact.decode()? {
            return live::went_live(self, fact).await;
        }
        Ok(Composition::default())
    }
}
