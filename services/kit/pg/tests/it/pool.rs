use std::os::unix::fs::symlink;

use futures::poll;
use kit_pg::{Config, Error, Pool};
use sqlx::Row;
use url::Url;

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

#[tokio::test]
async fn a_begin_that_is_given_up_leaves_no_transaction_behind() {
    let sample = Sample::new().await;
    let only = Config {
        max_connections: 1,
        ..sample.db.config()
    };
    // Given up after its first step, its second, and so on, until one comes to its end.
    for steps in 1_i64.. {
        let pool = Pool::new(&only, "sample").expect("an address");
        pool.ping().await.expect("connected");
        let mut begun = false;
        {
            let beginning = pool.begin();
            tokio::pin!(beginning);
            for _ in 0..steps {
                begun = begun || poll!(&mut beginning).is_ready();
                // Time enough for the server to answer.
                sample.pool.ping().await.expect("connected");
            }
        }
        let name = format!("after {steps}");
        add(&mut pool.acquire().await.expect("connected"), &name)
            .await
            .expect("added");
        assert_eq!(
            sample.count("things").await,
            steps,
            "{name}: what was added outside of a transaction is there for all"
        );
        if begun {
            break;
        }
    }
}

#[tokio::test]
async fn at_the_start_a_database_is_waited_for() {
    let sample = Sample::new().await;
    let folder = tempfile::tempdir().expect("a folder");
    let away = folder.path().join("sockets");
    let mut address = Url::parse(sample.db.config().url.expose()).expect("a URL");
    let sockets = address.query_pairs().find(|(key, _)| key == "host");
    let sockets = sockets
        .expect("the tests' own server is reached by a socket")
        .1
        .into_owned();
    address
        .query_pairs_mut()
        .clear()
        .append_pair("host", &away.to_string_lossy());
    let pool = Pool::new(&Config::at(String::from(address)), "sample").expect("an address");

    let waiting = pool.acquire_at_start();
    tokio::pin!(waiting);
    for _ in 0..10 {
        assert!(poll!(&mut waiting).is_pending(), "nobody is there yet");
        assert!(pool.ping().await.is_err());
    }
    symlink(sockets, away).expect("the server appears");
    waiting.await.expect("connected");
}

#[tokio::test]
async fn at_the_start_what_waiting_does_not_mend_is_told_at_once() {
    let sample = Sample::new().await;
    let mut address = Url::parse(sample.db.config().url.expose()).expect("a URL");
    address.set_path("no_such_database");
    let pool = Pool::new(&Config::at(String::from(address)), "sample").expect("an address");
    let error = pool.acquire_at_start().await.expect_err("there is no such database");
    assert!(matches!(error, Error::Query(_)), "{error:?}");
}
