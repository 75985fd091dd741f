//! Every bound of this crate, with its unit and its reason.

use std::time::Duration;

/// Free disk space below which a server is not started, in MiB: a new PostgreSQL takes 60, and one that runs full stops
/// in the middle of something.
pub(crate) const FREE_DISK_MIB_MIN: u64 = 256;
/// How long a server may take to become ready. Recovery after a power cut is what takes long.
pub(crate) const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long `initdb` may take on a slow disk.
pub(crate) const INITIALIZE_TIMEOUT: Duration = Duration::from_secs(120);
/// How often to look whether it is ready.
pub(crate) const READY_POLL: Duration = Duration::from_millis(20);
/// How long an orderly stop may take before it is forced.
pub(crate) const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// How long to wait for a server whose parent was killed a moment ago.
pub(crate) const ORPHAN_TIMEOUT: Duration = Duration::from_secs(10);
/// Lines of a server's log in an error.
pub(crate) const LOG_TAIL_LINES: usize = 20;
/// Bytes of a socket's path: `sun_path` holds 104 on macOS and 108 on Linux, with a zero at the end.
pub(crate) const SOCKET_PATH_BYTES_MAX: usize = 103;
/// Connections that PostgreSQL accepts: ten for each of six services and some for people; tests run side by side.
pub(crate) const CONNECTIONS_DURABLE: u32 = 100;
pub(crate) const CONNECTIONS_DISPOSABLE: u32 = 400;
/// Connections that the object store has at once; more wait to be accepted.
pub(crate) const OBJECTS_CONNECTIONS_MAX: usize = 256;
