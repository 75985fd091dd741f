//! Async work from where there is no runtime to count on: `Drop`.

use std::future::Future;

/// Runs `work` to its end on a thread of its own. Inside a runtime nothing may block on that runtime, and a test's
/// runtime may be shutting down; a thread with another one works in every case.
pub(crate) fn finish(work: impl Future<Output = ()> + Send + 'static) {
    let thread = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime can be made").block_on(work);
    });
    // A panic in cleaning up must not hide the test's own.
    let _ = thread.join();
}
