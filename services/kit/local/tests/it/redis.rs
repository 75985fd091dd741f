use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use kit_local::{Durability, Error, Settings};

use crate::{settings, soon};

/// Sends one command in Redis' inline form; returns the first line of the answer.
async fn ask(url: &str, command: &str) -> String {
    let path = url.strip_prefix("redis+unix://").expect("a socket");
    let mut stream = UnixStream::connect(path).await.expect("the server is ready");
    stream
        .write_all(format!("{command}\r\n").as_bytes())
        .await
        .expect("written");
    let mut answer = vec![0; 64];
    let length = stream.read(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer[..length])
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn starts_stops_and_keeps_its_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings {
        durability: Durability::Durable,
        ..settings(folder.path())
    };
    let server = kit_local::redis(&settings).await.expect("starts");
    assert_eq!(ask(server.url(), "INCR starts").await, ":1");
    server.stop().await;
    let server = kit_local::redis(&settings).await.expect("starts again");
    assert_eq!(ask(server.url(), "INCR starts").await, ":2");
    assert_eq!(ask(server.url(), "CONFIG GET port").await, "*2");
    drop(server);
}

#[tokio::test]
async fn one_launcher_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = kit_local::redis(&settings(folder.path())).await.expect("starts");
    let error = kit_local::redis(&settings(folder.path()))
        .await
        .expect_err("the folder is taken");
    assert!(matches!(error, Error::InUse { .. }), "{error}");
    soon(server.stop()).await;
}
