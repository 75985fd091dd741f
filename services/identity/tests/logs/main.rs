//! Nothing secret is in the log, even when everything is logged.
//!
//! Not among the other tests: a place in the code that logs asks once whether anybody listens, and remembers the answer
//! for the whole process. A test without a subscriber that comes by first would answer no for this one.

#[expect(dead_code, reason = "the other tests use more of it")]
#[path = "../it/world.rs"]
mod world;

use std::io;
use std::sync::{Arc, Mutex};

use kit_core::Rng;
use plenary_proto::identity::v1::{
    ChangePasswordRequest, ClaimSetupRequest, PasswordResetRequested, RequestPasswordResetRequest, ResetPasswordRequest,
};
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

use crate::world::{PASSWORD, SECRET, World};

const WRONG: &str = "a wrong and private guess";
const NEW: &str = "two lamps, one moth";

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Uses every RPC that takes or gives a secret, rightly and wrongly. Returns the secrets.
async fn use_secrets(world: &World) -> Vec<String> {
    let mut secrets = [PASSWORD, WRONG, NEW, SECRET].map(str::to_owned).to_vec();
    let setup = identity::ensure_setup_token(&world.pool, &world.hand.clock(), &Rng::seeded(3)).await;
    let claim = ClaimSetupRequest {
        token: setup.expect("the database is there").expect("nobody runs the platform"),
        email: "root@example.org".to_owned(),
        password: PASSWORD.to_owned(),
        display_name: "Root".to_owned(),
    };
    secrets.push(claim.token.clone());
    world.accounts().claim_setup(claim).await.expect("a good token");

    let link = world.sign_up("ada@example.org").await;
    world.verify(&link).await.expect("a good token");
    let first = world
        .log_in("ada@example.org", PASSWORD)
        .await
        .expect("the right password");
    world
        .log_in("ada@example.org", WRONG)
        .await
        .expect_err("the wrong password");
    let second = world
        .refresh(&first.tokens.refresh_token)
        .await
        .expect("the newest token");
    let third = world
        .refresh(&second.tokens.refresh_token)
        .await
        .expect("the newest token");
    let mut change = ChangePasswordRequest {
        request_id: world.request_id(),
        current_password: WRONG.to_owned(),
        new_password: NEW.to_owned(),
    };
    let wrong = world.accounts().change_password(third.asks(change.clone())).await;
    wrong.expect_err("the wrong password");
    PASSWORD.clone_into(&mut change.current_password);
    let changed = world.accounts().change_password(third.asks(change)).await;
    changed.expect("the right password");
    world.advance(60);
    world.refresh(&first.tokens.refresh_token).await.expect_err("reuse");
    for person in [first, second, third] {
        secrets.extend([person.tokens.access_token, person.tokens.refresh_token]);
    }
    let email = "ada@example.org".to_owned();
    world
        .accounts()
        .request_password_reset(RequestPasswordResetRequest { email })
        .await
        .expect("always");
    world.run_jobs().await;
    let token = world.facts::<PasswordResetRequested>().await[0].token.clone();
    secrets.extend([link, token.clone()]);
    let password = NEW.to_owned();
    world
        .accounts()
        .reset_password(ResetPasswordRequest { token, password })
        .await
        .expect("a good link");
    secrets
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE);
    let guard = tracing::subscriber::set_default(subscriber.with_writer(log.clone()).finish());
    let world = World::new().await;
    let secrets = use_secrets(&world).await;
    drop(guard);
    let log = String::from_utf8(log.0.lock().expect("no panic").clone()).expect("text");
    assert!(
        log.contains("a spent refresh token was presented"),
        "the log is listened to"
    );
    assert!(log.contains("insert into links"), "at every level");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} is in the log");
    }
    assert!(!log.contains("$argon2id"), "nor is a hash");
    assert!(!log.contains("ada@example.org"), "nor is an address");
}
