//! Where a media token leads.

use std::time::Duration;

use tonic::Code;

use crate::world::{NODE, World, reason};

#[tokio::test]
async fn a_good_token_leads_to_the_rooms_node_until_its_time_is_over() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 10).await;
    let seat = world.join(&world.holder(&room), &room).await.expect("a seat");
    assert_eq!(world.locate(&seat.media_token).await.expect("good").node_id, NODE);
    world.app.hand.advance(Duration::from_secs(119));
    let gone = world.locate(&seat.media_token).await;
    assert_eq!(
        reason(gone),
        (Code::Unavailable, "NO_MEDIA_NODE".to_owned()),
        "not heard of for too long"
    );
    world.register().await;
    assert_eq!(world.locate(&seat.media_token).await.expect("good").node_id, NODE);
    world.app.hand.advance(Duration::from_secs(1));
    let expired = world.locate(&seat.media_token).await;
    assert_eq!(reason(expired), (Code::Unauthenticated, "TOKEN_INVALID".to_owned()));
}

#[tokio::test]
async fn a_changed_token_leads_nowhere() {
    let world = World::new().await;
    let ada = world.organizer();
    let room = world.on_air(&ada, 10).await;
    let (viewer, host) = (
        world
            .join(&world.holder(&room), &room)
            .await
            .expect("a seat")
            .media_token,
        world.join(&ada, &room).await.expect("a host").media_token,
    );
    let signed = |token: &str| {
        token
            .rsplit_once('.')
            .map(|(body, mark)| (body.to_owned(), mark.to_owned()))
    };
    let ((body, _), (_, mark)) = (signed(&host).expect("a JWT"), signed(&viewer).expect("a JWT"));
    for forged in [
        format!("{body}.{mark}"),
        format!("{body}."),
        String::new(),
        "nonsense".to_owned(),
    ] {
        let refused = world.locate(&forged).await;
        assert_eq!(
            reason(refused),
            (Code::Unauthenticated, "TOKEN_INVALID".to_owned()),
            "{forged}"
        );
    }
}
