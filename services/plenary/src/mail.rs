//! Mail that does not leave the machine: with no mail server configured, Plenary sends over real SMTP to this sink, and
//! `/dev/mail` shows what arrived. The path is the same as to a real server, so that what works here works there.

mod limits;
mod page;
mod session;
mod sink;
mod store;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;

/// A running sink.
#[derive(Debug)]
pub(crate) struct MailSink {
    /// Where it takes SMTP.
    pub(crate) address: SocketAddr,
    /// The pages under `/dev/mail`.
    pub(crate) pages: axum::Router,
}

impl MailSink {
    /// Listens on a free loopback port and keeps mails in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be made or no port be had.
    pub(crate) async fn start(folder: PathBuf, tasks: &kit_rpc::Tasks) -> std::io::Result<Self> {
        let store = Arc::new(store::Store::open(folder).await?);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        tasks.spawn("mail-sink", sink::serve(listener, Arc::clone(&store), tasks.clone()));
        Ok(Self {
            address,
            pages: page::routes(store),
        })
    }
}
