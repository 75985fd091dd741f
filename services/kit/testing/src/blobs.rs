//! An object store for one test.

use kit_blobs::{Config, Credentials};
use kit_config::Secret;
use kit_core::Rng;
use kit_local::Objects;
use tempfile::TempDir;

use crate::Background;

/// A store in this process that speaks S3 and checks signatures; its files go with this value.
#[derive(Debug)]
pub struct TestBlobs {
    config: Config,
    _server: Background,
    _folder: TempDir,
}

impl TestBlobs {
    /// An empty store without a bucket.
    ///
    /// # Panics
    /// When there is no place for temporary files.
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let (path, (key_id, secret)) = (folder.path().to_owned(), (Rng::system().token(), Rng::system().token()));
        let credentials = Credentials {
            key_id: Secret::new(&key_id),
            secret: Secret::new(&secret),
        };
        let (endpoint, known) = tokio::sync::oneshot::channel();
        // The listener belongs to the runtime that serves it.
        let server = Background::run(async move |stop| {
            let objects = Objects::listen(&path, 0, &key_id, &secret)
                .await
                .expect("there is a free port");
            endpoint.send(objects.endpoint()).expect("the test waits for it");
            objects.serve(stop).await;
        });
        let config = Config {
            endpoint: Some(known.await.expect("the store listens")),
            region: "us-east-1".to_owned(),
            bucket: "test".to_owned(),
            path_style: true,
            credentials: Some(credentials),
        };
        Self {
            config,
            _server: server,
            _folder: folder,
        }
    }

    /// For code under test that makes its client itself.
    pub fn config(&self) -> Config {
        self.config.clone()
    }
}
