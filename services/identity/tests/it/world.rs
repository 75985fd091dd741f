//! A platform that consists of identity, and the people in it.

use std::time::Duration;

use identity::{Config, Identity, MIGRATIONS};
use kit_config::{Loader, Sources};
use kit_core::{ManualClock, Rng};
use kit_pg::Pool;
use kit_rpc::{CLIENT_ADDRESS, Fault as _, GATEWAY, Host, Transport};
use kit_testing::{TestBlobs, TestDb};
use plenary_proto::identity::v1::account_service_client::AccountServiceClient;
use plenary_proto::identity::v1::organization_service_client::OrganizationServiceClient;
use plenary_proto::identity::v1::profile_service_client::ProfileServiceClient;
use plenary_proto::identity::v1::user_service_client::UserServiceClient;
use plenary_proto::identity::v1::{
    ClaimSetupRequest, CreateOrganizationRequest, EmailVerificationRequested, LogInRequest, Organization,
    RefreshSessionRequest, SessionTokens, SignUpRequest, User, VerifyEmailRequest,
};
use prost::{Message, Name};
use sqlx::Row as _;
use tonic::{Code, Request, Status};
use uuid::Uuid;

/// Everybody's password, unless a test is about passwords.
pub(crate) const PASSWORD: &str = "violet tram 7 under rain";

/// The root secret of every world.
pub(crate) const SECRET: &str = "a secret of a test, which is no secret at all";

/// Identity in this process, with a database of its own.
pub(crate) struct World {
    pub(crate) hand: ManualClock,
    pub(crate) host: Host,
    pub(crate) identity: Identity,
    pub(crate) pool: Pool,
    pub(crate) db: TestDb,
    blobs: Option<TestBlobs>,
    ids: Rng,
}

/// Somebody who has logged in.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) tokens: SessionTokens,
}

impl World {
    /// Without a store of files.
    pub(crate) async fn new() -> Self {
        Self::with(None).await
    }

    /// With a store of files.
    pub(crate) async fn with_blobs() -> Self {
        Self::with(Some(TestBlobs::new().await)).await
    }

    async fn with(blobs: Option<TestBlobs>) -> Self {
        let (hand, db) = (ManualClock::fixed(), TestDb::new(&MIGRATIONS).await);
        let config = config(&db, blobs.as_ref(), SECRET);
        if blobs.is_some() {
            let bucket = kit_blobs::Blobs::new(&config.blobs).await;
            bucket.ensure_bucket().await.expect("the store lets us");
        }
        let (host, identity) = replica(&hand, config, 1).await;
        Self {
            pool: db.pool(),
            hand,
            host,
            identity,
            db,
            blobs,
            ids: Rng::seeded(99),
        }
    }

    /// Another process of the same installation.
    pub(crate) async fn replica(&self, seed: u64) -> (Host, Identity) {
        replica(&self.hand, config(&self.db, self.blobs.as_ref(), SECRET), seed).await
    }

    /// Another process whose operator has changed the secret.
    pub(crate) async fn replica_with_secret(&self, secret: &str) -> (Host, Identity) {
        replica(&self.hand, config(&self.db, self.blobs.as_ref(), secret), 7).await
    }

    fn line(&self) -> Transport {
        self.host.switchboard.line(GATEWAY, identity::NAME)
    }

    pub(crate) fn accounts(&self) -> AccountServiceClient<Transport> {
        AccountServiceClient::new(self.line())
    }

    pub(crate) fn organizations(&self) -> OrganizationServiceClient<Transport> {
        OrganizationServiceClient::new(self.line())
    }

    pub(crate) fn profiles(&self) -> ProfileServiceClient<Transport> {
        ProfileServiceClient::new(self.line())
            .max_decoding_message_size(kit_core::limits::MESSAGE_BYTES_MAX)
            .max_encoding_message_size(2 * kit_core::limits::MESSAGE_BYTES_MAX)
    }

    pub(crate) fn users(&self) -> UserServiceClient<Transport> {
        UserServiceClient::new(self.line())
    }

