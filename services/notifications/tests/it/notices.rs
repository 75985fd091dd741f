//! In-app notices.

use std::time::Duration;

use plenary_proto::events::v1::{EventRejected, EventSubmitted};
use plenary_proto::notifications::v1::follow_my_notifications_response::Kind;
use plenary_proto::notifications::v1::{
    FollowMyNotificationsRequest, ListMyNotificationsRequest, MarkNotificationsReadRequest, Notification,
    NotificationKind,
};

use crate::world::World;

#[tokio::test]
async fn notices_arrive_live_once_and_are_read() {
    let world = World::new().await;
    let mut client = world.notices(&world.user);
    let follow = FollowMyNotificationsRequest { after_sequence: 0 };
    let mut stream = client
        .follow_my_notifications(follow)
        .await
        .expect("begins")
        .into_inner();
    let mut next = async || -> Notification {
        loop {
            let step = stream.message().await.expect("goes on").expect("does not end");
            if let Some(Kind::Notification(notice)) = step.kind {
                return notice;
            }
        }
    };
    let submitted = world.fact(&EventSubmitted {
        event_id: "evt_1".into(),
        title: "A show".into(),
        ..Default::default()
    });
    world.publish("events", &submitted).await;
    world.publish("events", &submitted).await;
    // Facts of one moment have no order.
    world.app.hand.advance(Duration::from_millis(1));
    let rejected = world.fact(&EventRejected {
        event_id: "evt_1".into(),
        title: "A show".into(),
        reason: "Say when.".into(),
        ..Default::default()
    });
    world.publish("events", &rejected).await;
    let (first, second) = (next().await, next().await);
    assert_eq!((first.kind(), first.sequence), (NotificationKind::EventSubmitted, 1));
    assert_eq!(
        (second.kind(), second.sequence, second.detail.as_str()),
        (NotificationKind::EventRejected, 2, "Say when.")
    );
    reads_on(&world).await;
}

/// Two notices are there; one of them is read, and nobody else's are touched.
async fn reads_on(world: &World) {
    let mut client = world.notices(&world.user);
    let list = client
        .list_my_notifications(ListMyNotificationsRequest::default())
        .await
        .expect("listed")
        .into_inner();
    assert_eq!((list.notifications.len(), list.unread_count), (2, 2));
    let request_id = "0190a0a0-0000-7000-8000-000000000000".to_owned();
    let read = MarkNotificationsReadRequest {
        request_id,
        up_to_sequence: 1,
    };
    assert_eq!(
        client
            .mark_notifications_read(read)
            .await
            .expect("marked")
            .into_inner()
            .unread_count,
        1
    );
    let list = client
        .list_my_notifications(ListMyNotificationsRequest::default())
        .await
        .expect("listed")
        .into_inner();
    assert_eq!(
        list.notifications.iter().map(|notice| notice.read).collect::<Vec<_>>(),
        [false, true]
    );
    let other = world.app.tokens.user(&[]);
    let list = world
        .notices(&other)
        .list_my_notifications(ListMyNotificationsRequest::default())
        .await;
    assert!(list.expect("their own").into_inner().notifications.is_empty());
}
