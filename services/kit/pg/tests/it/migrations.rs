use std::path::Path;

use futures::future::join_all;
use kit_core::Clock;
use kit_pg::{Error, Migration, MigrationError, Migrations, Pool};
use kit_testing::TestDb;
use sqlx::Row;

use crate::sample;

const STEPS: &[Migration] = &[
    Migration {
        name: "0001_things",
        sql: include_str!("steps/0001_things.sql"),
    },
    Migration {
        name: "0002_index",
        sql: include_str!("steps/0002_index.sql"),
    },
];

const MIGRATIONS: Migrations = Migrations {
    schema: "other",
    steps: STEPS,
};

/// A pool for a schema that does not exist yet.
async fn empty() -> (TestDb, Pool) {
    let db = TestDb::new(&sample::MIGRATIONS).await;
    let pool = db.pool_of("other");
    (db, pool)
}

async fn indexes(pool: &Pool) -> Vec<String> {
    let mut connection = pool.acquire().await.expect("connected");
    let query = sqlx::query(
        "select indexname::text from pg_indexes where schemaname = 'other' and tablename = 'things' order by 1",
    );
    let rows = query.fetch_all(&mut *connection).await.expect("listed");
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn steps_are_applied_once_and_in_order() {
    let (_db, pool) = empty().await;
    let pending = MIGRATIONS.pending(&pool).await.expect("looked at");
    assert_eq!(pending.last(), Some(&"0002_index"));
    let error = MIGRATIONS.verify(&pool).await.expect_err("nothing is there");
    assert!(
        matches!(&error, MigrationError::Pending { names, .. } if *names == pending),
        "{error}"
    );
    assert!(error.to_string().contains("0001_things, 0002_index"), "{error}");

    assert_eq!(
        MIGRATIONS.apply(&pool, &Clock::system()).await.expect("applied"),
        pending
    );
    MIGRATIONS.verify(&pool).await.expect("ready");
    assert!(
        MIGRATIONS
            .apply(&pool, &Clock::system())
            .await
            .expect("nothing to do")
            .is_empty()
    );
    assert_eq!(indexes(&pool).await, ["things_id", "things_pkey"]);
}

#[tokio::test]
async fn processes_that_migrate_at_once_apply_each_step_once() {
    let (_db, pool) = empty().await;
    let clock = Clock::system();
    let applied = join_all((0..6).map(|_| MIGRATIONS.apply(&pool, &clock))).await;
    let mut counts: Vec<usize> = applied
        .into_iter()
        .map(|applied| applied.expect("applied or waited").len())
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, [0, 0, 0, 0, 0, 5]);
    assert_eq!(indexes(&pool).await, ["things_id", "things_pkey"]);
}

#[tokio::test]
async fn a_failed_step_leaves_those_before_it_and_nothing_of_itself() {
    const BROKEN: &[Migration] = &[
        STEPS[0],
        Migration {
            name: "0002_broken",
            sql: "-- Why.\ncreate table half (); create table things ();",
        },
    ];
    let (_db, pool) = empty().await;
    let broken = Migrations {
        steps: BROKEN,
        ..MIGRATIONS
    };
    let error = broken.apply(&pool, &Clock::system()).await.expect_err("things exists");
    assert!(
        matches!(
            error,
            MigrationError::Failed {
                name: "0002_broken",
                source: Error::Query(_),
                ..
            }
        ),
        "{error:?}"
    );
    let mut connection = pool.acquire().await.expect("connected");
    let row = sqlx::query("select to_regclass('half') is null, to_regclass('things') is not null");
    let row = row.fetch_one(&mut *connection).await.expect("looked up");
    assert_eq!((row.get(0), row.get(1)), (true, true));
    drop(connection);
    // The turn was given back, and the next attempt goes on from there.
    let mended = MIGRATIONS.apply(&pool, &Clock::system()).await.expect("applied");
    assert_eq!(mended, ["0002_index"]);
}

#[tokio::test]
async fn a_changed_step_is_refused() {
    const CHANGED: &[Migration] = &[Migration {
        name: "0001_things",
        sql: "-- Why.\ncreate table things (id int);",
    }];
    let (_db, pool) = empty().await;
    MIGRATIONS.apply(&pool, &Clock::system()).await.expect("applied");
    let changed = Migrations {
        steps: CHANGED,
        ..MIGRATIONS
    };
    for error in [
        changed.verify(&pool).await.expect_err("changed"),
        changed.apply(&pool, &Clock::system()).await.expect_err("changed"),
    ] {
        assert!(
            matches!(
                error,
                MigrationError::Changed {
                    name: "0001_things",
                    ..
                }
            ),
            "{error}"
        );
    }
    // Code from before a step was added still starts.
    Migrations {
        steps: &STEPS[..1],
        ..MIGRATIONS
    }
    .verify(&pool)
    .await
    .expect("newer steps are fine");
}

#[test]
fn files_that_the_list_forgets_are_found() {
    let folder = Path::new("tests/it/steps");
    assert_eq!(MIGRATIONS.unlisted(folder).expect("read"), ["0003_forgotten"]);
    const SWAPPED: &[Migration] = &[STEPS[1], STEPS[0]];
    let swapped = Migrations {
        steps: SWAPPED,
        ..MIGRATIONS
    };
    assert!(
        swapped
            .unlisted(folder)
            .expect("read")
            .contains(&"0001_things".to_owned())
    );
    assert_ne!(swapped.fingerprint(), MIGRATIONS.fingerprint());
}
