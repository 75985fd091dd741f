use std::time::Duration;

use kit_pg::{Config, Error, OnConstraint as _, Pool};

use crate::sample::{Sample, add, soon};

#[derive(Debug)]
enum ThingError {
    NameTaken,
    Database(Error),
}

impl From<Error> for ThingError {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

#[tokio::test]
async fn a_named_constraint_becomes_a_domain_error_and_others_do_not() {
    let sample = Sample::new().await;
    let mut connection = sample.pool.acquire().await.expect("connected");
    let add = async |connection: &mut _, name| {
        add(connection, name)
            .await
            .on_constraint("things_name_key", ThingError::NameTaken)
    };
    add(&mut connection, "one").await.expect("new");
    let error = add(&mut connection, "one").await.expect_err("twice");
    assert!(matches!(error, ThingError::NameTaken), "{error:?}");

    let weightless = sqlx::query("insert into things (name, weight) values ('two', 0)")
        .execute(&mut *connection)
        .await;
    let error = weightless
        .on_constraint("things_name_key", ThingError::NameTaken)
        .expect_err("weightless");
    let ThingError::Database(error) = error else {
        panic!("{error:?}")
    };
    assert_eq!(error.constraint(), Some("things_weight_check"));
    assert!(!error.is_transient());
}

#[tokio::test]
async fn a_deadlock_is_a_conflict() {
    let sample = Sample::new().await;
    let mut first = sample.pool.begin().await.expect("begun");
    let mut second = sample.pool.begin().await.expect("begun");
    for (tx, lock) in [
        (&mut first, "select pg_advisory_xact_lock(1)"),
        (&mut second, "select pg_advisory_xact_lock(2)"),
    ] {
        sqlx::query(lock).execute(&mut **tx).await.expect("free");
    }
    let (one, two) = soon(async {
        tokio::join!(
            sqlx::query("select pg_advisory_xact_lock(2)").execute(&mut *first),
            async {
                let result = sqlx::query("select pg_advisory_xact_lock(1)")
                    .execute(&mut *second)
                    .await;
                // Whichever is the victim, the other one can go on.
                drop(second);
                result
            }
        )
    })
    .await;
    let failed: Vec<Error> = [one.err(), two.err()].into_iter().flatten().map(Error::from).collect();
    assert!(matches!(failed.as_slice(), [Error::Conflict(_)]), "{failed:?}");
}

#[tokio::test]
async fn what_takes_too_long_is_a_timeout() {
    let sample = Sample::new().await;
    let config = Config {
        statement_timeout: Duration::from_millis(50),
        lock_timeout: Duration::from_millis(20),
        ..sample.db.config()
    };
    let hasty = Pool::new(&config, "sample").expect("an address");
    let mut connection = hasty.acquire().await.expect("connected");
    let slow: Error = sqlx::query("select pg_sleep(10)")
        .execute(&mut *connection)
        .await
        .expect_err("too slow")
        .into();
    assert!(matches!(slow, Error::Timeout(_)), "{slow:?}");

    let mut holder = sample.pool.begin().await.expect("begun");
    sqlx::query("lock table things")
        .execute(&mut *holder)
        .await
        .expect("locked");
    let locked = add(&mut connection, "one").await.expect_err("locked");
    assert!(matches!(locked, Error::Timeout(_)), "{locked:?}");
    assert!(locked.is_transient());
}

#[test]
fn a_transient_cause_is_found_at_any_depth() {
    #[derive(Debug)]
    struct Outer(Error);
    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("outer")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }
    assert!(Error::is_transient_cause(&Outer(sqlx::Error::PoolTimedOut.into())));
    assert!(!Error::is_transient_cause(&Outer(sqlx::Error::RowNotFound.into())));
    assert!(Error::is_transient_cause(&kit_bus::Failure::Unavailable(
        "another service is away".into()
    )));
    assert!(Error::is_transient_cause(&tonic::Status::unavailable(
        "another service is away"
    )));
    assert!(!Error::is_transient_cause(&tonic::Status::not_found("no such order")));
    assert!(!Error::is_transient_cause(&kit_bus::Failure::Rejected("no".into())));
}
