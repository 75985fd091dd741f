//! What identity's commands, queries and jobs share.

use std::sync::Arc;

use kit_core::{Clock, Rng};
use kit_pg::{Connection, Pool};
use tokio::sync::Notify;

use crate::config::IdentityConfig;
use crate::error::Result;
use crate::secrets::{Hasher, KeyRing, RefreshTokens};

/// The running service. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Service(Arc<Shared>);

/// See [`Service`].
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) pool: Pool,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    pub(crate) config: IdentityConfig,
    pub(crate) hasher: Hasher,
    pub(crate) keys: KeyRing,
    pub(crate) refresh_tokens: RefreshTokens,
    pub(crate) pictures: kit_blobs::Blobs,
    /// Rung when somebody asked for a mail, so that the job need not wait for its next look.
    pub(crate) mail_wanted: Notify,
}

impl Service {
    pub(crate) fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }

    /// A connection for reading.
    pub(crate) async fn read(&self) -> Result<Connection> {
        Ok(self.pool.acquire().await?)
    }
}

impl std::ops::Deref for Service {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
