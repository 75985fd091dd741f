//! Why a server did not start, in words for the person who wanted it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

/// A server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program is not there.
    #[error("{program} is not installed; looked in {}", join(searched))]
    NotInstalled {
        /// What was looked for.
        program: &'static str,
        /// Where.
        searched: Vec<PathBuf>,
    },
    /// The folder cannot be made or changed.
    #[error("cannot use {}", path.display())]
    Folder {
        /// What was in the way.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The disk is nearly full.
    #[error("{} has {free_mib} MiB free, and at least {needed_mib} MiB are needed", folder.display())]
    DiskFull {
        /// The folder for the data.
        folder: PathBuf,
        /// What is free.
        free_mib: u64,
        /// What is needed.
        needed_mib: u64,
    },
    /// Another server or another launcher is at work in the folder.
    #[error("{} is in use{}", folder.display(), by(*pid))]
    InUse {
        /// The folder for the data.
        folder: PathBuf,
        /// The other server, if it is known.
        pid: Option<u32>,
    },
    /// The data was written by another major version of PostgreSQL.
    #[error("{} was made by PostgreSQL {data}, and PostgreSQL {server} is installed", folder.display())]
    OtherVersion {
        /// The folder for the data.
        folder: PathBuf,
        /// The version of the data.
        data: String,
        /// The version of the program.
        server: String,
    },
    /// Somebody else listens there.
    #[error("port {port} on 127.0.0.1 is taken")]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// The port cannot be listened on.
    #[error("cannot listen on port {port} of 127.0.0.1")]
    Listen {
        /// The port.
        port: u16,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// PostgreSQL refuses to run as root, and there is nobody else to run it.
    #[error(
        "PostgreSQL does not run as root: user namespaces are forbidden here, and there is no user postgres or nobody"
    )]
    NobodyToRunAs,
    /// The file system does not let the unprivileged user own the folder.
    #[error(
        "PostgreSQL runs as user {uid}, who cannot be made the owner of {}: name a data folder on another file system, \
         with --data, or with PLENARY_DATA for ./dev up",
        folder.display()
    )]
    NotGiven {
        /// The folder.
        folder: PathBuf,
        /// Who has to own it.
        uid: u32,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A program could not be run at all.
    #[error("cannot run {program}")]
    Spawn {
        /// The program.
        program: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The server or its preparation ended by itself.
    #[error("{program} ended with {status}:\n{log}")]
    Ended {
        /// The program.
        program: &'static str,
        /// How.
        status: ExitStatus,
        /// The last lines that it wrote.
        log: String,
    },
    /// The server runs but does not become ready.
    #[error("{program} was not ready after {} s:\n{log}", deadline.as_secs())]
    TooSlow {
        /// The program.
        program: &'static str,
        /// How long it had.
        deadline: Duration,
        /// The last lines that it wrote.
        log: String,
    },
}

impl Error {
    /// For `map_err`: the failure of something done to `path`.
    pub(crate) fn folder(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Folder {
            path: path.to_owned(),
            source,
        }
    }
}

fn join(paths: &[PathBuf]) -> String {
    paths
        .iter()
        .map(|path| path.display().to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

fn by(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" by process {pid}"))
}
