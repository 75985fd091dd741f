//! Every bound of this crate, with its unit and its reason.

use std::time::Duration;

/// Entries a stream keeps, approximately. A consumer group that is further behind has lost facts; at a thousand facts a
/// minute this is more than an hour and a half, and the outbox can publish again what it retains.
pub(crate) const STREAM_ENTRIES_MAX: usize = 100_000;
/// Entries a parked stream keeps, approximately: enough to look at, too few to fill a disk.
pub(crate) const PARKED_ENTRIES_MAX: usize = 10_000;
/// Entries a consumer reads at once.
pub(crate) const READ_BATCH_MAX: usize = 64;
/// How long a read waits for entries. A stop is noticed at once; this only bounds how long a dead peer goes unnoticed.
pub(crate) const READ_BLOCK: Duration = Duration::from_secs(5);
/// How long an entry may stay unacknowledged before another consumer takes it over.
pub(crate) const STALE_AFTER: Duration = Duration::from_secs(60);
/// How often stale entries are looked for.
pub(crate) const CLAIM_EVERY: Duration = Duration::from_secs(15);
/// How often an entry is tried before it is parked: about six seconds with the pauses between.
pub(crate) const ATTEMPTS_MAX: u32 = 8;
/// A consumer without pending entries that has been idle so long belongs to a process that is gone.
pub(crate) const CONSUMER_FORGOTTEN_AFTER: Duration = Duration::from_secs(3600);

/// First and longest pause between attempts to reach Redis or to handle an entry.
pub(crate) const BACKOFF_MIN: Duration = Duration::from_millis(50);
pub(crate) const BACKOFF_MAX: Duration = Duration::from_secs(5);

/// How long a command may take. Redis answers in well under a millisecond; a second means it is not there.
pub(crate) const COMMAND_TIMEOUT: Duration = Duration::from_secs(1);

/// Messages a subscriber may be behind before it is told that it missed some.
pub(crate) const FANOUT_BUFFER_MESSAGES: usize = 256;
/// Messages that wait for Redis; more are served to this process only.
pub(crate) const FANOUT_OUTGOING_MAX: usize = 4096;
/// Messages that go to Redis in one round trip.
pub(crate) const FANOUT_BATCH_MAX: usize = 128;
/// How often the subscribing connection is asked whether it is still there.
pub(crate) const FANOUT_PING_EVERY: Duration = Duration::from_secs(10);

/// How long the rate limiter does without Redis after a failure, so that an outage does not slow every request.
pub(crate) const LIMITER_PAUSE: Duration = Duration::from_secs(1);
/// Keys the in-process limiter remembers. At about 100 bytes each that is 10 MB.
pub(crate) const LIMITER_KEYS_MAX: usize = 100_000;
/// How long the limiter waits for Redis: it stands in front of requests, where a guess now is better than the truth late.
pub(crate) const LIMITER_TIMEOUT: Duration = Duration::from_millis(250);
/// Entries of one registry that a process remembers of its own.
pub(crate) const REGISTRY_ENTRIES_MAX: usize = 10_000;
