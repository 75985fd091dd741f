//! Bounds of the mail sink.

/// Bytes of one mail. Our largest carries a calendar file and a QR code: far below.
pub(super) const MAIL_BYTES_MAX: usize = 8 << 20;
/// Recipients of one mail.
pub(super) const RECIPIENTS_MAX: usize = 50;
/// Bytes of one line (RFC 5321 section 4.5.3.1.6 asks for 1,000; mailers send longer ones).
pub(super) const LINE_BYTES_MAX: usize = 64 << 10;
/// Conversations at once; more wait to be accepted.
pub(super) const SESSIONS_MAX: usize = 64;
/// Mails kept; the oldest go first.
pub(super) const MAILS_MAX: usize = 1_000;
