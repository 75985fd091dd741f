//! A private PostgreSQL and Redis around a command: started once for a whole run of tests, and gone after it.

use std::process::ExitCode;

use anyhow::{Context, ensure};
use kit_local::{Durability, Lifetime, Settings};
use tokio::process::Command;

/// What `kit-testing` reads.
const POSTGRES_VARIABLE: &str = "PLENARY_TEST_DATABASE_URL";
const REDIS_VARIABLE: &str = "PLENARY_TEST_REDIS_URL";

/// Runs `command` with the two addresses in its environment, and ends as it ends.
///
/// # Errors
/// When a server does not come up or the command cannot be run.
pub(crate) fn run_with(command: &[String]) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    runtime.block_on(run(command))
}

async fn run(command: &[String]) -> anyhow::Result<ExitCode> {
    let (program, arguments) = command.split_first().context("name a command to run")?;
    let folder = tempfile::Builder::new().prefix("plenary-stores").tempdir()?;
    let settings = |name| Settings {
        folder: folder.path().join(name),
        durability: Durability::Disposable,
        lifetime: Lifetime::WithParent,
    };
    let postgres = kit_local::postgres(&settings("postgres")).await?;
    let redis = kit_local::redis(&settings("redis")).await?;
    let status = Command::new(program)
        .args(arguments)
        .env(POSTGRES_VARIABLE, postgres.url())
        .env(REDIS_VARIABLE, redis.url())
        .status()
        .await
        .with_context(|| format!("cannot run {program}"));
    redis.stop().await;
    postgres.stop().await;
    let status = status?;
    ensure!(status.code().is_some(), "{program} was ended: {status}");
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_script(script: &str) -> ExitCode {
        let command = ["sh", "-c", script].map(str::to_owned);
        run_with(&command).expect("the servers come up")
    }

    #[test]
    fn a_command_finds_both_servers_and_its_end_is_passed_on() {
        let script = r#"case "$PLENARY_TEST_DATABASE_URL $PLENARY_TEST_REDIS_URL" in "postgres"*" redis"*) exit 0;; esac; exit 1"#;
        assert_eq!(run_script(script), ExitCode::SUCCESS);
        assert_eq!(run_script("exit 7"), ExitCode::FAILURE);
    }

    #[test]
    fn no_command_is_an_error() {
        assert!(run_with(&[]).is_err());
    }
}
