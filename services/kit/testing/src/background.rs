//! Work beside a test, and after it.

use std::future::Future;

use tokio_util::sync::{CancellationToken, DropGuard};

/// A thread with a runtime of its own that does work until the end of the test.
///
/// For servers that stand in for others: they go on answering while the test's own runtime is blocked or paused.
#[derive(Debug)]
pub struct Background {
    _stop: DropGuard,
}

impl Background {
    /// Runs what `work` makes until this value is dropped.
    pub fn run<F>(work: impl FnOnce(CancellationToken) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()>,
    {
        let stop = CancellationToken::new();
        let token = stop.clone();
        std::thread::spawn(move || block_on(token.clone().run_until_cancelled_owned(work(token))));
        Self {
            _stop: stop.drop_guard(),
        }
    }
}

/// Runs `work` to its end on a thread of its own. Inside a runtime nothing may block on that runtime, and a test's
/// runtime may be shutting down; a thread with another one works in every case, also in `Drop`.
pub(crate) fn finish<T: Send + 'static, F: Future<Output = T>>(
    work: impl FnOnce() -> F + Send + 'static,
) -> std::thread::Result<T> {
    std::thread::spawn(|| block_on(work())).join()
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made").block_on(work)
}
