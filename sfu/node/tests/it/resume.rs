//! Coming back after the signalling connection broke.

use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use plenary_proto::sfu::v1::RemoveParticipantRequest;
use plenary_proto::sfu::v1::sfu_service_client::SfuServiceClient;

use crate::client::{Client, drive, payload, user_data};
use crate::node::{TestNode, token};
use crate::show::Show;

fn ufrag(sdp: &str) -> String {
    let line = sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:"));
    line.expect("credentials").to_owned()
}

fn offered(client: &Client) -> Option<String> {
    client.said.iter().rev().find_map(|said| match said {
        Response::Offer(offer) => Some(ufrag(&offer.sdp)),
        _ => None,
    })
}

/// The stream is the one of before. While the other implementation's agent restarts it takes and sends nothing, so that
/// there are gaps that browsers do not have.
fn assert_same_stream(client: &Client) {
    let packets = &client.subscriber.packets;
    for pair in packets.windows(2) {
        let ahead = pair[1].sequence.wrapping_sub(pair[0].sequence);
        assert!(pair[0].ssrc == pair[1].ssrc && (1..1000).contains(&ahead), "{ahead}");
    }
}

fn refusal(client: &Client) -> Option<lk::leave_request::Action> {
    match client.said.first() {
        Some(Response::Leave(leave)) => Some(leave.action()),
        _ => None,
    }
}

#[tokio::test]
async fn a_subscriber_comes_back_and_its_media_never_stopped() {
    let node = TestNode::start().await;
    let mut show = Show::on(&node).await;
    show.film_more(5, "pictures").await;
    let before = offered(&show.bob).expect("an offer");

    show.bob.cut().await;
    show.film_more(10, "pictures without signalling").await;
    assert!(
        show.ada
            .last_update("bob")
            .is_none_or(|info| info.state() != lk::participant_info::State::Disconnected),
        "he may come back"
    );

    assert_same_stream(&show.bob);

    show.bob.resume(node.livekit, &token("bob", "room")).await;
    assert!(matches!(&show.bob.said[0], Response::Reconnect(answer) if answer.server_info.is_some()));
    show.wait("the restart of the transport", |clients| {
        offered(clients[1]).is_some_and(|after| after != before)
    })
    .await;
    let ada_sid = show.ada.sid();
    assert!(
        show.bob
            .last_update("ada")
            .is_some_and(|info| info.sid == ada_sid && info.tracks.len() == 1)
    );
    show.film_more(10, "pictures over the new path").await;
    assert_same_stream(&show.bob);
}

#[tokio::test]
async fn a_publisher_comes_back_while_its_old_connection_seems_whole() {
    let node = TestNode::start().await;
    let mut show = Show::on(&node).await;
    show.film_more(5, "pictures").await;
    show.ada.resume(node.livekit, &token("ada", "room")).await;
    assert!(matches!(&show.ada.said[0], Response::Reconnect(_)));
    show.ada.restart_publisher().await;
    show.film_more(10, "pictures after the restart").await;
    assert_same_stream(&show.bob);
    assert!(show.ada.closed.is_none());
}

#[tokio::test]
async fn who_comes_back_learns_what_happened_meanwhile() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let mut bob = Client::join(node.livekit, &token("bob", "room"), "").await;
    let mut eve = Client::join(node.livekit, &token("eve", "room"), "").await;
    for client in [&mut ada, &mut bob, &mut eve] {
        client.connected().await;
    }
    ada.open_channels().await;
    bob.cut().await;
    eve.ask(Request::Leave(lk::LeaveRequest::default())).await;
    drive(&mut [&mut eve], "the departure", |clients| clients[0].closed.is_some()).await;
    let _dan = Client::join(node.livekit, &token("dan", "room"), "").await;
    for sequence in 1..=3 {
        let message = lk::DataPacket {
            sequence,
            ..user_data(&[u8::try_from(sequence).expect("small")], "t", &[])
        };
        ada.send_data("_reliable", &message);
    }
    // The same again, as clients do that cannot know what arrived, is not passed on.
    let repeated = lk::DataPacket {
        sequence: 2,
        ..user_data(b"again", "t", &[])
    };
    ada.send_data("_reliable", &repeated);
    drive(&mut [&mut ada, &mut bob], "the data", |clients| {
        clients[1].data().len() == 3
    })
    .await;

    bob.resume(node.livekit, &token("bob", "room")).await;
    let state_of = |client: &Client, name: &str| client.last_update(name).map(lk::ParticipantInfo::state);
    drive(&mut [&mut bob], "news", |clients| {
        clients[0].last_update("dan").is_some()
    })
    .await;
    assert_eq!(state_of(&bob, "eve"), Some(lk::participant_info::State::Disconnected));
    bob.wait("the room", |said| matches!(said, Response::RoomUpdate(_)).then_some(()))
        .await;
    let last_seq = 1;
    let state = lk::SyncState {
        datachannel_receive_states: vec![lk::DataChannelReceiveState {
            publisher_sid: ada.sid(),
            last_seq,
        }],
        ..lk::SyncState::default()
    };
    bob.ask(Request::SyncState(state)).await;
    drive(&mut [&mut ada, &mut bob], "what it says it missed", |clients| {
        clients[1].data().len() == 5
    })
    .await;
    let payloads: Vec<_> = bob.data().iter().map(|(_, packet)| payload(packet)[0]).collect();
    assert_eq!(payloads, [1, 2, 3, 2, 3]);

    ada.resume(node.livekit, &token("ada", "room")).await;
    assert!(
        matches!(&ada.said[0], Response::Reconnect(answer) if answer.last_message_seq == 3),
        "{:?}",
        ada.said
    );
}

#[tokio::test]
async fn only_ones_own_living_session_is_resumed() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let query = format!("&reconnect=1&sid={}", ada.sid());
    let thief = Client::join(node.livekit, &token("bob", "room"), &query).await;
    let anew = Some(lk::leave_request::Action::Reconnect);
    assert_eq!(refusal(&thief), anew);
    let elsewhere = Client::join(node.livekit, &token("ada", "other"), &query).await;
    assert_eq!(refusal(&elsewhere), anew);
    ada.connected().await;
    assert!(ada.closed.is_none(), "the attempts did no harm");

    ada.cut().await;
    let mut live = SfuServiceClient::new(node.host.switchboard.line("live", "sfu"));
    let remove = RemoveParticipantRequest {
        room_id: "room".to_owned(),
        identity: "ada".to_owned(),
    };
    live.remove_participant(remove).await.expect("removed");
    ada.resume(node.livekit, &token("ada", "room")).await;
    assert_eq!(refusal(&ada), anew, "who was put out has nothing to resume");
}
