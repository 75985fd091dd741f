//! The floor: what the same PostgreSQL does, on this machine and now, when an order is one statement.
//!
//! The statement takes a seat of the hot row and writes the order, durably, from as many connections as a service has.
//! Once with one order in each statement, which cannot be faster than the row's lock is handed on (a flush of the log
//! each), and once with fifty, which is what remains when the flush is shared. No gateway, no tokens, no idempotency key,
//! no tickets, no facts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Executor as _, PgPool};
use tokio::task::JoinSet;

use crate::clock;

const WINDOW: Duration = Duration::from_secs(4);
const BATCH: i32 = 50;

const TABLES: &str = "drop schema if exists loadtest cascade;
    create schema loadtest;
    create table loadtest.types (id integer primary key, sold bigint not null, capacity bigint not null check (sold <= capacity));
    create table loadtest.orders (id uuid primary key, type_id integer not null, buyer text not null, create_time timestamptz not null);
    insert into loadtest.types values (1, 0, 1000000000);";

const ORDER: &str = "with taken as (
        update loadtest.types set sold = sold + $1 where id = 1 and sold + $1 <= capacity returning id)
    insert into loadtest.orders (id, type_id, buyer, create_time)
    select gen_random_uuid(), taken.id, 'buyer@example.org', now() from taken, generate_series(1, $1)";

/// Orders a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Floor {
    pub(crate) single: f64,
    pub(crate) batched: f64,
}

/// Measures in a schema of its own, which it removes.
pub(crate) async fn measure(url: &str, connections: u32) -> Result<Floor> {
    let pool = PgPoolOptions::new().max_connections(connections).connect(url).await?;
    pool.execute(TABLES).await?;
    let single = rate(&pool, connections, 1).await?;
    let batched = rate(&pool, connections, BATCH).await?;
    pool.execute("drop schema loadtest cascade").await?;
    pool.close().await;
    Ok(Floor { single, batched })
}

#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
async fn rate(pool: &PgPool, connections: u32, batch: i32) -> Result<f64> {
    let orders = Arc::new(AtomicU64::new(0));
    let (start, mut running) = (clock::now(), JoinSet::new());
    for _ in 0..connections {
        let (pool, orders) = (pool.clone(), Arc::clone(&orders));
        running.spawn(async move {
            while start.elapsed() < WINDOW {
                let done = sqlx::query(ORDER).bind(batch).execute(&pool).await?;
                orders.fetch_add(done.rows_affected(), Ordering::Relaxed);
            }
            anyhow::Ok(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(orders.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64())
}
