//! A private PostgreSQL.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;
use tokio::io::AsyncWriteExt as _;
use tracing::info;
use url::Url;

use crate::limits::{CONNECTIONS_DISPOSABLE, CONNECTIONS_DURABLE, INITIALIZE_TIMEOUT, ORPHAN_TIMEOUT, READY_POLL};
use crate::process::{Process, last_lines};
use crate::run_as::{Folders, RunAs};
use crate::{Durability, Error, Lifetime, Server, Settings, find, folder};

const PROGRAM: &str = "postgres";
/// The role and the database that exist from the start.
const NAME: &str = "plenary";
/// Within its home: the data, and what is to become them.
const DATA: &str = "data";
const BUILDING: &str = "data.building";
/// Part of the socket's name; no port is opened.
const PORT: u16 = 5432;

/// What is where.
struct Places {
    bin: PathBuf,
    folders: Folders,
    data: PathBuf,
    log: PathBuf,
    run_as: RunAs,
}

/// `run_as` is for tests of a way that would not be chosen here.
pub(crate) async fn start(settings: &Settings, run_as: Option<RunAs>) -> Result<Server, Error> {
    let lock = folder::claim(&settings.folder)?;
    let places = Places::new(&settings.folder, run_as)?;
    if !places.data.exists() {
        places.initialize().await?;
    }
    places.wait_for_orphan().await?;
    let process = Process::spawn(places.server(settings), &places.log, Signal::INT)?;
    let is_ready = || std::future::ready(places.is_ready(process.pid()));
    process.ready(PROGRAM, is_ready).await?;
    Ok(Server::new(places.url(), process, lock, settings.lifetime))
}

impl Places {
    fn new(home: &Path, run_as: Option<RunAs>) -> Result<Self, Error> {
        let data = home.join(DATA);
        let version = fs::read_to_string(data.join("PG_VERSION"))
            .ok()
            .map(|text| text.trim().to_owned());
        let bin = find::postgres(version.as_deref())?;
        if let Some(version) = version {
            check_version(home, &bin, version)?;
        }
        let run_as = run_as.map_or_else(|| RunAs::choose(&data), Ok)?;
        let folders = Folders {
            home: home.to_owned(),
            sockets: folder::for_socket(home, &format!(".s.PGSQL.{PORT}.lock"))?,
        };
        run_as.own(&folders)?;
        Ok(Self {
            bin,
            folders,
            data,
            log: home.join("postgres.log"),
            run_as,
        })
    }

