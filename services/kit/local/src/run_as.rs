//! Who runs PostgreSQL, which refuses to be run by root.

use std::ffi::OsString;
use std::fs::Metadata;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Error, find};

/// What begins a command in a user namespace where root's number is another one.
const NAMESPACE: [&str; 5] = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"];
/// Opens the [`Folders`] as files 3 and 4 and becomes what the further words say.
const HAND_OVER: &str = r#"exec 3<"$0" 4<"$1"; shift; exec "$@""#;

/// Whose rights a server gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RunAs {
    /// Ours.
    Ourselves,
    /// Ours, but in a user namespace where root's number is another one: files need no new owner, and no path is
    /// closed.
    Namespace,
    /// Those of an unprivileged user, who must own the folders. They are handed over open, because the way to them may
    /// be closed to that user, as the way through root's home is.
    User {
        /// User's number.
        uid: u32,
        /// Group's number.
        gid: u32,
    },
}

/// What a server works in.
#[derive(Clone, Debug)]
pub(crate) struct Folders {
    /// Everything that it keeps.
    pub(crate) home: PathBuf,
    /// Its socket.
    pub(crate) sockets: PathBuf,
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

    /// Gives `folders` to the one who runs.
    pub(crate) fn own(self, folders: &Folders) -> Result<(), Error> {
        let Self::User { uid, gid } = self else { return Ok(()) };
        for folder in [&folders.home, &folders.sockets] {
            chown(folder, Some(uid), Some(gid)).map_err(|source| Error::NotGiven {
                folder: folder.clone(),
                uid,
                source,
            })?;
        }
        Ok(())
    }

    /// How the one who runs gets to `folders`.
    pub(crate) fn ways(self, folders: &Folders) -> Folders {
        match self {
            Self::Ourselves | Self::Namespace => folders.clone(),
            Self::User { .. } => Folders {
                home: "/proc/self/fd/3".into(),
                sockets: "/proc/self/fd/4".into(),
            },
        }
    }

    /// A [`command`] with these rights. What it is told of `folders` are their [`Self::ways`].
    pub(crate) fn command(self, folders: &Folders, program: &Path, death: Option<&str>) -> Command {
        let rights: Vec<OsString> = match self {
            Self::Ourselves => Vec::new(),
            Self::Namespace => NAMESPACE.map(OsString::from).into(),
            Self::User { uid, gid } => {
                let Folders { home, sockets } = folders.clone();
                let open: [OsString; 5] = ["sh".into(), "-c".into(), HAND_OVER.into(), home.into(), sockets.into()];
                let (uid, gid) = (format!("--reuid={uid}"), format!("--regid={gid}"));
                let become_user = ["setpriv", &uid, &gid, "--clear-groups", "--"].map(OsString::from);
                open.into_iter().chain(become_user).collect()
            }
        };
        command(rights, program, death)
    }
}

/// A command that changes its rights with the words `rights` and becomes `program`, with `death` as the signal that it
/// gets when we die.
///
/// Rights change first: a change of rights forgets the signal. All the wrappers end by becoming the program, so the
/// process is the server itself. It starts in the folder that nobody is kept out of: before version 16, PostgreSQL leaves
/// its working folder to look for its own program, and fails if it may not come back (`find_my_exec`).
pub(crate) fn command(rights: Vec<OsString>, program: &Path, death: Option<&str>) -> Command {
    let mut words = rights;
    if let (Some(death), Ok(_)) = (death, find::program("setpriv")) {
        words.extend(["setpriv", "--pdeathsig", death, "--"].map(OsString::from));
    }
    words.push(program.into());
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).current_dir("/").stdin(Stdio::null());
    command
}

/// Some containers forbid user namespaces, and old tools do not know the options.
fn namespaces_work() -> bool {
    let mut trial = Command::new(NAMESPACE[0]);
    trial.args(&NAMESPACE[1..]).arg("true");
    trial
        .stdin(Stdio::null())
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
