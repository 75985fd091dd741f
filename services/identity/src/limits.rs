//! Every bound of this service that is no property of a domain type, with its unit and its reason.

use std::time::Duration;

use crate::domain::Quota;

/// Tries of one network to log in to one account. A person mistypes a few times; a list of a million passwords takes a
/// year. The bucket is full again after a success.
pub(crate) const LOG_IN_PER_ACCOUNT_AND_NETWORK: Quota = Quota::new(10, Duration::from_secs(30));
/// Tries of all networks to log in to one account. Ten times as many, so that one stranger cannot lock the owner out, and
/// a thousand strangers together get no further than one.
pub(crate) const LOG_IN_PER_ACCOUNT: Quota = Quota::new(100, Duration::from_secs(30));
/// Mails of one kind to one address, so that nobody's mailbox is flooded by means of us.
pub(crate) const MAIL_PER_ACCOUNT: Quota = Quota::new(3, Duration::from_secs(10 * 60));
/// Sign-ups from one network: what a class room does at once, and little for somebody who makes accounts in bulk.
pub(crate) const SIGN_UP_PER_NETWORK: Quota = Quota::new(60, Duration::from_secs(10));
/// Addresses that one user looks up by adding members: a team at once, and no directory of the platform's users.
pub(crate) const ADD_MEMBER_PER_USER: Quota = Quota::new(30, Duration::from_secs(60));
/// Pictures of one user.
pub(crate) const PICTURE_PER_USER: Quota = Quota::new(10, Duration::from_secs(60));

/// Sessions of one user at the same time; the oldest makes room.
pub(crate) const LOGINS_PER_USER: i64 = 50;
/// Links of one kind to one user that work at the same time: mails overtake each other, and any of them should do.
pub(crate) const LINKS_PER_USER: i64 = 5;
/// Accounts in one request by another service.
pub(crate) const BATCH_USERS_MAX: usize = 100;
/// Accounts in one answer to another service.
pub(crate) const LIST_USERS_MAX: i64 = 200;
/// Characters of a search.
pub(crate) const SEARCH_LENGTH_MAX: usize = 100;
/// Bytes of a mailed token as it comes in; ours have 43.
pub(crate) const TOKEN_BYTES_MAX: usize = 128;

/// The one-time setup token. A restart prints a new one.
pub(crate) const SETUP_TOKEN_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);
/// A picture that was announced and never attached is removed.
pub(crate) const PICTURE_PENDING: Duration = Duration::from_secs(60 * 60);
/// Accounts that were never verified give their address free.
pub(crate) const UNVERIFIED_LIFETIME: Duration = Duration::from_secs(14 * 24 * 60 * 60);
/// Sessions that are over are kept for those who look into an incident.
pub(crate) const LOGIN_RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Rows that one sweep removes in one statement.
pub(crate) const SWEEP_BATCH: i64 = 1_000;
/// Statements of one sweep of one table; the next sweep goes on.
pub(crate) const SWEEP_BATCHES_MAX: usize = 50;
/// Pictures that one sweep removes: each is a call to the store of files.
pub(crate) const SWEEP_PICTURES: i64 = 50;
/// Time between sweeps.
pub(crate) const SWEEP_EVERY: Duration = Duration::from_secs(10 * 60);
/// Time between looks at the signing keys; far below the time that a new key is published ahead.
pub(crate) const KEYS_EVERY: Duration = Duration::from_secs(60);
/// Time between looks at requests for mail that no command of this process announced.
pub(crate) const MAIL_EVERY: Duration = Duration::from_secs(1);
/// Requests for mail that are answered in one go.
pub(crate) const MAIL_BATCH_MAX: usize = 100;