    /// As another service.
    pub(crate) fn users_for_services(&self) -> UserServiceClient<Transport> {
        UserServiceClient::new(self.host.switchboard.line("events", identity::NAME))
    }

    /// A new request id.
    pub(crate) fn request_id(&self) -> String {
        Uuid::from_bytes(self.ids.bytes()).to_string()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.hand.advance(Duration::from_secs(seconds));
    }

    /// Answers what waits for a mail, among other things.
    pub(crate) async fn run_jobs(&self) {
        self.identity.run_jobs_once().await.expect("the database is there");
    }

    /// The facts of one kind, oldest first.
    pub(crate) async fn facts<M: Message + Name + Default>(&self) -> Vec<M> {
        let mut connection = self.pool.acquire().await.expect("the database is there");
        let rows = sqlx::query("select payload from outbox where kind = $1 order by position")
            .bind(M::full_name())
            .fetch_all(&mut *connection)
            .await
            .expect("a query");
        let payload = |row: &sqlx::postgres::PgRow| row.try_get::<Vec<u8>, _>("payload").expect("bytes");
        rows.iter()
            .map(|row| M::decode(payload(row).as_slice()).expect("a fact"))
            .collect()
    }

    /// How many rows a table has.
    pub(crate) async fn count(&self, table: &'static str) -> i64 {
        let mut connection = self.pool.acquire().await.expect("the database is there");
        let sql = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        let row = sqlx::query(sql).fetch_one(&mut *connection).await.expect("a query");
        row.try_get(0).expect("a count")
    }

    pub(crate) fn sign_up_request(&self, email: &str) -> SignUpRequest {
        SignUpRequest {
            request_id: self.request_id(),
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
            display_name: "Ada".to_owned(),
            return_path: String::new(),
        }
    }

    /// Signs up without verifying. Returns the token of the mail.
    pub(crate) async fn sign_up(&self, email: &str) -> String {
        let request = self.sign_up_request(email);
        self.accounts().sign_up(request).await.expect("a good request");
        let facts = self.facts::<EmailVerificationRequested>().await;
        let fact = facts
            .iter()
            .rfind(|fact| fact.email == email)
            .expect("a mail is asked for");
        fact.token.clone()
    }

    pub(crate) async fn verify(&self, token: &str) -> Result<String, Status> {
        let token = token.to_owned();
        let response = self.accounts().verify_email(VerifyEmailRequest { token }).await?;
        Ok(response.into_inner().return_path)
    }

    pub(crate) async fn log_in(&self, email: &str, password: &str) -> Result<Person, Status> {
        let (email, password) = (email.to_owned(), password.to_owned());
        let response = self
            .accounts()
            .log_in(LogInRequest { email, password })
            .await?
            .into_inner();
        Ok(Person {
            user: response.user.expect("always set"),
            tokens: response.tokens.expect("always set"),
        })
    }

    pub(crate) async fn refresh(&self, refresh_token: &str) -> Result<Person, Status> {
        self.refresh_from(None, refresh_token).await
    }

    /// As seen by the gateway at this address.
    pub(crate) async fn refresh_from(&self, address: Option<&str>, refresh_token: &str) -> Result<Person, Status> {
        let refresh_token = refresh_token.to_owned();
        let request = from(address, RefreshSessionRequest { refresh_token });
        let response = self.accounts().refresh_session(request).await?.into_inner();
        Ok(Person {
            user: response.user.expect("always set"),
            tokens: response.tokens.expect("always set"),
        })
    }

    /// Somebody with a verified account who has logged in.
    pub(crate) async fn person(&self, email: &str) -> Person {
        let token = self.sign_up(email).await;
        self.verify(&token).await.expect("a good token");
        self.log_in(email, PASSWORD).await.expect("the right password")
    }

    /// The first administrator.
    pub(crate) async fn administrator(&self) -> Person {
        let rng = Rng::seeded(5);
        let token = identity::ensure_setup_token(&self.pool, &self.hand.clock(), &rng).await;
        let request = ClaimSetupRequest {
            token: token.expect("the database is there").expect("nobody runs the platform"),
            email: "root@example.org".to_owned(),
            password: PASSWORD.to_owned(),
            display_name: "Root".to_owned(),
        };
        self.accounts().claim_setup(request).await.expect("a good token");
        self.log_in("root@example.org", PASSWORD)
            .await
            .expect("the right password")
    }

