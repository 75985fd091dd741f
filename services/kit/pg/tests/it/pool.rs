use sqlx::Row;

use kit_pg::{Config, Error, Pool};

use crate::sample::{Sample, add};

#[tokio::test]
async fn a_transaction_that_is_dropped_changes_nothing() {
    let sample = Sample::new().await;
    let mut tx = sample.pool.begin().await.expect("begun");
    add(&mut tx, "dropped").await.expect("added");
    drop(tx);
    let mut tx = sample.pool.begin().await.expect("begun");
    add(&mut tx, "rolled back").await.expect("added");
    tx.rollback().await.expect("rolled back");
    assert_eq!(sample.count("things").await, 0);

    let mut tx = sample.pool.begin().await.expect("begun");
    add(&mut tx, "committed").await.expect("added");
    tx.commit().await.expect("committed");
    assert_eq!(sample.count("things").await, 1);
}

#[tokio::test]
async fn connections_are_the_services_own() {
    let sample = Sample::new().await;
    let mut connection = sample.pool.acquire().await.expect("connected");
    let row = sqlx::query(
        "select current_schema(), current_setting('application_name'), current_setting('statement_timeout'),
                current_setting('lock_timeout')",
    )
    .fetch_one(&mut *connection)
    .await
    .expect("settings");
    let settings: Vec<String> = (0..4).map(|column| row.get(column)).collect();
    assert_eq!(settings, ["sample", "sample", "10s", "5s"]);
}

#[tokio::test]
async fn a_database_that_is_away_is_unavailable() {
    // A port that was free a moment ago, and where nobody listens.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = listener.expect("a free port");
    let pool = Pool::new(&Config::at(format!("postgres://nobody@{address}/nothing")), "sample").expect("an address");
    let error = pool.ping().await.expect_err("nobody is there");
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    assert!(error.is_transient());

    let error = Pool::new(&Config::at("not an address"), "sample").expect_err("that is none");
    assert!(matches!(error, Error::Address(_)), "{error:?}");
}
