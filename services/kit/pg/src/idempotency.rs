//! The same request twice is one change and one response (AIP-155).
//!
//! The claim of a request id is a row in the transaction of the change: it is there exactly if the change is. A second
//! request that comes while the first is at work waits for the first one's transaction by the row's unique key.

use prost::Message;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::limits::{CLAIM_RETENTION, SWEEP_BATCH_MAX};
use crate::{Error, Pool, Result, Transaction};

/// What makes two requests the same one, and what they must then have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    caller: String,
    method: &'static str,
    request_id: Uuid,
    payload_hash: [u8; 32],
}

/// A claimed request id.
#[derive(Debug)]
pub enum Claim<R> {
    /// The first time: do it, then [`complete`](Fresh::complete) in the same transaction.
    Fresh(Fresh),
    /// Done before, with this response.
    Replay(R),
}

/// The duty to store the response. Without it the request can neither be repeated nor done again for a day.
#[derive(Debug)]
#[must_use]
pub struct Fresh {
    key: RequestKey,
}

/// What is stored for a request id.
#[derive(Debug)]
pub enum Stored<R> {
    /// The request was done before, with this response.
    Response(R),
    /// The id was used for another request.
    OtherRequest,
}

impl RequestKey {
    /// `caller` is whoever the id is unique for (`usr_…`, a service's name, `anonymous`), `method` the RPC's name.
    ///
    /// The payload is compared by its encoding, so `request` must have no map fields: their order is not defined.
    pub fn new(caller: impl Into<String>, method: &'static str, request_id: Uuid, request: &impl Message) -> Self {
        let payload_hash = Sha256::digest(request.encode_to_vec()).into();
        Self {
            caller: caller.into(),
            method,
            request_id,
            payload_hash,
        }
    }
}

/// Runs `command` once for `key`: in a transaction with the claim and the response, or not at all when the same request
/// was done before. The command must not commit; a failed one leaves nothing behind and may be tried again.
///
/// ```no_run
/// # use kit_pg::{Error, Pool, idempotency::{RequestKey, once}};
/// # async fn example(pool: &Pool, key: &RequestKey, now: time::OffsetDateTime, name: &str) -> Result<String, Error> {
/// once(pool, key, now, async |tx| {
///     sqlx::query("insert into speakers (name) values ($1)").bind(name).execute(&mut **tx).await?;
///     Ok(format!("hello, {name}"))
/// })
/// .await
/// # }
/// ```
///
/// # Errors
/// What the command returns; [`Error::RequestIdReused`]; failures of the database.
pub async fn once<R, E>(
    pool: &Pool,
    key: &RequestKey,
    now: OffsetDateTime,
    command: impl AsyncFnOnce(&mut Transaction) -> Result<R, E>,
) -> Result<R, E>
where
    R: Message + Default,
    E: From<Error>,
{
    let mut tx = pool.begin().await?;
    match claim(&mut tx, key, now).await? {
        Claim::Replay(response) => Ok(response),
        Claim::Fresh(fresh) => {
            let response = command(&mut tx).await?;
            fresh.complete(&mut tx, &response).await?;
            tx.commit().await?;
            Ok(response)
        }
    }
}

/// Claims `key` within the caller's transaction; waits while another transaction has it.
///
/// # Errors
/// [`Error::RequestIdReused`] when the id was used for another payload; failures of the database.
pub async fn claim<R: Message + Default>(
    connection: &mut PgConnection,
    key: &RequestKey,
    now: OffsetDateTime,
) -> Result<Claim<R>> {
    if insert(connection, key, now).await? {
        return Ok(Claim::Fresh(Fresh { key: key.clone() }));
    }
    match stored(connection, &[key], now).await?.pop().flatten() {
        Some(Stored::Response(response)) => Ok(Claim::Replay(response)),
        Some(Stored::OtherRequest) => Err(Error::RequestIdReused),
        None => Err(Error::Malformed("a claim is neither new nor there".into())),
    }
}

