//! What the door writes into the log, and what it does not.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use http::{Request, header};
use kit_rpc::{Code, Domain, GATEWAY};
use tonic::body::Body;
use tower::ServiceExt as _;
use tracing::Level;
use tracing::subscriber::DefaultGuard;

use crate::chat::{Chat, World};

const DOMAIN: Domain = Domain::new("engagement.plenary");

/// Everything that this thread logs from info on.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn capture() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_max_level(Level::INFO).with_ansi(false);
        let subscriber = subscriber.with_writer(move || writer.clone()).finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().expect("not poisoned").clone();
        String::from_utf8(bytes)
            .expect("text")
            .lines()
            .map(str::to_owned)
            .collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_failure_of_ours_is_logged_once_with_all_its_causes_and_who_met_it() {
    let (log, _guard) = Log::capture();
    let world = World::with(Chat::posting(async |_| {
        Err(DOMAIN.internal(StoreError(io::Error::other("the disk is full"))).into())
    }));
    let status = world
        .client(GATEWAY)
        .post_message(world.post())
        .await
        .expect_err("it failed");
    assert!(!format!("{status:?}").contains("disk"));
    let lines = log.lines();
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert!(
        lines[0].contains("ERROR") && lines[0].contains("the store failed: the disk is full"),
        "{lines:?}"
    );
    assert!(lines[0].contains(&world.user.user_id.to_string()), "{lines:?}");
    assert!(!lines[0].contains(world.user.email.as_str()), "{lines:?}");
}

#[tokio::test]
async fn nobody_can_fill_the_log_from_outside() {
    let (log, _guard) = Log::capture();
    let world = World::with(Chat::posting(async |_| {
        Err(DOMAIN.error(Code::NotFound, "ROOM_NOT_FOUND", "no").into())
    }));
    let token = format!("Bearer {}", world.tokens.token(&world.user));
    let attempts = [
        (
            "/plenary.engagement.v1.ChatService/PostMessage",
            token.as_str(),
            &b"\0\0\0\0\x03\xff\xff\xff"[..],
        ),
        ("/plenary.engagement.v1.ChatService/PostMessage", &token, b"\0\0\0\0\0"),
        ("/plenary.engagement.v1.ChatService/PostMessage", "Basic eDp5", b""),
        ("/plenary.engagement.v1.ChatService/PostMessage", "Bearer x", b""),
        ("/nothing/at/all", &token, b""),
    ];
    for (path, authorization, body) in attempts {
        let request = Request::post(format!("http://plenary{path}"))
            .header(header::CONTENT_TYPE, "application/grpc")
            .header(header::AUTHORIZATION, authorization)
            .body(Body::new(http_body_util::Full::from(body)));
        let line = world.host.switchboard.line(GATEWAY, "engagement");
        let answer = line.oneshot(request.expect("a request")).await.expect("always answers");
        assert!(answer.headers().contains_key("grpc-status"), "{path} was refused");
    }
    assert_eq!(log.lines(), Vec::<String>::new());
}

#[derive(Debug, thiserror::Error)]
#[error("the store failed")]
struct StoreError(#[source] io::Error);
