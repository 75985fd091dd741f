//! The installation under load: one that runs already, or one of our own on loopback.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::door::{Door, Person};
use super::{Options, Used, people};
use crate::process;

/// A first start makes a database.
const START_MAX: Duration = Duration::from_secs(180);
const STOP_MAX: Duration = Duration::from_secs(60);
/// The last line of the greeting.
const STARTED: &str = "Ctrl-C ends it";

/// Everybody here comes from one machine; how often one may knock has tests of its own.
const SETTINGS: [(&str, &str); 5] = [
    ("PLENARY_GATEWAY_REQUESTS_RATE", "0"),
    ("PLENARY_GATEWAY_SIGN_IN_RATE", "0"),
    ("PLENARY_GATEWAY_SOCKET_RATE", "0"),
    // Each buyer has an address of their own behind it.
    ("PLENARY_GATEWAY_TRUSTED_PROXIES", "127.0.0.1"),
    ("PLENARY_IDENTITY_ACCESS_TOKEN_DURATION", "15m"),
];

/// An installation, its first or a given administrator, and where its parts are.
#[derive(Debug)]
pub(crate) struct Installation {
    url: String,
    mail_url: String,
    entry: Entry,
    pid: Option<u32>,
    postgres: Option<String>,
    own: Option<Own>,
}

/// How to get an administrator.
#[derive(Debug)]
enum Entry {
    SetupToken(String),
    Credentials { email: String, password: String },
}

/// What we started.
#[derive(Debug)]
struct Own {
    // Ended before its folder goes.
    child: Child,
    /// Read to the end, or it would block.
    _output: Lines<BufReader<ChildStdout>>,
    folder: TempDir,
}

/// What a starting installation says.
#[derive(Debug, Default)]
struct Greeting {
    setup_token: Option<String>,
    mail_url: Option<String>,
}

impl Installation {
    /// The one that the options name, or a new one.
    pub(crate) async fn get(options: &Options) -> Result<Self> {
        match (&options.url, &options.administrator, &options.password) {
            (Some(url), Some(email), Some(password)) => {
                let url = url.trim_end_matches('/').to_owned();
                let mail_url = options.mail_url.clone().unwrap_or_else(|| url.clone());
                Ok(Self {
                    url,
                    mail_url,
                    entry: Entry::Credentials {
                        email: email.clone(),
                        password: password.clone(),
                    },
                    pid: options.pid,
                    postgres: options.postgres.clone(),
                    own: None,
                })
            }
            _ => Self::start(options).await,
        }
    }

