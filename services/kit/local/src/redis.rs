//! A private Redis.

use std::path::Path;

use rustix::process::Signal;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use url::Url;

use crate::limits::{ORPHAN_TIMEOUT, READY_POLL};
use crate::process::Process;
use crate::{Durability, Error, Lifetime, Server, Settings, find, folder, run_as};

const PROGRAM: &str = "redis-server";
const SOCKET: &str = "redis.sock";

pub(crate) async fn start(settings: &Settings) -> Result<Server, Error> {
    let home = &settings.folder;
    let program = find::program(PROGRAM)?;
    let lock = folder::claim(home)?;
    let socket = folder::for_socket(home, SOCKET)?.join(SOCKET);
    wait_for_orphan(home, &socket).await?;
    let death = (settings.lifetime == Lifetime::WithParent).then_some("TERM");
    let mut server = run_as::command(Vec::new(), &program, death);
    server.arg("--dir").arg(home).arg("--unixsocket").arg(&socket);
    server.args(["--port", "0", "--unixsocketperm", "700", "--daemonize", "no"]);
    match settings.durability {
        Durability::Durable => server.args(["--appendonly", "yes", "--appendfsync", "everysec"]),
        Durability::Disposable => server.args(["--appendonly", "no", "--save", ""]),
    };
    let process = Process::spawn(server, &home.join("redis.log"), Signal::TERM)?;
    process.ready(PROGRAM, || answers(&socket)).await?;
    Ok(Server::new(url(&socket), process, lock, settings.lifetime))
}

/// A server whose launcher was killed is about to end; one that does not end has another launcher.
async fn wait_for_orphan(home: &Path, socket: &Path) -> Result<(), Error> {
    let polls = ORPHAN_TIMEOUT.as_millis() / READY_POLL.as_millis();
    for _ in 0..polls {
        if !answers(socket).await {
            return Ok(());
        }
        tokio::time::sleep(READY_POLL).await;
    }
    Err(Error::InUse {
        folder: home.to_owned(),
        pid: None,
    })
}

/// Whether a Redis is there and has read its data.
async fn answers(socket: &Path) -> bool {
    let ask = async {
        let mut stream = UnixStream::connect(socket).await?;
        stream.write_all(b"PING\r\n").await?;
        let mut answer = [0; 7];
        stream.read_exact(&mut answer).await?;
        Ok::<_, std::io::Error>(answer == *b"+PONG\r\n")
    };
    ask.await.unwrap_or(false)
}

fn url(socket: &Path) -> String {
    let url = Url::from_file_path(socket).expect("the folder is an absolute path");
    format!("redis+unix://{}", url.path())
}
