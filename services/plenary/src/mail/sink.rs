//! The SMTP listener: sockets in, [`Session`] in the middle, [`Store`] behind.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::limits::{LINE_BYTES_MAX, SESSIONS_MAX};
use super::session::{GREETING, Session, Step};
use super::store::Store;

/// Serves until dropped.
pub(super) async fn serve(listener: TcpListener, store: Arc<Store>, tasks: kit_rpc::Tasks) {
    let places = Arc::new(Semaphore::new(SESSIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let store = Arc::clone(&store);
                tasks.spawn("mail-session", async move {
                    converse(stream, peer, &store).await;
                    drop(place);
                });
            }
            Err(error) => tracing::warn!(%error, "the mail sink could not accept a connection"),
        }
    }
}

async fn converse(stream: TcpStream, peer: SocketAddr, store: &Store) {
    if let Err(error) = talk(stream, store).await {
        tracing::debug!(%error, %peer, "a mail conversation broke off");
    }
}

async fn talk(stream: TcpStream, store: &Store) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut session = Session::default();
    stream.write_all(GREETING.as_bytes()).await?;
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = (&mut stream)
            .take(LINE_BYTES_MAX as u64)
            .read_until(b'\n', &mut line)
            .await?;
        if read == 0 {
            return Ok(());
        }
        if !line.ends_with(b"\n") {
            return stream.write_all(b"500 The line is too long\r\n").await;
        }
        let text = line
            .strip_suffix(b"\r\n")
            .or_else(|| line.strip_suffix(b"\n"))
            .unwrap_or(&line);
        match session.line(text) {
            Step::Quiet => {}
            Step::Reply(reply) => stream.write_all(reply.as_bytes()).await?,
            Step::Capabilities(lines) => stream.write_all(lines.as_bytes()).await?,
            Step::Accept(mail, reply) => match store.keep(&mail).await {
                Ok(()) => stream.write_all(reply.as_bytes()).await?,
                Err(error) => {
                    tracing::error!(%error, "the mail sink could not keep a mail");
                    stream.write_all(b"452 Cannot keep it now\r\n").await?;
                }
            },
            Step::Close(reply) => return stream.write_all(reply.as_bytes()).await,
        }
    }
}
