//! What subscribers want reaches publishers, and what publishers allow is enforced.

use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;

use crate::client::Client;
use crate::node::{TestNode, token};
use crate::show::{Camera, Show, settings};

/// Which of low, medium and high a publisher was told last that somebody wants.
fn wanted(client: &Client) -> Option<Vec<bool>> {
    client.said.iter().rev().find_map(|said| match said {
        Response::SubscribedQualityUpdate(update) => {
            let codec = &update.subscribed_codecs[0];
            assert_eq!(codec.codec, "vp8");
            Some(codec.qualities.iter().map(|quality| quality.enabled).collect())
        }
        _ => None,
    })
}

#[tokio::test]
async fn layers_that_nobody_shows_are_not_asked_for() {
    let node = TestNode::start().await;
    let mut show = Show::on(&node).await;
    show.film_more(5, "pictures").await;
    let sid = show.sid.clone();
    let is_subscribed = |said: &Response| matches!(said, Response::TrackSubscribed(of) if of.track_sid == sid);
    show.ada
        .wait("word of the first subscriber", |said| is_subscribed(said).then_some(()))
        .await;
    show.bob.ask(settings(&show.sid, 320, 180)).await;
    show.film("a smaller wish", |clients| {
        wanted(clients[0]).is_some_and(|wanted| wanted == [true, false, false])
    })
    .await;
    show.bob.ask(settings(&show.sid, 1280, 720)).await;
    show.film("a greater wish", |clients| {
        wanted(clients[0]).is_some_and(|wanted| wanted == [true, true, true])
    })
    .await;
}

#[tokio::test]
async fn who_is_not_allowed_gets_nothing_until_allowed() {
    let node = TestNode::start().await;
    let mut show = Show::on(&node).await;
    show.film_more(5, "pictures").await;
    let allow = |all_participants| {
        Request::SubscriptionPermission(lk::SubscriptionPermission {
            all_participants,
            ..Default::default()
        })
    };
    let sid = show.sid.clone();
    let told = |client: &Client| {
        client.said.iter().rev().find_map(|said| match said {
            Response::SubscriptionPermissionUpdate(update) if update.track_sid == sid => Some(update.allowed),
            _ => None,
        })
    };
    show.ada.ask(allow(false)).await;
    show.wait("the denial", |clients| told(clients[1]) == Some(false)).await;
    let seen = show.seen();
    show.film_in_vain();
    show.ada.ask(allow(true)).await;
    show.wait("the permission", |clients| told(clients[1]) == Some(true))
        .await;
    assert_eq!(show.seen(), seen, "nothing came while it was denied");
    show.film_more(5, "pictures again").await;
}

#[tokio::test]
async fn a_camera_that_is_turned_has_another_size() {
    let node = TestNode::start().await;
    let mut show = Show::on(&node).await;
    show.film_more(5, "pictures").await;
    let (width, height) = (720, 1280);
    let track_sid = show.sid.clone();
    show.ada
        .ask(Request::UpdateVideoTrack(lk::UpdateLocalVideoTrack {
            track_sid,
            width,
            height,
        }))
        .await;
    show.wait("the new size", |clients| {
        let info = clients[1].last_update("ada");
        info.is_some_and(|info| (info.tracks[0].width, info.tracks[0].height) == (width, height))
    })
    .await;
}

#[tokio::test]
async fn who_cannot_decode_a_track_has_its_publisher_asked_for_the_backup() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let mut bob = Client::join(node.livekit, &token("bob", "room"), "").await;
    ada.backup = Some(lk::BackupCodecPolicy::Simulcast);
    bob.declines_video = true;
    let (_, sender) = ada.publish_camera("camera-1").await;
    let asked = |client: &Client| {
        client.said.iter().rev().find_map(|said| match said {
            Response::SubscribedQualityUpdate(update) => Some(update.subscribed_codecs.clone()),
            _ => None,
        })
    };
    Camera::new(sender)
        .run(&mut [&mut ada, &mut bob], "the request", |clients| {
            asked(clients[0]).is_some_and(|codecs| codecs.len() == 2)
        })
        .await;
    let codecs = asked(&ada).expect("asked");
    let names: Vec<_> = codecs.iter().map(|codec| codec.codec.as_str()).collect();
    assert_eq!(names, ["vp8", "h264"], "its own first");
    assert!(codecs[1].qualities.iter().all(|quality| quality.enabled));
    let track = &bob.last_update("ada").expect("told of").tracks[0];
    assert_eq!(track.backup_codec_policy(), lk::BackupCodecPolicy::Simulcast);
    let mimes: Vec<_> = track.codecs.iter().map(|codec| codec.mime_type.as_str()).collect();
    assert_eq!(mimes, ["video/VP8", "video/H264"]);
    let is_refusal = |said: &Response| matches!(said, Response::SubscriptionResponse(_));
    assert!(!bob.said.iter().any(is_refusal), "there may be a backup");
}
