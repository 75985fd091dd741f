//! A mail that is to be sent.

/// What a mail is for: with cause and recipient, what makes it one of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Template {
    VerifyEmail,
    SignUpRepeated,
    ResetPassword,
    PasswordChanged,
    OrderCompleted,
    OrderCancelled,
    EventApproved,
    EventRejected,
    EventCancelled,
}

impl Template {
    /// As stored.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::SignUpRepeated => "sign_up_repeated",
            Self::ResetPassword => "reset_password",
            Self::PasswordChanged => "password_changed",
            Self::OrderCompleted => "order_completed",
            Self::OrderCancelled => "order_cancelled",
            Self::EventApproved => "event_approved",
            Self::EventRejected => "event_rejected",
            Self::EventCancelled => "event_cancelled",
        }
    }
}

/// A composed mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mail {
    pub(crate) template: Template,
    pub(crate) recipient: Recipient,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    /// An iCalendar file.
    pub(crate) calendar: Option<String>,
    /// Named as the HTML names them after `cid:`.
    pub(crate) pictures: Vec<Picture>,
}

/// Whom a mail goes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Recipient {
    pub(crate) email: String,
    pub(crate) name: String,
}

/// A PNG in a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) name: String,
    pub(crate) png: Vec<u8>,
}
