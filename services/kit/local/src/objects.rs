//! A private object store: the S3 protocol over a folder, with signatures checked.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::limits::OBJECTS_CONNECTIONS_MAX;
use crate::{Error, folder};

/// An object store that listens but does not answer yet: that is what [`serve`](Self::serve) does.
pub struct Objects {
    listener: TcpListener,
    address: SocketAddr,
    service: S3Service,
}

impl Objects {
    /// A store that keeps everything in `folder`, on `port` of 127.0.0.1 (0 for any that is free), for those who have
    /// the key.
    ///
    /// # Errors
    /// The folder cannot be used, or the port is taken.
    pub async fn listen(folder: &Path, port: u16, key_id: &str, secret: &str) -> Result<Self, Error> {
        folder::create(folder)?;
        let files = FileSystem::new(folder).map_err(|error| {
            let source = io::Error::other(format!("{error:?}"));
            Error::Folder {
                path: folder.to_owned(),
                source,
            }
        })?;
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(key_id, secret));
        let listen = async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        let (listener, address) = listen.await.map_err(|source: io::Error| match source.kind() {
            io::ErrorKind::AddrInUse => Error::PortTaken { port },
            _ => Error::Listen { port, source },
        })?;
        Ok(Self {
            listener,
            address,
            service: service.build(),
        })
    }

    /// Where it is: `http://127.0.0.1:…`, with the bucket in the path.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers until `stop`; requests at work then are dropped.
    pub async fn serve(self, stop: CancellationToken) {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept(), if connections.len() < OBJECTS_CONNECTIONS_MAX => {
                    // A connection that broke before it was accepted is nobody's loss.
                    if let Ok((stream, _)) = accepted {
                        connections.spawn(answer(stream, self.service.clone()));
                    }
                }
            }
        }
    }
}

async fn answer(stream: TcpStream, service: S3Service) {
    // The client knows what went wrong with its connection.
    let _ = Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

impl std::fmt::Debug for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Objects")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
