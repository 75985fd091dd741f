//! The launcher with the servers that are installed here.

mod objects;
mod parent;
mod postgres;
mod redis;

use std::path::Path;
use std::time::Duration;

use kit_local::{Durability, Lifetime, Settings};

fn settings(folder: &Path) -> Settings {
    Settings {
        folder: folder.to_owned(),
        durability: Durability::Disposable,
        lifetime: Lifetime::WithParent,
    }
}

/// Waits for what must come soon.
async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), what)
        .await
        .expect("it comes soon")
}
