//! The servers that tests run against.
//!
//! Those that the environment names, or private ones that are shared by all test processes of this user. Nobody can know
//! at its start which test process will be the last one, and one may be killed at any time. So every process holds a
//! shared lock on a file for as long as it lives, and a guardian, a few lines of shell, waits for an exclusive lock on
//! it: whoever gets that knows that nobody is left.

use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use kit_local::{Durability, Lifetime, Server, Settings};

use crate::background;

/// Waits until the lock ($1) is free and has stayed free for some seconds, then ends both servers ($2, $3), whose
/// orderly stop the lock is held for, and takes away what told of them ($4).
const GUARDIAN: &str = r#"
while :; do
  flock --exclusive "$1" true
  sleep 10
  flock --exclusive --nonblock "$1" sh -c '
    rm -f "$3"
    kill -INT "$1"; kill -TERM "$2"
    for i in $(seq 100); do kill -0 "$1" 2>/dev/null || kill -0 "$2" 2>/dev/null || exit 0; sleep 0.1; done
  ' stop "$2" "$3" "$4" && exit
done
"#;

static SHARED: LazyLock<Shared> = LazyLock::new(Shared::join);

/// The address of a PostgreSQL where tests may make databases.
pub(crate) fn postgres() -> String {
    std::env::var("PLENARY_TEST_DATABASE_URL").unwrap_or_else(|_| SHARED.postgres.clone())
}

/// The address of a Redis where tests may make keys.
pub(crate) fn redis() -> String {
    std::env::var("PLENARY_TEST_REDIS_URL").unwrap_or_else(|_| SHARED.redis.clone())
}

/// The private servers, for as long as this process lives.
struct Shared {
    postgres: String,
    redis: String,
    /// Locked for others to see that somebody is here.
    _presence: File,
    /// Outlives this process if it started it.
    _guardian: Option<Child>,
}

impl Shared {
    /// Finds the servers, or starts them. The first process pays for it, the others wait for it.
    fn join() -> Self {
        let folder = folder();
        fs::create_dir_all(&folder).expect("the cache folder can be written");
        let open = |name: &str| File::create(folder.join(name)).expect("the cache folder can be written");
        let (start, presence) = (open("start.lock"), open("presence.lock"));
        start.lock().expect("files can be locked");
        presence.lock_shared().expect("files can be locked");
        let notice = folder.join("addresses");
        if let Some((postgres, redis)) = read(&notice) {
            return Self {
                postgres,
                redis,
                _presence: presence,
                _guardian: None,
            };
        }
        let home = folder.clone();
        let servers = background::finish(async move || launch(&home).await);
        let (postgres, redis) = servers.unwrap_or_else(|cause| std::panic::resume_unwind(cause));
        let guardian = guard(&folder, &postgres, &redis, &notice);
        let (postgres, redis) = (postgres.url().to_owned(), redis.url().to_owned());
        fs::write(&notice, format!("{postgres}\n{redis}\n")).expect("the cache folder can be written");
        Self {
            postgres,
            redis,
            _presence: presence,
            _guardian: Some(guardian),
        }
    }
}

/// Per user and not per checkout: starting takes seconds and an idle server some 50 MiB.
fn folder() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
    cache.unwrap_or_else(std::env::temp_dir).join("plenary/test-servers")
}

/// The servers that a notice tells of, if they are there. After a power cut there is a notice and nobody behind it.
fn read(notice: &Path) -> Option<(String, String)> {
    let text = fs::read_to_string(notice).ok()?;
    let (postgres, redis) = text.trim_end().split_once('\n')?;
    let listens = |path: PathBuf| UnixStream::connect(path).is_ok();
    let url = url::Url::parse(postgres).ok()?;
    let (_, sockets) = url.query_pairs().find(|(key, _)| key == "host")?;
    let is_there = listens(Path::new(&*sockets).join(".s.PGSQL.5432"))
        && listens(PathBuf::from(redis.strip_prefix("redis+unix://")?));
    is_there.then(|| (postgres.to_owned(), redis.to_owned()))
}

async fn launch(folder: &Path) -> (Server, Server) {
    let settings = |name: &str| Settings {
        folder: folder.join(name),
        durability: Durability::Disposable,
        lifetime: Lifetime::Detached,
    };
    let postgres = kit_local::postgres(&settings("postgres")).await;
    let redis = kit_local::redis(&settings("redis")).await;
    let explain = |error| panic!("no servers for tests, and PLENARY_TEST_… names none: {error}");
    (postgres.unwrap_or_else(explain), redis.unwrap_or_else(explain))
}

fn guard(folder: &Path, postgres: &Server, redis: &Server, notice: &Path) -> Child {
    let mut guardian = Command::new("sh");
    guardian
        .args(["-c", GUARDIAN, "guardian"])
        .arg(folder.join("presence.lock"));
    guardian
        .arg(postgres.pid().to_string())
        .arg(redis.pid().to_string())
        .arg(notice);
    guardian
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    guardian.spawn().expect("a shell can be run")
}
