//! The test kit itself: that tests do not meet, and that nothing is left behind.

use std::time::Duration;

use deadpool_redis::redis::{self, AsyncCommands as _};
use kit_core::Clock;
use kit_pg::{Migration, Migrations, Pool};
use kit_testing::{Background, TestDb, TestRedis};
use sqlx::Row;

const ONE: Migrations = migrations("one");
const TWO: Migrations = migrations("two");

const fn migrations(schema: &'static str) -> Migrations {
    const STEPS: &[Migration] = &[Migration {
        name: "0001_notes",
        sql: "-- Notes.\ncreate table notes (text text);",
    }];
    Migrations { schema, steps: STEPS }
}

async fn note(pool: &Pool) {
    let mut connection = pool.acquire().await.expect("connected");
    sqlx::query("insert into notes values ('here')")
        .execute(&mut *connection)
        .await
        .expect("noted");
}

async fn notes(pool: &Pool) -> i64 {
    let mut connection = pool.acquire().await.expect("connected");
    sqlx::query("select count(*) from notes")
        .fetch_one(&mut *connection)
        .await
        .expect("counted")
        .get(0)
}

async fn exists(pool: &Pool, database: &str) -> bool {
    let mut connection = pool.acquire().await.expect("connected");
    let query = sqlx::query("select exists (select 1 from pg_database where datname = $1)").bind(database);
    query.fetch_one(&mut *connection).await.expect("looked up").get(0)
}

async fn name(pool: &Pool) -> String {
    let mut connection = pool.acquire().await.expect("connected");
    sqlx::query("select current_database()::text")
        .fetch_one(&mut *connection)
        .await
        .expect("looked up")
        .get(0)
}

#[tokio::test]
async fn databases_are_migrated_apart_and_dropped() {
    let (first, second) = (TestDb::new(&ONE).await, TestDb::new(&ONE).await);
    ONE.verify(&first.pool()).await.expect("migrated");
    note(&first.pool()).await;
    assert_eq!((notes(&first.pool()).await, notes(&second.pool()).await), (1, 0));

    let gone = name(&first.pool()).await;
    assert!(exists(&second.pool(), &gone).await);
    drop(first);
    assert!(!exists(&second.pool(), &gone).await);
}

#[tokio::test]
async fn several_schemas_share_a_database() {
    let db = TestDb::with(&[&ONE, &TWO]).await;
    note(&db.pool()).await;
    assert_eq!((notes(&db.pool()).await, notes(&db.pool_of("two")).await), (1, 0));
    assert_eq!(name(&db.pool()).await, name(&db.pool_of("two")).await);
}

#[tokio::test]
async fn keys_are_apart_and_removed() {
    let (first, second) = (TestRedis::new().await, TestRedis::new().await);
    let registry = |redis: &TestRedis| redis.bus(&Clock::system()).registry("node");
    registry(&first).put("nod_1", "one", Duration::from_secs(60)).await;
    assert_eq!(
        (
            registry(&first).list().await.len(),
            registry(&second).list().await.len()
        ),
        (1, 0)
    );

    let (url, pattern) = (first.config().url, format!("*{}*", first.config().prefix));
    let client = redis::Client::open(url.expose()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("connected");
    assert_eq!(
        connection.keys::<_, Vec<String>>(&pattern).await.expect("listed").len(),
        2
    );
    drop(first);
    assert!(
        connection
            .keys::<_, Vec<String>>(&pattern)
            .await
            .expect("listed")
            .is_empty()
    );
}

#[tokio::test]
async fn work_in_the_background_ends_with_the_value() {
    let (alive, ended) = tokio::sync::oneshot::channel::<()>();
    let work = Background::run(async move |_| {
        let _alive = alive;
        std::future::pending::<()>().await;
    });
    drop(work);
    ended.await.expect_err("it never says anything, and is dropped");
}
