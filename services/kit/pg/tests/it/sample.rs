//! A service with one table, and what its tests need again and again.

use std::pin::Pin;
use std::time::Duration;

use kit_bus::Fact;
use kit_core::ids::FactId;
use kit_core::{Clock, ManualClock, Rng};
use kit_pg::{Migration, Migrations, PgConnection, Pool};
use kit_testing::TestDb;
use prost_types::Timestamp;
use sqlx::Row;

pub(crate) const MIGRATIONS: Migrations = Migrations {
    schema: "sample",
    steps: &[Migration {
        name: "0001_things",
        sql: "-- Things, each with a name of its own.
              create table things (
                id bigint generated always as identity primary key,
                name text not null constraint things_name_key unique,
                weight int not null default 1 constraint things_weight_check check (weight > 0)
              );",
    }],
};

pub(crate) struct Sample {
    pub(crate) db: TestDb,
    pub(crate) pool: Pool,
    pub(crate) hand: ManualClock,
    pub(crate) rng: Rng,
}

impl Sample {
    pub(crate) async fn new() -> Self {
        Self::over(TestDb::new(&MIGRATIONS).await)
    }

    pub(crate) fn over(db: TestDb) -> Self {
        Self {
            pool: db.pool(),
            db,
            hand: ManualClock::fixed(),
            rng: Rng::seeded(1),
        }
    }

    pub(crate) fn clock(&self) -> Clock {
        self.hand.clock()
    }

    /// A fact that carries a number.
    pub(crate) fn fact(&self, number: i64) -> Fact {
        let id = FactId::new(&self.clock(), &self.rng);
        Fact::new(
            id,
            self.clock().now(),
            &Timestamp {
                seconds: number,
                nanos: 0,
            },
        )
    }

    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        let mut connection = self.pool.acquire().await.expect("connected");
        let count = match table {
            "things" => "select count(*) from things",
            "inbox" => "select count(*) from inbox",
            "outbox" => "select count(*) from outbox",
            "waiting" => "select count(*) from outbox where publish_time is null",
            "request_claims" => "select count(*) from request_claims",
            _ => unreachable!("no such table"),
        };
        sqlx::query(count)
            .fetch_one(&mut *connection)
            .await
            .expect("counted")
            .get(0)
    }
}

pub(crate) async fn add(connection: &mut PgConnection, name: &str) -> kit_pg::Result<()> {
    sqlx::query("insert into things (name) values ($1)")
        .bind(name)
        .execute(connection)
        .await?;
    Ok(())
}

/// The number that a fact of [`Sample::fact`] carries.
pub(crate) fn number(fact: &Fact) -> i64 {
    fact.decode::<Timestamp>()
        .expect("well formed")
        .expect("a number")
        .seconds
}

/// Waits for what must come soon.
pub(crate) fn soon<'a, T: 'a>(
    what: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(async {
        tokio::time::timeout(Duration::from_secs(20), what)
            .await
            .expect("it comes soon")
    })
}
