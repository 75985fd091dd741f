//! The door: each method reads its request into domain types, runs a command or a query, and converts what comes back.

mod agenda_service;
mod convert;
mod event_service;
mod parse;
mod viewer;

use kit_core::{Clock, RequestId, Rng};
use kit_pg::idempotency::{RequestKey, once};
use kit_pg::{Pool, Transaction};
use prost::Message;
use tonic::{Response, Status};

use crate::domain::{Mint, User};
use crate::error::Error;
use crate::identity::Identity;
use crate::pictures::Pictures;

/// Both gRPC services. Clones are the same server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) pool: Pool,
    pub(crate) pictures: Pictures,
    pub(crate) identity: Identity,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
}

impl Server {
    fn mint(&self) -> Mint<'_> {
        Mint {
            clock: &self.clock,
            rng: &self.rng,
        }
    }

    /// Runs a command in a transaction, once for each request id of a user: a repeated request gets the first answer.
    async fn once<Q: Message, R: Message + Default>(
        &self,
        method: &'static str,
        id: RequestId,
        user: &User,
        request: &Q,
        command: impl AsyncFnOnce(&mut Transaction) -> Result<R, Error>,
    ) -> Result<Response<R>, Status> {
        let key = RequestKey::new(user.id.to_string(), method, id.uuid(), request);
        let answer = once(&self.pool, &key, self.clock.now(), command).await?;
        Ok(Response::new(answer))
    }
}
