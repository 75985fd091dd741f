//! `ListUsers`.

use plenary_proto::identity::v1::ListUsersRequest;

use crate::world::{Person, World, violations};

async fn emails(world: &World, root: &Person, query: &str, page_size: i32) -> (Vec<String>, usize) {
    let (mut emails, mut page_token, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let request = ListUsersRequest {
            query: query.to_owned(),
            page_size,
            page_token,
        };
        let page = world
            .users()
            .list_users(root.asks(request))
            .await
            .expect("an administrator")
            .into_inner();
        emails.extend(page.users.into_iter().map(|user| user.email));
        (page_token, pages) = (page.next_page_token, pages + 1);
        if page_token.is_empty() {
            return (emails, pages);
        }
    }
}

#[tokio::test]
async fn accounts_come_newest_first_and_can_be_searched() {
    let world = World::new().await;
    let root = world.administrator().await;
    for name in ["ada", "grace", "100%_sure"] {
        world.advance(1);
        world.sign_up(&format!("{name}@example.org")).await;
    }
    let all = ["100%_sure", "grace", "ada", "root"].map(|name| format!("{name}@example.org"));
    assert_eq!(emails(&world, &root, "", 0).await, (all.to_vec(), 1));
    assert_eq!(emails(&world, &root, "", 2).await, (all.to_vec(), 2));
    assert_eq!(emails(&world, &root, " GRACE@ ", 0).await.0, ["grace@example.org"]);
    assert_eq!(
        emails(&world, &root, "ada", 0).await.0.len(),
        3,
        "all but one are called Ada"
    );
    assert_eq!(
        emails(&world, &root, "%", 0).await.0,
        ["100%_sure@example.org"],
        "no pattern"
    );
    assert_eq!(emails(&world, &root, "nobody", 0).await.0.len(), 0);
}

#[tokio::test]
async fn a_search_has_bounds() {
    let world = World::new().await;
    let root = world.administrator().await;
    for query in ["x".repeat(101), "a\0b".to_owned()] {
        let request = ListUsersRequest {
            query,
            ..ListUsersRequest::default()
        };
        let found = violations(world.users().list_users(root.asks(request)).await);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, "query");
    }
}
