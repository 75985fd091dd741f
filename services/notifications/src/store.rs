//! SQL and row types. Nothing else.

pub(crate) mod causes;
pub(crate) mod mails;
pub(crate) mod notices;
