use std::fs;
use std::path::Path;

use kit_local::{Durability, Error, Settings};
use rustix::process::{Pid, Signal, kill_process};
use sqlx::{Connection as _, PgConnection, Row};

use crate::{settings, soon};

async fn count(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.expect("the server is ready");
    sqlx::raw_sql("create table if not exists starts (); insert into starts default values")
        .execute(&mut connection)
        .await
        .expect("the role owns the database");
    let row = sqlx::query("select count(*) from starts")
        .fetch_one(&mut connection)
        .await
        .expect("counted");
    connection.close().await.expect("closed");
    row.get(0)
}

fn is_alive(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[tokio::test]
async fn starts_stops_and_keeps_its_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = kit_local::postgres(&settings(folder.path())).await.expect("starts");
    assert_eq!(count(server.url()).await, 1);
    let pid = server.pid();
    assert!(is_alive(pid));
    server.stop().await;
    assert!(!is_alive(pid));
    assert!(
        !folder.path().join("data/postmaster.pid").exists(),
        "an orderly stop takes its pid file away"
    );

    let server = kit_local::postgres(&settings(folder.path()))
        .await
        .expect("starts again");
    assert_eq!(count(server.url()).await, 2);
    let pid = server.pid();
    drop(server);
    assert!(!is_alive(pid), "dropping waits until it has stopped");
}

#[tokio::test]
async fn one_launcher_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = kit_local::postgres(&settings(folder.path())).await.expect("starts");
    let error = kit_local::postgres(&settings(folder.path()))
        .await
        .expect_err("the folder is taken");
    assert!(matches!(error, Error::InUse { .. }), "{error}");
    assert_eq!(count(server.url()).await, 1, "the first one goes on");
    server.stop().await;
}

#[tokio::test]
async fn a_stale_pid_file_is_seen_through() {
    let folder = tempfile::tempdir().expect("a folder");
    // What was committed a moment before a power cut is there only if commits wait for the disk.
    let settings = Settings {
        durability: Durability::Durable,
        ..settings(folder.path())
    };
    let server = kit_local::postgres(&settings).await.expect("starts");
    assert_eq!(count(server.url()).await, 1);

    // A power cut, after which another process has got the server's number: this test's.
    let pid_file = folder.path().join("data/postmaster.pid");
    let text = fs::read_to_string(&pid_file).expect("a running server has one");
    let (pid, rest) = text.split_once('\n').expect("several lines");
    let raw = pid.parse().ok().and_then(Pid::from_raw).expect("a pid");
    kill_process(raw, Signal::KILL).expect("it runs");
    soon(server.gone()).await;
    drop(server);
    fs::write(&pid_file, format!("{}\n{rest}", std::process::id())).expect("written");

    let server = kit_local::postgres(&settings).await.expect("starts all the same");
    assert_eq!(count(server.url()).await, 2);
    server.stop().await;
}

#[tokio::test]
async fn an_interrupted_first_start_is_no_database() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("data.building")).expect("made");
    fs::write(folder.path().join("data.building/PG_VERSION"), "15\n").expect("written");
    let server = kit_local::postgres(&settings(folder.path()))
        .await
        .expect("starts over");
    assert_eq!(count(server.url()).await, 1);
    server.stop().await;
}

#[tokio::test]
async fn what_the_server_says_is_in_the_error() {
    let folder = tempfile::tempdir().expect("a folder");
    kit_local::postgres(&settings(folder.path()))
        .await
        .expect("starts")
        .stop()
        .await;
    let config = folder.path().join("data/postgresql.conf");
    let text = fs::read_to_string(&config).expect("there is one");
    fs::write(&config, format!("{text}\nno_such_setting = on\n")).expect("written");

    let error = kit_local::postgres(&settings(folder.path()))
        .await
        .expect_err("it cannot start");
    assert!(matches!(error, Error::Ended { .. }), "{error}");
    assert!(error.to_string().contains("no_such_setting"), "{error}");
}

#[tokio::test]
async fn data_of_another_version_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("data")).expect("made");
    fs::write(folder.path().join("data/PG_VERSION"), "9\n").expect("written");
    let error = kit_local::postgres(&settings(folder.path()))
        .await
        .expect_err("nobody has version 9");
    assert!(
        matches!(&error, Error::OtherVersion { data, .. } if data == "9"),
        "{error}"
    );
}
