//! Handing mails over.

use std::time::Duration;

use kit_config::Secret;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::transport::smtp;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use thiserror::Error;

use crate::store::mails::Outgoing;

/// How long a mail server may take for one step.
const STEP_MAX: Duration = Duration::from_secs(20);

/// A line to the mail server, with a pool of connections.
#[derive(Clone)]
pub(crate) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// The part of message ids behind the @.
    host: String,
}

/// Why a mail was not handed over.
#[derive(Debug, Error)]
pub(crate) enum SmtpError {
    #[error("the mail cannot be put together: {0}")]
    Message(String),
    #[error("the mail server: {0}")]
    Server(#[source] smtp::Error),
}

impl SmtpError {
    /// Whether the same mail will be refused the next time.
    pub(crate) fn is_permanent(&self) -> bool {
        match self {
            Self::Message(_) => true,
            Self::Server(error) => error.is_permanent(),
        }
    }
}

impl Smtp {
    /// # Errors
    /// When the address of the server or the sender cannot be understood.
    pub(crate) fn new(url: &Secret, from: &str) -> anyhow::Result<Self> {
        let from: Mailbox = from.parse()?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose())?;
        let host = from.email.domain().to_owned();
        Ok(Self {
            transport: builder.timeout(Some(STEP_MAX)).build(),
            from,
            host,
        })
    }

    /// Hands a mail over; the server has taken it when this returns.
    pub(crate) async fn send(&self, mail: &Outgoing) -> Result<(), SmtpError> {
        let message = self.message(mail)?;
        self.transport
            .send(message)
            .await
            .map(|_| ())
            .map_err(SmtpError::Server)
    }

    /// Whether the server answers.
    pub(crate) async fn ping(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the mail server does not answer".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Text and HTML as alternatives, the HTML with its pictures, the calendar file beside them.
    fn message(&self, mail: &Outgoing) -> Result<Message, SmtpError> {
        let broken = |error: &dyn std::fmt::Display| SmtpError::Message(error.to_string());
        let address = mail
            .recipient
            .email
            .parse()
            .map_err(|error: lettre::address::AddressError| broken(&error))?;
        let html = SinglePart::html(mail.html.clone());
        let png = ContentType::parse("image/png").map_err(|error| broken(&error))?;
        let shown = mail
            .pictures
            .iter()
            .fold(MultiPart::related().singlepart(html), |parts, picture| {
                parts.singlepart(Attachment::new_inline(picture.name.clone()).body(picture.png.clone(), png.clone()))
            });
        let alternatives = MultiPart::alternative()
            .singlepart(SinglePart::plain(mail.text.clone()))
            .multipart(shown);
        let mut body = MultiPart::mixed().multipart(alternatives);
        if let Some(calendar) = &mail.calendar {
            let kind =
                ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH").map_err(|error| broken(&error))?;
            body = body.singlepart(Attachment::new("event.ics".to_owned()).body(calendar.clone(), kind));
        }
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(mail.recipient.name.clone()), address))
            .subject(&mail.subject)
            .date(mail.create_time.into())
            // The same for a repeat: the mailbox knows it by that.
            .message_id(Some(format!("<{}@{}>", mail.id, self.host)))
            .multipart(body)
            .map_err(|error| broken(&error))
    }
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("host", &self.host).finish_non_exhaustive()
    }
}
