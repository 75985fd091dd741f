//! A process of the platform inside a test, with the test's time, randomness and authority over tokens.

use std::sync::Arc;

use kit_core::{Clock, ManualClock, Rng};
use kit_rpc::proof::Tokens;
use kit_rpc::{GATEWAY, Host, Part, Transport, UserCaller};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::{Request, Status};

/// A host whose clock stands still and whose tokens the test signs.
///
/// ```no_run
/// # async fn example(part: kit_rpc::Part) {
/// # use plenary_proto::identity::v1::account_service_client::AccountServiceClient;
/// let app = kit_testing::App::new();
/// app.host.mount(part);
/// let user = app.tokens.user(&[]);
/// let accounts = AccountServiceClient::new(app.as_user("identity", &user));
/// # let _ = accounts;
/// # }
/// ```
#[derive(Debug)]
pub struct App {
    /// Moves the time.
    pub hand: ManualClock,
    /// Signs tokens, good ones and bad ones.
    pub tokens: Arc<Tokens>,
    /// Where parts are mounted, and started if the test needs their jobs.
    pub host: Host,
}

/// What generated clients are put on: a line to a service, with somebody's token on every call.
pub type Line = InterceptedService<Transport, SignIn>;

/// Signs the caller in anew for each call, so that moving the time does not sign anybody out.
#[derive(Clone, Debug)]
pub struct SignIn {
    tokens: Arc<Tokens>,
    user: Option<UserCaller>,
}

impl App {
    /// A host without parts. Ids and secrets are the same in every run.
    pub fn new() -> Self {
        Self::at(&ManualClock::fixed())
    }

    /// The same, with a clock that the test has already.
    pub fn at(hand: &ManualClock) -> Self {
        let tokens = Arc::new(Tokens::new(hand.clock(), Rng::seeded(1)));
        Self {
            hand: hand.clone(),
            host: tokens.host(),
            tokens,
        }
    }

    /// The clock that everything here goes by.
    pub fn clock(&self) -> &Clock {
        &self.host.clock
    }

    /// Makes a part reachable under its name.
    pub fn mount(&self, part: Part) {
        self.host.mount(part);
    }

    /// A line from the gateway, for somebody who has not signed in.
    pub fn as_nobody(&self, service: &str) -> Line {
        self.line(GATEWAY, service, None)
    }

    /// A line from the gateway, for a person.
    pub fn as_user(&self, service: &str, user: &UserCaller) -> Line {
        self.line(GATEWAY, service, Some(user))
    }

    /// A line from another service, in its own name.
    pub fn as_service(&self, service: &str, from: &str) -> Line {
        self.line(from, service, None)
    }

    /// A line from another service, on behalf of a person.
    pub fn on_behalf(&self, service: &str, from: &str, user: &UserCaller) -> Line {
        self.line(from, service, Some(user))
    }

    fn line(&self, from: &str, to: &str, user: Option<&UserCaller>) -> Line {
        let sign_in = SignIn {
            tokens: Arc::clone(&self.tokens),
            user: user.cloned(),
        };
        InterceptedService::new(self.host.switchboard.line(from, to), sign_in)
    }
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}

impl Interceptor for SignIn {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(user) = &self.user {
            self.tokens.sign_in(&mut request, user);
        }
        Ok(request)
    }
}
