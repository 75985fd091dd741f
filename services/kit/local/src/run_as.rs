//! Who runs PostgreSQL, which refuses to be run by root.

use std::ffi::OsStr;
use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Error, find};

/// Whose rights a server gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunAs {
    /// Ours.
    Ourselves,
    /// Ours, but in a user namespace where root's number is another one: files need no new owner, and no path is
    /// closed.
    Namespace,
    /// Those of an unprivileged user, who must own the data.
    User {
        /// User's number.
        uid: u32,
        /// Group's number.
        gid: u32,
    },
}

impl RunAs {
    /// What works here, and fits the owner of existing data (`data` is that folder, if there is one).
    pub(crate) fn choose(data: &Path) -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        match data.metadata().as_ref().map(Metadata::uid).ok() {
            Some(uid @ 1..) => Ok(Self::User {
                uid,
                gid: data.metadata().map_err(Error::folder(data))?.gid(),
            }),
            _ if namespaces_work() => Ok(Self::Namespace),
            _ => unprivileged().ok_or(Error::NobodyToRunAs),
        }
    }

    /// Gives `folders` to the one who runs, who must also be able to get there.
    pub(crate) fn own(self, folders: &[&Path]) -> Result<(), Error> {
        let Self::User { uid, gid } = self else { return Ok(()) };
        for folder in folders {
            chown(folder, Some(uid), Some(gid)).map_err(Error::folder(folder))?;
            for way in folder.ancestors().skip(1) {
                let data = way.metadata().map_err(Error::folder(way))?;
                let passable = data.mode() & 0o001 != 0 || data.uid() == uid || data.gid() == gid;
                if !passable {
                    return Err(Error::Unreachable {
                        folder: way.to_owned(),
                        uid,
                    });
                }
            }
        }
        Ok(())
    }

    /// A command that runs `program` with these rights, and with `death` as the signal that it gets when we die.
    ///
    /// Rights change first: a change of rights forgets the signal. All the wrappers end by becoming the program, so the
    /// process is the server itself.
    pub(crate) fn command(self, program: &Path, death: Option<&str>) -> Command {
        let mut words: Vec<String> = Vec::new();
        let mut say = |text: &[&str]| words.extend(text.iter().map(|word| (*word).to_owned()));
        match self {
            Self::Ourselves => {}
            Self::Namespace => say(&["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]),
            Self::User { uid, gid } => {
                say(&[
                    "setpriv",
                    &format!("--reuid={uid}"),
                    &format!("--regid={gid}"),
                    "--clear-groups",
                    "--",
                ]);
            }
        }
        if let (Some(death), Ok(_)) = (death, find::program("setpriv")) {
            say(&["setpriv", "--pdeathsig", death, "--"]);
        }
        let mut words = words.iter().map(OsStr::new).chain([program.as_os_str()]);
        let mut command = Command::new(words.next().unwrap_or(program.as_os_str()));
        command.args(words).stdin(Stdio::null());
        command
    }
}

/// Some containers forbid user namespaces, and old tools do not know the options.
fn namespaces_work() -> bool {
    let mut trial = RunAs::Namespace.command(Path::new("true"), None);
    trial
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The user that packages made for PostgreSQL, or the one who owns nothing.
fn unprivileged() -> Option<RunAs> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let find = |name: &str| {
        let line = users
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let mut numbers = line.split(':').skip(1).map(str::parse);
        Some(RunAs::User {
            uid: numbers.next()?.ok()?,
            gid: numbers.next()?.ok()?,
        })
    };
    find("postgres").or_else(|| find("nobody"))
}
