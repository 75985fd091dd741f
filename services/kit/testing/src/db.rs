//! A database for one test.
//!
//! Migrating takes a second, copying a migrated database takes some 20 ms. So there is one template for each set of
//! migrations, named after its fingerprint, and a test gets a copy.

use kit_core::{Clock, Rng};
use kit_pg::{Config, Migrations, Pool};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row};
use url::Url;

use crate::{background, servers};

/// Databases of tests that were killed are dropped after so many seconds. No test takes that long.
const LEFTOVER_AFTER_SECONDS: i64 = 3600;
/// Connections of one test's pool: enough for contention, few enough for many tests at once.
const CONNECTIONS_MAX: u32 = 8;

/// A fresh, migrated database; dropped with this value.
#[derive(Debug)]
pub struct TestDb {
    server: Url,
    name: String,
    schema: &'static str,
}

impl TestDb {
    /// A database with the schema of one service.
    pub async fn new(migrations: &Migrations) -> Self {
        Self::with(&[migrations]).await
    }

    /// A database with the schemas of several services; [`pool`](Self::pool) is the first one's.
    ///
    /// # Panics
    /// When the server cannot be reached or a migration fails.
    pub async fn with(migrations: &[&Migrations]) -> Self {
        let server = Url::parse(&servers::postgres()).expect("the server's address is a URL");
        let schema = migrations.first().expect("at least one schema").schema;
        let mut admin = connect(&server).await;
        let template = template(&mut admin, &server, migrations).await;
        let name = format!("plenary_test_{}_{}", Clock::system().now().unix_timestamp(), random());
        run(&mut admin, &format!("create database {name} template {template}")).await;
        Self { server, name, schema }
    }

    /// Connections to the first schema. Each call makes a pool of its own.
    pub fn pool(&self) -> Pool {
        self.pool_of(self.schema)
    }

    /// Connections to one of several schemas.
    ///
    /// # Panics
    /// Never: the address was used before.
    pub fn pool_of(&self, schema: &'static str) -> Pool {
        Pool::new(&self.config(), schema).expect("the address was used before")
    }

    /// For code under test that makes its pool itself.
    pub fn config(&self) -> Config {
        Config {
            max_connections: CONNECTIONS_MAX,
            ..Config::at(at(&self.server, &self.name))
        }
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let (server, drop) = (self.server.clone(), format!("drop database {} with (force)", self.name));
        // A panic in cleaning up must not hide the test's own.
        let _ = background::finish(async move || run(&mut connect(&server).await, &drop).await);
    }
}

/// The name of the template for `migrations`, made if it is missing.
///
/// Made under another name and renamed when complete, so that one which is there is complete; and under a lock, so that
/// test processes that start together make it once.
async fn template(admin: &mut PgConnection, server: &Url, migrations: &[&Migrations]) -> String {
    let prints: Vec<_> = migrations
        .iter()
        .map(|migrations| hex::encode(&migrations.fingerprint()[..8]))
        .collect();
    let name = format!("plenary_template_{}", prints.join("_"));
    // PostgreSQL cuts longer names off.
    let name = name.chars().take(60).collect::<String>();
    run(admin, "select pg_advisory_lock(hashtext('plenary test templates'))").await;
    let found = sqlx::query("select 1 from pg_database where datname = $1")
        .bind(&name)
        .fetch_optional(&mut *admin)
        .await;
    if found.expect("the catalogue can be read").is_none() {
        drop_leftovers(admin).await;
        let building = format!("plenary_building_{}", random());
        run(admin, &format!("create database {building}")).await;
        let config = Config::at(at(server, &building));
        for migrations in migrations {
            let pool = Pool::new(&config, migrations.schema).expect("the address was used before");
            migrations
                .apply(&pool, &Clock::system())
                .await
                .expect("the migrations apply to an empty database");
            pool.close().await;
        }
        run(admin, &format!("alter database {building} rename to {name}")).await;
    }
    run(admin, "select pg_advisory_unlock(hashtext('plenary test templates'))").await;
    name
}

/// Drops databases of tests and templates whose process did not live to do it.
async fn drop_leftovers(admin: &mut PgConnection) {
    let rows = sqlx::query("select datname from pg_database where datname like 'plenary\\_%'")
        .fetch_all(&mut *admin)
        .await;
    let oldest = Clock::system().now().unix_timestamp() - LEFTOVER_AFTER_SECONDS;
    for row in rows.expect("the catalogue can be read") {
        let name: String = row.try_get(0).expect("a name is text");
        let born = name
            .strip_prefix("plenary_test_")
            .and_then(|rest| rest.split('_').next()?.parse::<i64>().ok());
        // Whoever is building holds the lock that we hold: what is still called so was given up.
        if name.starts_with("plenary_building_") || born.is_some_and(|born| born < oldest) {
            run(admin, &format!("drop database if exists {name} with (force)")).await;
        }
    }
}

/// The address of another database on the same server.
fn at(server: &Url, database: &str) -> String {
    let mut url = server.clone();
    url.set_path(database);
    url.into()
}

fn random() -> String {
    hex::encode(Rng::system().bytes::<8>())
}

async fn connect(server: &Url) -> PgConnection {
    PgConnection::connect(server.as_str())
        .await
        .expect("the PostgreSQL for tests can be reached")
}

/// Runs a statement that is made of names of this module only.
async fn run(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}
