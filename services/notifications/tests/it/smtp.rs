//! A mail server of a test: takes mails, or refuses as many as it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// The server's two ends: where it listens, and what it took.
pub(crate) struct MailServer {
    pub(crate) url: String,
    pub(crate) mails: mpsc::UnboundedReceiver<String>,
    /// Mails that are still to be refused for the moment.
    pub(crate) refusals: Arc<AtomicUsize>,
}

impl MailServer {
    pub(crate) async fn start(tasks: &kit_rpc::Tasks) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("smtp://{}", listener.local_addr().expect("bound"));
        let (taken, mails) = mpsc::unbounded_channel();
        let refusals = Arc::new(AtomicUsize::new(0));
        let (spawner, refused) = (tasks.clone(), Arc::clone(&refusals));
        tasks.spawn("mail-server", async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (taken, refused) = (taken.clone(), Arc::clone(&refused));
                spawner.spawn("mail-session", async move { converse(stream, taken, refused).await });
            }
        });
        Self { url, mails, refusals }
    }

    /// The next mail, as it came over the wire.
    pub(crate) async fn next(&mut self) -> String {
        self.mails.recv().await.expect("the server goes on")
    }
}

async fn converse(stream: TcpStream, taken: mpsc::UnboundedSender<String>, refusals: Arc<AtomicUsize>) {
    let mut stream = BufReader::new(stream);
    let mut text: Option<String> = None;
    let mut line = String::new();
    let _ = stream.write_all(b"220 test\r\n").await;
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let reply: &[u8] = match (&mut text, line.trim_end()) {
            (Some(mail), ".") => {
                let _ = taken.send(std::mem::take(mail));
                text = None;
                b"250 OK\r\n"
            }
            (Some(mail), _) => {
                mail.push_str(&line);
                continue;
            }
            (None, "DATA") => {
                text = Some(String::new());
                b"354 go on\r\n"
            }
            (None, command) if command.starts_with("MAIL") => {
                let refuse = refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
                if refuse.is_ok() {
                    b"451 not now\r\n"
                } else {
                    b"250 OK\r\n"
                }
            }
            (None, "QUIT") => b"221 bye\r\n",
            (None, _) => b"250 OK\r\n",
        };
        if stream.write_all(reply).await.is_err() {
            return;
        }
    }
}