/// What is stored for these keys, each in its place: for commands that do many requests in one transaction, and see to it
/// that none of them is at work elsewhere.
///
/// # Errors
/// Failures of the database.
pub async fn stored<R: Message + Default>(
    connection: &mut PgConnection,
    keys: &[&RequestKey],
    now: OffsetDateTime,
) -> Result<Vec<Option<Stored<R>>>> {
    let rows = sqlx::query(
        "select wanted.place, held.payload_hash, held.response
         from unnest($1::text[], $2::text[], $3::uuid[]) with ordinality as wanted (caller, method, request_id, place)
         join request_claims as held using (caller, method, request_id) where held.claim_time > $4",
    )
    .bind(keys.iter().map(|key| key.caller.as_str()).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.method).collect::<Vec<_>>())
    .bind(keys.iter().map(|key| key.request_id).collect::<Vec<_>>())
    .bind(now - CLAIM_RETENTION)
    .fetch_all(connection)
    .await?;
    let mut found: Vec<Option<Stored<R>>> = keys.iter().map(|_| None).collect();
    for row in rows {
        let place: i64 = row.try_get("place")?;
        let index = usize::try_from(place - 1).expect("ordinality counts from 1");
        found[index] = Some(Stored::read(&row, keys[index])?);
    }
    Ok(found)
}

/// Stores the responses of requests that were done in this transaction. `false` when one of the keys was used elsewhere
/// since [`stored`] was asked, in a transaction that has committed: then this one must be rolled back.
///
/// # Errors
/// Failures of the database.
pub async fn store<R: Message>(
    connection: &mut PgConnection,
    done: &[(&RequestKey, R)],
    now: OffsetDateTime,
) -> Result<bool> {
    let keys = || done.iter().map(|(key, _)| key);
    let inserted = sqlx::query(
        "insert into request_claims as held (caller, method, request_id, payload_hash, response, claim_time)
         select caller, method, request_id, payload_hash, response, $6
         from unnest($1::text[], $2::text[], $3::uuid[], $4::bytea[], $5::bytea[])
             as done (caller, method, request_id, payload_hash, response)
         on conflict (caller, method, request_id) do update
         set payload_hash = excluded.payload_hash, response = excluded.response, claim_time = excluded.claim_time
         where held.claim_time <= $7",
    )
    .bind(keys().map(|key| key.caller.as_str()).collect::<Vec<_>>())
    .bind(keys().map(|key| key.method).collect::<Vec<_>>())
    .bind(keys().map(|key| key.request_id).collect::<Vec<_>>())
    .bind(keys().map(|key| key.payload_hash.as_slice()).collect::<Vec<_>>())
    .bind(
        done.iter()
            .map(|(_, response)| response.encode_to_vec())
            .collect::<Vec<_>>(),
    )
    .bind(now)
    .bind(now - CLAIM_RETENTION)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == done.len() as u64)
}

impl<R: Message + Default> Stored<R> {
    fn read(row: &PgRow, key: &RequestKey) -> Result<Self> {
        if row.try_get::<Vec<u8>, _>("payload_hash")? != key.payload_hash {
            return Ok(Self::OtherRequest);
        }
        let response: Option<Vec<u8>> = row.try_get("response")?;
        let response = response.ok_or_else(|| Error::Malformed("a claim was committed without a response".into()))?;
        R::decode(response.as_slice())
            .map(Self::Response)
            .map_err(|error| Error::Malformed(error.into()))
    }
}

/// Whether the claim is new, or takes the place of one that has expired.
async fn insert(connection: &mut PgConnection, key: &RequestKey, now: OffsetDateTime) -> Result<bool> {
    let inserted = sqlx::query(
        "insert into request_claims as held (caller, method, request_id, payload_hash, claim_time)
         values ($1, $2, $3, $4, $5)
         on conflict (caller, method, request_id) do update
         set payload_hash = excluded.payload_hash, response = null, claim_time = excluded.claim_time
         where held.claim_time <= $6",
    )
    .bind(&key.caller)
    .bind(key.method)
    .bind(key.request_id)
    .bind(key.payload_hash.as_slice())
    .bind(now)
    .bind(now - CLAIM_RETENTION)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

impl Fresh {
    /// Stores the response for repeated requests.
    ///
    /// # Errors
    /// Failures of the database.
    pub async fn complete(self, connection: &mut PgConnection, response: &impl Message) -> Result<()> {
        sqlx::query("update request_claims set response = $4 where caller = $1 and method = $2 and request_id = $3")
            .bind(&self.key.caller)
            .bind(self.key.method)
            .bind(self.key.request_id)
            .bind(response.encode_to_vec())
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// Removes a batch of expired claims; returns how many.
///
/// # Errors
/// Failures of the database.
pub async fn sweep(connection: &mut PgConnection, now: OffsetDateTime) -> Result<u64> {
    let swept = sqlx::query(
        "delete from request_claims where ctid = any (array(
           select ctid from request_claims where claim_time <= $1 limit $2 for update skip locked))",
    )
    .bind(now - CLAIM_RETENTION)
    .bind(SWEEP_BATCH_MAX)
    .execute(connection)
    .await?;
    Ok(swept.rows_affected())
}
