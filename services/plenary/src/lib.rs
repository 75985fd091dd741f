//! Plenary in one process: every service, the gateway and one SFU node, joined by in-process channels that carry the same
//! gRPC messages as the network would, and the operator's commands.
//!
//! In reading order: `cli` (commands), `up` (the life of the process), `settings` (configuration), `embedded` (what a small
//! installation has beside its parts), `parts` (how they are put together), `separate` (the same as processes), `restarts` (of what
//! ends by itself), `tables` (migrations), `welcome` (demo event and first link), `data` (the data folder), `mail` (captured mail).

mod cli;
mod data;
mod embedded;
mod mail;
mod parts;
mod restarts;
mod say;
mod separate;
mod settings;
mod tables;
mod up;
mod welcome;

use std::process::ExitCode;

use clap::Parser as _;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(Box::pin(cli::run(arguments))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("plenary: {error:#}");
    ExitCode::FAILURE
}
