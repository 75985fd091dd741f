//! The operator's commands.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use kit_config::Sources;

use crate::say::say;

/// Plenary: events, tickets and a live stage in one process.
#[derive(Debug, Parser)]
#[command(name = "plenary", version)]
pub(crate) struct Arguments {
    /// The TOML file to read; PLENARY_CONFIG names it as well.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run every part in this process, with whatever is not configured embedded.
    Up(UpArguments),
    /// Bring the tables of all services up to this version.
    Migrate {
        /// Only say what would be done.
        #[arg(long)]
        plan: bool,
    },
    /// Say what can be configured, and what is.
    Config {
        #[command(subcommand)]
        what: ConfigCommand,
    },
}

/// Where an installation of its own keeps things.
#[derive(Debug, Clone, Args)]
pub(crate) struct UpArguments {
    /// The folder for everything that is kept.
    #[arg(long, value_name = "FOLDER", default_value = "data")]
    pub(crate) data: PathBuf,
    /// The built web app.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) web: Option<PathBuf>,
    /// Run each service in a process of its own, which know each other by certificate. Their programs are expected
    /// beside this one.
    #[arg(long)]
    pub(crate) separate: bool,
    /// Leave out the demo event.
    #[arg(long)]
    pub(crate) no_demo: bool,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum ConfigCommand {
    /// Every key with its value and where that came from. Secrets are not shown.
    Print,
    /// Every key with what it does, as Markdown.
    Docs,
}

/// Runs what the arguments ask for.
pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut sources = Sources::from_process()?;
    if let Some(path) = &arguments.config {
        sources = sources.with_file_at(path)?;
    }
    match arguments.command {
        Command::Up(up) => crate::up::up(sources, up).await,
        Command::Migrate { plan } => migrate(sources, plan).await,
        Command::Config { what } => config(sources, what),
    }
}

async fn migrate(sources: Sources, plan: bool) -> anyhow::Result<()> {
    let mut loader = kit_config::Loader::new(sources);
    let postgres: kit_pg::Config = loader.section();
    loader.finish().context("the database is not configured")?;
    let (steps, done) = if plan {
        (crate::tables::pending(&postgres).await?, "would be applied")
    } else {
        (
            crate::tables::migrate(&postgres, &kit_core::Clock::system()).await?,
            "applied",
        )
    };
    if steps.is_empty() {
        say("The tables are those of this version.");
    }
    for step in steps {
        say(&format!("{step} {done}"));
    }
    Ok(())
}

fn config(sources: Sources, what: ConfigCommand) -> anyhow::Result<()> {
    let report = crate::embedded::explain(sources)?;
    say(match what {
        ConfigCommand::Print => report.to_toml(),
        ConfigCommand::Docs => report.to_markdown(),
    }
    .trim_end());
    Ok(())
}
