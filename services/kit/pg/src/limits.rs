//! Every bound of this crate, with its unit and its reason.

use std::time::Duration;

/// How long a request waits for a free connection. Longer means overload, which is told rather than queued.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a process that starts waits for its database: a server that recovers, or a machine that starts everything at
/// once, takes its time. Nobody is waiting for an answer yet.
pub(crate) const START_TIMEOUT: Duration = Duration::from_secs(120);
/// Between attempts at the start when the database refuses at once.
pub(crate) const START_PAUSE: Duration = Duration::from_millis(500);
/// How long a connection lives: moves load back after a failover and bounds the server's caches.
pub(crate) const CONNECTION_LIFETIME: Duration = Duration::from_secs(30 * 60);
/// How long an unused connection stays.
pub(crate) const CONNECTION_IDLE: Duration = Duration::from_secs(5 * 60);
/// A transaction whose process forgot it blocks others and vacuum; no command computes for so long.
pub(crate) const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(30);
/// A statement that is slower is worth a line in the log.
pub(crate) const SLOW_STATEMENT: Duration = Duration::from_millis(500);

/// How long a migration waits for a table lock; behind it every query of that table waits too.
pub(crate) const MIGRATION_LOCK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long to wait for another process that is migrating the same schema.
pub(crate) const MIGRATION_TURN_TIMEOUT: Duration = Duration::from_secs(10 * 60);
/// How often to look whether it is done.
pub(crate) const MIGRATION_TURN_POLL: Duration = Duration::from_millis(50);

/// Facts that go to the stream in one transaction.
pub(crate) const RELAY_BATCH_MAX: i64 = 200;
/// How often the relay looks for facts that nobody told it of: those of a process that died after its commit, or that
/// runs no relay.
pub(crate) const RELAY_POLL: Duration = Duration::from_secs(1);
/// How often the relay asks whether the stream still has what it was given.
pub(crate) const RELAY_CHECK: Duration = Duration::from_secs(15);
/// First and longest pause of the relay when something it needs is away.
pub(crate) const RELAY_BACKOFF_MIN: Duration = Duration::from_millis(100);
pub(crate) const RELAY_BACKOFF_MAX: Duration = Duration::from_secs(5);

/// How long a response is kept for a repeated request.
pub(crate) const CLAIM_RETENTION: time::Duration = time::Duration::hours(24);
/// How long published facts stay, to be published again if the stream loses them.
pub(crate) const OUTBOX_RETENTION: time::Duration = time::Duration::days(3);
/// How long accepted facts are remembered: well beyond the time in which one can still arrive.
pub(crate) const INBOX_RETENTION: time::Duration = time::Duration::days(14);
/// How often old rows are removed.
pub(crate) const SWEEP_EVERY: Duration = Duration::from_secs(10 * 60);
/// Rows removed in one statement, so that no sweep holds locks for long.
pub(crate) const SWEEP_BATCH_MAX: i64 = 5_000;
