//! The project's own build tool: `cargo xtask <command>`.
//!
//! It is a crate rather than a shell script because what it does (generating code from `proto/`, reading `cargo
//! metadata`, parsing Rust) needs libraries, and because its rules then have unit tests like everything else.

mod codegen;
mod stores;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "xtask", about = "What the build needs beside cargo")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write the Rust and TypeScript that `proto/` describes.
    Codegen,
    /// Check the architecture's rules, and that generated code is current.
    Tidy {
        /// Leave out the comparison of generated code, which needs web/node_modules.
        #[arg(long)]
        without_codegen: bool,
    },
    /// Run a command with a PostgreSQL and a Redis of its own, which kit-testing finds by the environment.
    WithStores {
        /// The command and its arguments.
        #[arg(trailing_var_arg = true, required = true)]
        command: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let root = root()?;
    match arguments.command {
        Command::Codegen => codegen::generate(&root, &root).map(|()| ExitCode::SUCCESS),
        Command::Tidy { without_codegen } => tidy::run(&root, !without_codegen),
        Command::WithStores { command } => stores::run_with(&command),
    }
}

/// The clone's folder: two above this crate. Asked when it runs, as one cache of builds may serve several clones.
fn root() -> anyhow::Result<PathBuf> {
    let crate_folder = std::env::var_os("CARGO_MANIFEST_DIR").context("run it as `cargo xtask`")?;
    let root = Path::new(&crate_folder).join("../..");
    root.canonicalize()
        .with_context(|| format!("cannot resolve {}", root.display()))
}