    /// An organization of `owner`, whose token does not know of it yet.
    pub(crate) async fn organization(&self, owner: &Person, name: &str) -> Organization {
        let request = CreateOrganizationRequest {
            request_id: self.request_id(),
            name: name.to_owned(),
        };
        let response = self.organizations().create_organization(owner.asks(request)).await;
        let organization = response.expect("a good request").into_inner().organization;
        organization.expect("always set")
    }

    /// Somebody with an organization, whose token knows of it.
    pub(crate) async fn organizer(&self, email: &str, name: &str) -> (Person, Organization) {
        let person = self.person(email).await;
        let organization = self.organization(&person, name).await;
        let person = self.refresh(&person.tokens.refresh_token).await.expect("a good token");
        (person, organization)
    }
}

impl Person {
    /// A request with this person's access token.
    pub(crate) fn asks<T>(&self, message: T) -> Request<T> {
        signed(&self.tokens.access_token, message)
    }
}

/// A request with a token.
pub(crate) fn signed<T>(access_token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let value = format!("Bearer {access_token}").parse().expect("a token is ASCII");
    request.metadata_mut().insert("authorization", value);
    request
}

/// A request from an address.
pub(crate) fn from<T>(address: Option<&str>, message: T) -> Request<T> {
    let mut request = Request::new(message);
    if let Some(address) = address {
        let value = address.parse().expect("an address is ASCII");
        request.metadata_mut().insert(CLIENT_ADDRESS, value);
    }
    request
}

/// Code and reason of a refusal.
#[track_caller]
pub(crate) fn refusal<T: std::fmt::Debug>(result: Result<T, Status>) -> (Code, String) {
    let status = result.expect_err("should be refused");
    (status.code(), status.reason().unwrap_or_default())
}

/// The reason of a refusal.
#[track_caller]
pub(crate) fn reason<T: std::fmt::Debug>(result: Result<T, Status>) -> String {
    refusal(result).1
}

/// Fields and reasons of a request that was refused for them.
#[track_caller]
pub(crate) fn violations<T: std::fmt::Debug>(result: Result<T, Status>) -> Vec<(String, String)> {
    let status = result.expect_err("should be refused");
    assert_eq!(status.reason().as_deref(), Some("FIELDS_INVALID"), "{status:?}");
    status
        .violations()
        .into_iter()
        .map(|violation| (violation.field, violation.reason))
        .collect()
}

/// `[(field, reason)]` as [`violations`] returns them.
pub(crate) fn faults(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(field, reason)| ((*field).to_owned(), (*reason).to_owned()))
        .collect()
}

fn config(db: &TestDb, blobs: Option<&TestBlobs>, secret: &str) -> Config {
    let file = format!(
        "[identity]\nsecret = {secret:?}\nhash_memory_kib = 8\nhash_passes = 1\nattempts_per_network = 50\n\
         [postgres]\nurl = \"postgres://unused\"\n[redis]\nurl = \"redis://127.0.0.1:1/0\"\n\
         [blobs]\naccess_key_id = \"unused\"\nsecret_access_key = \"unused\"\nendpoint = \"http://127.0.0.1:1\"\n"
    );
    let mut loader = Loader::new(Sources::empty().with_file(&file).expect("TOML"));
    let config = Config::load(&mut loader);
    loader.finish().expect("a good configuration");
    Config {
        postgres: db.config(),
        blobs: blobs.map_or(config.blobs.clone(), TestBlobs::config),
        ..config
    }
}

/// A host that asks identity itself for keys, as in production.
async fn replica(hand: &ManualClock, config: Config, seed: u64) -> (Host, Identity) {
    let host = Host::new(&kit_rpc::Config::defaults(), hand.clock(), Rng::seeded(seed));
    let identity = Identity::new(config, &host).await.expect("a good configuration");
    host.mount(identity.part());
    (host, identity)
}