    /// Makes the data folder under another name and renames it when it is complete, so that an interrupted first start
    /// is no half-made database but no database.
    async fn initialize(&self) -> Result<(), Error> {
        info!(folder = %self.folders.home.display(), "PostgreSQL makes its data folder");
        let building = self.folders.home.join(BUILDING);
        match fs::remove_dir_all(&building) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::folder(&building)(error)),
            _ => {}
        }
        let locale = if cfg!(target_os = "macos") {
            "en_US.UTF-8"
        } else {
            "C.UTF-8"
        };
        let building_way = self.run_as.ways(&self.folders).home.join(BUILDING);
        let mut initdb = self.command("initdb", None);
        initdb.arg("--pgdata").arg(&building_way);
        initdb.args([
            "--username",
            NAME,
            "--auth=trust",
            "--encoding=UTF8",
            "--locale",
            locale,
        ]);
        run("initdb", initdb, b"").await?;

        let mut single = self.command(PROGRAM, None);
        single.arg("--single").arg("-D").arg(&building_way).arg("postgres");
        run(
            "postgres --single",
            single,
            format!("create database {NAME}\n").as_bytes(),
        )
        .await?;
        fs::rename(&building, &self.data).map_err(Error::folder(&self.data))
    }

    /// A server whose launcher was killed is about to end; one that does not end has another launcher. A pid file that
    /// nobody stands behind, as after a power cut, is removed: PostgreSQL would take any process that has got the same
    /// number since for its predecessor.
    async fn wait_for_orphan(&self) -> Result<(), Error> {
        let polls = ORPHAN_TIMEOUT.as_millis() / READY_POLL.as_millis();
        for _ in 0..polls {
            let Some(pid) = self.recorded_pid() else { return Ok(()) };
            if !self.is_at_work(pid) && !self.has_children() {
                let path = self.data.join("postmaster.pid");
                return fs::remove_file(&path).map_err(Error::folder(&path));
            }
            tokio::time::sleep(READY_POLL).await;
        }
        Err(Error::InUse {
            folder: self.data.clone(),
            pid: self.recorded_pid(),
        })
    }

    fn recorded_pid(&self) -> Option<u32> {
        let text = fs::read_to_string(self.data.join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// Whether process `pid` is a PostgreSQL on this data: its working folder is the data folder. Where that cannot be
    /// seen, PostgreSQL's own check has to do.
    fn is_at_work(&self, pid: u32) -> bool {
        let Ok(data) = self.data.canonicalize() else {
            return false;
        };
        match fs::read_link(format!("/proc/{pid}/cwd")) {
            Ok(cwd) => cwd == data,
            Err(_) => !Path::new("/proc/self").exists(),
        }
    }

    /// Whether processes of a PostgreSQL on this data are left: when the first one is killed, those that serve
    /// connections notice it a moment later, and until then nobody else may write here.
    fn has_children(&self) -> bool {
        let Ok(data) = self.data.canonicalize() else {
            return false;
        };
        let Ok(processes) = fs::read_dir("/proc") else {
            return false;
        };
        let mut folders = processes.filter_map(|process| fs::read_link(process.ok()?.path().join("cwd")).ok());
        folders.any(|cwd| cwd == data)
    }

    fn command(&self, program: &str, death: Option<&str>) -> Command {
        self.run_as.command(&self.folders, &self.bin.join(program), death)
    }

    fn server(&self, settings: &Settings) -> Command {
        let death = (settings.lifetime == Lifetime::WithParent).then_some("INT");
        let ways = self.run_as.ways(&self.folders);
        let mut server = self.command(PROGRAM, death);
        server.arg("-D").arg(ways.home.join(DATA)).arg("-k").arg(ways.sockets);
        let mut set = |setting: &str| {
            server.arg("-c").arg(setting);
        };
        set("listen_addresses=");
        set(&format!("port={PORT}"));
        set("unix_socket_permissions=0700");
        match settings.durability {
            Durability::Durable => set(&format!("max_connections={CONNECTIONS_DURABLE}")),
            Durability::Disposable => {
                set(&format!("max_connections={CONNECTIONS_DISPOSABLE}"));
                for setting in [
                    "fsync=off",
                    "synchronous_commit=off",
                    "full_page_writes=off",
                    "wal_level=minimal",
                ] {
                    set(setting);
                }
                set("max_wal_senders=0");
            }
        }
        server
    }

    /// The eighth line of its pid file is where PostgreSQL says how far it is (`pidfile.h`, `LOCK_FILE_LINE_PM_STATUS`).
    fn is_ready(&self, pid: u32) -> bool {
        let text = fs::read_to_string(self.data.join("postmaster.pid")).unwrap_or_default();
        let is_ours = text.lines().next() == Some(pid.to_string().as_str());
        is_ours && text.lines().nth(7).is_some_and(|status| status.trim() == "ready")
    }

    fn url(&self) -> String {
        let mut url = Url::parse("postgres://localhost").expect("a URL");
        url.set_username(NAME).expect("the scheme has users");
        url.set_path(NAME);
        url.query_pairs_mut()
            .append_pair("host", &self.folders.sockets.to_string_lossy());
        url.into()
    }
}

fn check_version(home: &Path, bin: &Path, data: String) -> Result<(), Error> {
    let program = bin.join(PROGRAM);
    let spawn = |source| Error::Spawn {
        program: program.display().to_string(),
        source,
    };
    let output = Command::new(&program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(spawn)?;
    // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
    let text = String::from_utf8_lossy(&output.stdout);
    let server = text
        .split_whitespace()
        .nth(2)
        .and_then(|version| version.split('.').next())
        .unwrap_or_default();
    if server == data {
        return Ok(());
    }
    Err(Error::OtherVersion {
        folder: home.to_owned(),
        data,
        server: server.to_owned(),
    })
}

/// Runs a step of the preparation to its end, with `input` on its standard input.
async fn run(program: &'static str, command: Command, input: &[u8]) -> Result<(), Error> {
    let spawn = |source| Error::Spawn {
        program: program.to_owned(),
        source,
    };
    let mut command = tokio::process::Command::from(command);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(spawn)?;
    let mut stdin = child.stdin.take().expect("it is piped");
    let step = async {
        stdin.write_all(input).await?;
        drop(stdin);
        child.wait_with_output().await
    };
    let slow = |_| Error::TooSlow {
        program,
        deadline: INITIALIZE_TIMEOUT,
        log: String::new(),
    };
    let output = tokio::time::timeout(INITIALIZE_TIMEOUT, step)
        .await
        .map_err(slow)?
        .map_err(spawn)?;
    if output.status.success() {
        return Ok(());
    }
    let log = last_lines(&output.stderr);
    Err(Error::Ended {
        program,
        status: output.status,
        log,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use sqlx::{Connection as _, PgConnection};

    use super::*;

    const NOBODY: RunAs = RunAs::User {
        uid: 65_534,
        gid: 65_534,
    };

    /// The way that is left to root where user namespaces are forbidden, in a home that is root's alone.
    async fn check_unprivileged_below_a_closed_folder(home: &str) {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let closed = tempfile::tempdir().expect("a folder");
        fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).expect("it is ours");
        let settings = Settings {
            folder: closed.path().join(home),
            durability: Durability::Disposable,
            lifetime: Lifetime::WithParent,
        };

        let server = start(&settings, Some(NOBODY)).await.expect("starts");
        let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("it runs");
        assert!(status.contains("Uid:\t65534\t65534"), "{status}");
        assert!(status.contains("CapEff:\t0000000000000000"), "{status}");
        execute(&server, "create table kept ()").await;
        server.stop().await;

        assert_eq!(fs::metadata(settings.folder.join(DATA)).expect("there").uid(), 65_534);
        // Who owns the data decides the next time.
        assert_eq!(RunAs::choose(&settings.folder.join(DATA)).expect("chosen"), NOBODY);
        let server = start(&settings, None).await.expect("starts again");
        execute(&server, "drop table kept").await;
        server.stop().await;
    }

    async fn execute(server: &Server, sql: &'static str) {
        let mut connection = PgConnection::connect(server.url()).await.expect("it answers");
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("executed");
    }

    #[tokio::test]
    async fn an_unprivileged_user_runs_it_and_owns_the_data() {
        check_unprivileged_below_a_closed_folder("postgres").await;
    }

    #[tokio::test]
    async fn an_unprivileged_user_runs_it_with_its_socket_elsewhere() {
        check_unprivileged_below_a_closed_folder(&"p".repeat(100)).await;
    }

    #[test]
    fn a_folder_that_cannot_be_given_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a folder").path().join("gone");
        let folders = Folders {
            home: folder.clone(),
            sockets: folder.clone(),
        };
        let error = NOBODY.own(&folders).expect_err("nobody can own what is not there");
        let text = error.to_string();
        assert!(
            text.contains("as user 65534") && text.contains(&*folder.to_string_lossy()),
            "{text}"
        );
        assert!(text.contains("PLENARY_DATA"), "{text}");
    }
}
