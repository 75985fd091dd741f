//! What runs by itself: idempotent, bounded, and harmless in every replica.

use std::error::Error as StdError;
use std::time::Duration;

use futures::StreamExt as _;
use kit_bus::Fact;
use kit_core::ids::{DeliveryId, NotificationId};
use kit_pg::inbox::FactHandler;
use kit_pg::{BoxError, PgConnection};
use tokio_util::sync::CancellationToken;

use crate::Notifications;
use crate::compose::{ComposeError, Composition, KINDS};
use crate::domain::retry::{self, Next};
use crate::error::NotificationsError;
use crate::store::causes::Waiting;
use crate::store::mails::Outgoing;
use crate::store::{causes, mails, notices};

/// Between two looks at what is due, when nothing wakes the job before.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);
/// How long a claimed cause or mail is left alone: longer than a mail server may take.
const CLAIM: Duration = Duration::from_secs(120);
const CAUSES_BATCH: i64 = 20;
const MAILS_BATCH: i64 = 20;
/// Mails that are handed over at the same time.
const MAILS_AT_ONCE: usize = 4;
/// How long the record of what was sent is kept.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);
const SWEEP_INTERVAL: Duration = Duration::from_secs(600);
const SWEEP_BATCH: i64 = 1_000;

/// Remembers the facts that are to be told of.
#[derive(Clone, Debug)]
pub(crate) struct Hear(pub(crate) Notifications);

impl FactHandler for Hear {
    async fn handle(&self, connection: &mut PgConnection, fact: &Fact) -> Result<(), BoxError> {
        if KINDS.contains(&fact.kind.as_str()) {
            causes::insert(connection, fact, self.0.clock.now()).await?;
            self.0.work.notify_one();
        }
        Ok(())
    }
}

/// Composes causes and hands mails over, until `stop`.
pub(crate) async fn tell(notifications: Notifications, stop: CancellationToken) {
    let mut look = tokio::time::interval(LOOK_INTERVAL);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            () = notifications.work.notified() => {}
            () = stop.cancelled() => return,
        }
        if let Err(error) = tell_due(&notifications).await {
            tracing::warn!(error = &error as &dyn StdError, "what is due is told later");
        }
    }
}

/// One round of each: what is due now.
pub(crate) async fn tell_due(notifications: &Notifications) -> Result<(), NotificationsError> {
    let now = notifications.clock.now();
    let due = causes::claim(
        &mut *notifications.pool.acquire().await?,
        now,
        now + CLAIM,
        CAUSES_BATCH,
    )
    .await?;
    for cause in due {
        compose(notifications, cause).await?;
    }
    let due = mails::claim(&mut *notifications.pool.acquire().await?, now, now + CLAIM, MAILS_BATCH).await?;
    let sending = futures::stream::iter(due).map(|mail| send(notifications, mail));
    let results: Vec<Result<(), NotificationsError>> = sending.buffer_unordered(MAILS_AT_ONCE).collect().await;
    results.into_iter().collect()
}

async fn compose(notifications: &Notifications, cause: Waiting) -> Result<(), NotificationsError> {
    let now = notifications.clock.now();
    match notifications.composer.compose(&cause.fact, now).await {
        Ok(composition) => write(notifications, &cause, composition).await,
        Err(error) => {
            let mut connection = notifications.pool.acquire().await?;
            match retry::after(cause.attempts, error.is_permanent()) {
                Next::Again { after } => {
                    causes::put_off(&mut connection, cause.fact.id, now + after, &chain(&error)).await?
                }
                Next::GiveUp => {
                    report_given_up(&cause, &error);
                    causes::fail(&mut connection, cause.fact.id, &chain(&error)).await?;
                }
            }
            Ok(())
        }
    }
}

/// Writes everything that a cause makes, and that it has been made, at once.
async fn write(
    notifications: &Notifications,
    cause: &Waiting,
    composition: Composition,
) -> Result<(), NotificationsError> {
    let Notifications { pool, clock, rng, .. } = notifications;
    let (now, id) = (clock.now(), cause.fact.id);
    let mut tx = pool.begin().await?;
    for mail in &composition.mails {
        mails::insert(&mut tx, DeliveryId::new(clock, rng), id, mail, now).await?;
    }
    let mut made = Vec::new();
    // In the order of their readers, so that two causes do not wait for each other.
    let mut sorted = composition.notices;
    sorted.sort_by_key(|notice| notice.user);
    for new in &sorted {
        made.extend(notices::insert(&mut tx, NotificationId::new(clock, rng), id, new, now).await?);
    }
    causes::done(&mut tx, id).await?;
    tx.commit().await?;
    made.into_iter().for_each(|notice| notifications.announce(&notice));
    Ok(())
}

async fn send(notifications: &Notifications, mail: Outgoing) -> Result<(), NotificationsError> {
    let sent = notifications.smtp.send(&mail).await;
    let now = notifications.clock.now();
    let mut connection = notifications.pool.acquire().await?;
    match sent {
        Ok(()) => mails::sent(&mut connection, mail.id, now).await?,
        Err(error) => match retry::after(mail.attempts, error.is_permanent()) {
            Next::Again { after } => {
                tracing::warn!(mail = %mail.id, attempts = mail.attempts, error = &error as &dyn StdError, "a mail waits");
                mails::put_off(&mut connection, mail.id, now + after, &chain(&error)).await?;
            }
            Next::GiveUp => {
                tracing::error!(mail = %mail.id, attempts = mail.attempts, error = &error as &dyn StdError, "a mail is given up");
                mails::failed(&mut connection, mail.id, &chain(&error), now).await?;
            }
        },
    }
    Ok(())
}

/// Forgets what was told long ago, until `stop`.
pub(crate) async fn sweep(notifications: Notifications, stop: CancellationToken) {
    let mut due = tokio::time::interval(SWEEP_INTERVAL);
    while stop.run_until_cancelled(due.tick()).await.is_some() {
        if let Err(error) = sweep_old(&notifications).await {
            tracing::warn!(error = &error as &dyn StdError, "old rows stay for now");
        }
    }
}

async fn sweep_old(notifications: &Notifications) -> Result<(), NotificationsError> {
    let before = notifications.clock.now() - RETENTION;
    let mut connection = notifications.pool.acquire().await?;
    while mails::sweep(&mut connection, before, SWEEP_BATCH).await? > 0 {}
    while causes::sweep(&mut connection, before, SWEEP_BATCH).await? > 0 {}
    Ok(())
}

fn report_given_up(cause: &Waiting, error: &ComposeError) {
    tracing::error!(cause = %cause.fact.id, kind = cause.fact.kind, error = error as &dyn StdError, "a cause is not told of");
}

/// An error with its causes, for the administrator's page.
fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