    async fn start(options: &Options) -> Result<Self> {
        let program = match &options.program {
            Some(program) => program.clone(),
            None => process::beside_this_one("plenary")?,
        };
        let folder = tempfile::Builder::new().prefix("plenary-load-").tempdir()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new(&program);
        command
            .args(["up", "--no-demo", "--data"])
            .arg(folder.path().join("data"))
            .envs(SETTINGS)
            .env("PLENARY_GATEWAY_LISTEN", format!("127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(folder.path().join("log"))?)
            .kill_on_drop(true);
        if options.separate {
            command.arg("--separate");
        }
        let mut child = command
            .spawn()
            .with_context(|| format!("cannot start {}; build it first", program.display()))?;
        let pid = child.id();
        let mut output = BufReader::new(child.stdout.take().context("it is piped")?).lines();
        let greeting = tokio::time::timeout(START_MAX, greeting(&mut output)).await;
        let greeting = greeting.context("it takes too long")?.with_context(|| {
            let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            format!("the installation has not started:\n{log}")
        })?;
        let url = format!("http://127.0.0.1:{port}");
        let setup_token = greeting.setup_token.context("no link for the first administrator")?;
        Ok(Self {
            mail_url: greeting.mail_url.unwrap_or_else(|| url.clone()),
            url,
            entry: Entry::SetupToken(setup_token),
            pid,
            postgres: None,
            own: Some(Own {
                child,
                _output: output,
                folder,
            }),
        })
    }

    /// Where the gateway is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Where captured mail is.
    pub(crate) fn mail_url(&self) -> &str {
        &self.mail_url
    }

    /// Somebody who may approve events.
    pub(crate) async fn administrator(&self, door: &Door) -> Result<Person> {
        match &self.entry {
            Entry::SetupToken(token) => people::claim_setup(door, token).await,
            Entry::Credentials { email, password } => people::log_in(door, Ipv4Addr::LOCALHOST, email, password).await,
        }
    }

    /// CPU time by program, if the process is known.
    pub(crate) fn cpu(&self) -> Result<Used> {
        self.pid.map_or_else(|| Ok(Used::new()), process::cpu_time_of_tree)
    }

    /// Its PostgreSQL's address, if it is known.
    pub(crate) fn postgres(&self) -> Option<Result<String>> {
        let own = self.own.as_ref().map(|own| postgres_in(own.folder.path()));
        own.or_else(|| self.postgres.clone().map(Ok))
    }

    /// Ends what we started, and waits for it; its folder goes with it.
    pub(crate) async fn stop(self) -> Result<()> {
        let Some(mut own) = self.own else { return Ok(()) };
        let pid = own.child.id().and_then(|pid| Pid::from_raw(pid.cast_signed()));
        kill_process(pid.context("the installation has ended by itself")?, Signal::TERM)?;
        let ended = tokio::time::timeout(STOP_MAX, own.child.wait()).await;
        ended.context("the installation does not end")??;
        Ok(())
    }
}

async fn greeting(output: &mut Lines<BufReader<ChildStdout>>) -> Result<Greeting> {
    let mut greeting = Greeting::default();
    while let Some(line) = output.next_line().await? {
        greeting.hear(&line);
        if line.contains(STARTED) {
            return Ok(greeting);
        }
    }
    bail!("it has ended")
}

impl Greeting {
    fn hear(&mut self, line: &str) {
        if let Some((_, token)) = line.split_once("/setup#") {
            self.setup_token = Some(token.trim().to_owned());
        }
        if let Some((_, site)) = line.split_once("Captured mail: ") {
            self.mail_url = Some(site.trim().trim_end_matches("/dev/mail").to_owned());
        }
    }
}

/// PostgreSQL writes into its pid file, a line each: its process, its data, when it began, its port, and the folder of its
/// socket (`pidfile.h`, `LOCK_FILE_LINE_…`).
fn postgres_in(folder: &Path) -> Result<String> {
    let file = folder.join("data/postgres/data/postmaster.pid");
    let text = fs::read_to_string(&file).with_context(|| format!("no {}", file.display()))?;
    let mut lines = text.lines();
    let (Some(pid), Some(_data), Some(_began), Some(port), Some(socket)) =
        (lines.next(), lines.next(), lines.next(), lines.next(), lines.next())
    else {
        bail!("{} does not say where the socket is", file.display());
    };
    // The folder may be one that it was handed open: its own, not ours.
    let socket = socket.replace("/proc/self/", &format!("/proc/{pid}/"));
    Ok(format!("postgres://plenary@localhost:{port}/plenary?host={socket}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greeting_names_the_link_and_the_mail() {
        let mut greeting = Greeting::default();
        for line in [
            "  Captured mail: http://127.0.0.1:4711/dev/mail",
            "  http://127.0.0.1:1/setup#secret",
            "  Mail that Plenary sends is at http://127.0.0.1:1/dev/mail unless a mail server is configured.",
        ] {
            greeting.hear(line);
        }
        assert_eq!(greeting.setup_token.as_deref(), Some("secret"));
        assert_eq!(greeting.mail_url.as_deref(), Some("http://127.0.0.1:4711"));
    }

    #[test]
    fn a_pid_file_says_where_the_socket_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data/postgres/data");
        fs::create_dir_all(&data).expect("made");
        let url = |text: &str| {
            fs::write(data.join("postmaster.pid"), text).expect("written");
            postgres_in(folder.path())
        };
        let named = url("7\n/x/data\n1\n5432\n/x/sockets\n\n8\nready\n").expect("found");
        assert_eq!(named, "postgres://plenary@localhost:5432/plenary?host=/x/sockets");
        let handed_over = url("7\n/proc/self/fd/3/data\n1\n5432\n/proc/self/fd/4\n\n8\nready\n").expect("found");
        assert_eq!(
            handed_over,
            "postgres://plenary@localhost:5432/plenary?host=/proc/7/fd/4"
        );
        assert!(url("7\n/x/data\n").is_err());
    }
}
