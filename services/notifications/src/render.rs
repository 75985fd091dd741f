//! How mails look: words in, text and HTML out. Pure.

pub(crate) mod calendar;
pub(crate) mod layout;
pub(crate) mod qr;
pub(crate) mod when;
