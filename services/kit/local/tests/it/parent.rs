//! A server does not outlive the process that started it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::{settings, soon};

const FOLDER: &str = "KIT_LOCAL_TEST_FOLDER";

/// Not a test but the parent: starts both servers, says so, and waits to be killed.
#[tokio::test]
#[ignore = "run by the test below, in a process of its own"]
async fn parent() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let postgres = kit_local::postgres(&settings(&folder.join("postgres")))
        .await
        .expect("starts");
    let redis = kit_local::redis(&settings(&folder.join("redis")))
        .await
        .expect("starts");
    println!("\nstarted {} {}", postgres.pid(), redis.pid());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn servers_end_with_a_parent_that_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut parent = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "parent::parent", "--ignored", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("runs");
    let mut lines = BufReader::new(parent.stdout.take().expect("piped")).lines();
    let started = lines
        .find_map(|line| line.ok()?.strip_prefix("started ").map(str::to_owned))
        .expect("it starts");
    let pids: Vec<&str> = started.split(' ').collect();
    assert!(pids.iter().all(|pid| is_alive(pid)));
    parent.kill().expect("it runs");
    parent.wait().expect("it ends");
    soon(async {
        while pids.iter().any(|pid| is_alive(pid)) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

/// Whether the process runs. One that nobody has reaped yet does not.
fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}
