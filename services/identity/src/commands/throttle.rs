//! How often somebody may try. Each try is counted in a transaction of its own, before the work: neither a failure that
//! rolls back nor a hundred requests at once escape the count.

use std::fmt::Display;
use std::time::Duration;

use kit_core::Email;

use crate::domain::{Client, Quota, TokenHash};
use crate::error::{Error, Result};
use crate::limits::{LOG_IN_PER_ACCOUNT, LOG_IN_PER_ACCOUNT_AND_NETWORK};
use crate::service::Service;
use crate::store::throttles;

/// The two counts of attempts to log in to an account: from one network, and from all.
#[derive(Clone, Debug)]
pub(super) struct LogInAttempts {
    from_network: Bucket,
    from_anywhere: Bucket,
}

/// What is counted. The name keeps an account's log-ins apart from its mails.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    key: TokenHash,
    quota: Quota,
}

impl LogInAttempts {
    /// Of one client at one account, whether it exists or not.
    pub(super) fn new(email: &Email, client: Client) -> Self {
        let who = format!("{email}\n{client}");
        Self {
            from_network: Bucket::new("log in from network", who, LOG_IN_PER_ACCOUNT_AND_NETWORK),
            from_anywhere: Bucket::new("log in", email, LOG_IN_PER_ACCOUNT),
        }
    }

    /// Counts a try. What one network was refused does not count for the others.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`].
    pub(super) async fn take(&self, service: &Service) -> Result<()> {
        self.from_network.take(service).await?;
        self.from_anywhere.take(service).await
    }

    /// The client knew the password.
    pub(super) async fn succeeded(&self, service: &Service) -> Result<()> {
        self.from_network.forget(service).await
    }

    /// The client has set the password: whoever guesses starts anew, and the owner can go in.
    pub(super) async fn forget(&self, service: &Service) -> Result<()> {
        self.from_network.forget(service).await?;
        self.from_anywhere.forget(service).await
    }
}

impl Bucket {
    /// The bucket of one `who` for one kind of attempt.
    pub(super) fn new(kind: &str, who: impl Display, quota: Quota) -> Self {
        Self {
            key: TokenHash::of(&format!("{kind}\n{who}")),
            quota,
        }
    }

    /// The bucket of a network for one kind of attempt; callers whom no gateway vouches for share one.
    pub(super) fn of_network(kind: &str, client: Client, quota: Quota) -> Self {
        Self::new(&format!("{kind} by network"), client, quota)
    }

    /// Counts a try.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`].
    pub(super) async fn take(&self, service: &Service) -> Result<()> {
        self.try_take(service)
            .await?
            .map_err(|retry_after| Error::TooManyAttempts { retry_after })
    }

    /// Counts a try, or says how long to wait.
    pub(super) async fn try_take(&self, service: &Service) -> Result<Result<(), Duration>> {
        let mut connection = service.pool.acquire().await?;
        Ok(throttles::take(&mut connection, self.key, self.quota, service.clock.now()).await?)
    }

    /// Forgets the tries: the last one was in the right.
    async fn forget(&self, service: &Service) -> Result<()> {
        let mut connection = service.pool.acquire().await?;
        Ok(throttles::forget(&mut connection, self.key).await?)
    }
}
