//! The runtime of all that is not media.

use tokio::runtime::Builder;

/// Threads of all that is not media. Media has a thread for each core, and signalling is little beside it: with a second
/// thread, each message would wake both to look for work.
const SIGNALLING_THREADS: usize = 1;

/// The runtime that a node's process runs on.
pub fn runtime() -> Builder {
    let mut runtime = Builder::new_multi_thread();
    runtime.worker_threads(SIGNALLING_THREADS);
    runtime
}
