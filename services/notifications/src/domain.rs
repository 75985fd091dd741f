//! Mails, notices, and when to try again. Pure.

pub(crate) mod mail;
pub(crate) mod notice;
pub(crate) mod retry;
