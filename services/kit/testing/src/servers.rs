//! Where the servers are that tests run against.

pub(crate) async fn postgres() -> String {
    std::env::var("PLENARY_TEST_DATABASE_URL").expect("PLENARY_TEST_DATABASE_URL names a PostgreSQL for tests")
}

pub(crate) async fn redis() -> String {
    std::env::var("PLENARY_TEST_REDIS_URL").expect("PLENARY_TEST_REDIS_URL names a Redis for tests")
}
