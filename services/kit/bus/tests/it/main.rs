//! The crate on real Redis servers: a shared one, and private ones that go away and come back.

mod consumer;
mod fanout;
mod limiter;
mod private;
mod registry;

use std::pin::Pin;
use std::time::Duration;

/// Waits for what must come soon.
fn soon<'a, T: 'a>(what: impl Future<Output = T> + Send + 'a) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(async {
        tokio::time::timeout(Duration::from_secs(20), what)
            .await
            .expect("it comes soon")
    })
}
