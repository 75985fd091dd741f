//! Publishing with simulcast, receiving, choosing a layer, muting.

use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use serde_json::json;

use crate::client::Client;
use crate::node::{TestNode, token, token_with};
use crate::show::{Camera, Show, assert_one_stream, is_showing, pictures, settings};

#[tokio::test]
async fn a_subscriber_gets_the_layer_it_asks_for_as_one_stream() {
    let node = TestNode::start().await;
    let mut show = Show::on(&node).await;
    show.film("the highest layer", is_showing(2)).await;
    let info = show.bob.last_update("ada").expect("published").clone();
    assert!(info.is_publisher);
    let track = &info.tracks[0];
    assert_eq!(
        (
            track.sid.as_str(),
            track.mime_type.as_str(),
            track.codecs[0].layers.len()
        ),
        (show.sid.as_str(), "video/VP8", 3)
    );

    show.bob.ask(settings(&show.sid, 320, 180)).await;
    show.film("the lowest layer", is_showing(0)).await;
    show.bob.ask(settings(&show.sid, 500, 300)).await;
    show.film("the middle layer", is_showing(1)).await;
    show.bob.ask(settings(&show.sid, 1280, 720)).await;
    show.film("the highest layer again", is_showing(2)).await;
    assert_one_stream(&show.bob);
}

#[tokio::test]
async fn what_is_muted_is_not_sent() {
    let node = TestNode::start().await;
    let mut show = Show::on(&node).await;
    show.film_more(5, "pictures").await;
    show.mute_and_unmute().await;
}

#[tokio::test]
async fn what_is_not_shown_is_not_sent() {
    let node = TestNode::start().await;
    let mut show = Show::on(&node).await;
    show.film_more(5, "pictures").await;

    let track_sids = vec![show.sid.clone()];
    let disabled = lk::UpdateTrackSettings {
        track_sids,
        disabled: true,
        ..Default::default()
    };
    show.bob.ask(Request::TrackSetting(disabled)).await;
    show.bob.ask(Request::Ping(1)).await;
    let is_pong = |said: &Response| matches!(said, Response::Pong(_));
    show.bob
        .wait("the settings' arrival", |said| is_pong(said).then_some(()))
        .await;
    show.film_in_vain();
    show.bob.ask(settings(&show.sid, 1280, 720)).await;
    show.film_more(5, "pictures once more").await;
    assert_one_stream(&show.bob);

    let sid = show.sid.clone();
    let subscription = |subscribe| {
        let track_sids = vec![sid.clone()];
        Request::Subscription(lk::UpdateSubscription {
            track_sids,
            subscribe,
            ..Default::default()
        })
    };
    let offers = |client: &Client| {
        client
            .said
            .iter()
            .filter(|said| matches!(said, Response::Offer(_)))
            .count()
    };
    let before = offers(&show.bob);
    show.bob.ask(subscription(false)).await;
    show.wait("the offer without the track", |clients| offers(clients[1]) > before)
        .await;
    show.bob.ask(subscription(true)).await;
    show.film_more(0, "the track again").await;
}

#[tokio::test]
async fn nobody_gets_what_they_did_not_ask_for_or_may_not_have() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let mut shy = Client::join(node.livekit, &token("shy", "room"), "&auto_subscribe=0").await;
    let (sid, sender) = ada.publish_camera("camera-1").await;
    let mut camera = Camera::new(sender);
    let published = |clients: &[&mut Client]| {
        clients[1]
            .last_update("ada")
            .is_some_and(|info| !info.tracks.is_empty())
    };
    camera
        .run(&mut [&mut ada, &mut shy], "the publication", published)
        .await;
    let unknown = lk::UpdateSubscription {
        track_sids: vec!["TR_none".to_owned()],
        subscribe: true,
        ..Default::default()
    };
    shy.ask(Request::Subscription(unknown)).await;
    shy.wait("the refusal", |said| match said {
        Response::SubscriptionResponse(refused) => {
            (refused.err() == lk::SubscriptionError::SeTrackNotfound).then_some(())
        }
        _ => None,
    })
    .await;
    assert!(pictures(&shy).is_empty());
    let subscribe = lk::UpdateSubscription {
        track_sids: vec![sid],
        subscribe: true,
        ..Default::default()
    };
    shy.ask(Request::Subscription(subscribe)).await;
    camera
        .run(&mut [&mut ada, &mut shy], "pictures", |clients| {
            !pictures(clients[1]).is_empty()
        })
        .await;

    let forbidden = json!({ "canPublishSources": ["microphone"] });
    let mut mute = Client::join(node.livekit, &token_with("mute", "room", forbidden), "").await;
    let request = lk::AddTrackRequest {
        cid: "c".to_owned(),
        r#type: lk::TrackType::Video.into(),
        source: lk::TrackSource::Camera.into(),
        ..Default::default()
    };
    mute.ask(Request::AddTrack(request)).await;
    mute.wait("the refusal", |said| match said {
        Response::RequestResponse(response) => {
            (response.reason() == lk::request_response::Reason::NotAllowed).then_some(())
        }
        _ => None,
    })
    .await;
}
