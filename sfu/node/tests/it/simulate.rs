//! What clients ask for to test themselves.

use livekit_protocol as lk;
use livekit_protocol::leave_request::Action;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use livekit_protocol::simulate_scenario::Scenario;

use crate::client::{Client, drive};
use crate::node::{TestNode, token};

fn simulate(scenario: Scenario) -> Request {
    Request::Simulate(lk::SimulateScenario {
        scenario: Some(scenario),
    })
}

fn farewell(said: &Response) -> Option<(Action, lk::DisconnectReason)> {
    match said {
        Response::Leave(leave) => Some((leave.action(), leave.reason())),
        _ => None,
    }
}

async fn until_closed(client: &mut Client) {
    drive(&mut [client], "the end of the connection", |clients| {
        clients[0].closed.is_some()
    })
    .await;
}

#[tokio::test]
async fn the_server_ends_a_session_for_good_or_to_begin_anew() {
    let node = TestNode::start().await;
    for (scenario, ends) in [
        (
            Scenario::ServerLeave(true),
            (Action::Disconnect, lk::DisconnectReason::ServerShutdown),
        ),
        (
            Scenario::LeaveRequestFullReconnect(true),
            (Action::Reconnect, lk::DisconnectReason::SignalClose),
        ),
    ] {
        let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
        ada.ask(simulate(scenario)).await;
        assert_eq!(ada.wait("a farewell", farewell).await, ends);
    }
}

#[tokio::test]
async fn a_node_that_fails_says_nothing_and_knows_nothing_afterwards() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    ada.ask(simulate(Scenario::NodeFailure(true))).await;
    until_closed(&mut ada).await;
    assert!(ada.said.iter().all(|said| farewell(said).is_none()), "{:?}", ada.said);
    ada.resume(node.livekit, &token("ada", "room")).await;
    let anew = (Action::Reconnect, lk::DisconnectReason::StateMismatch);
    assert_eq!(farewell(&ada.said[0]), Some(anew));
}

#[tokio::test]
async fn a_connection_breaks_once_when_its_client_resumes() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    for (scenario, is_answered) in [
        (Scenario::DisconnectSignalOnResumeNoMessages(true), false),
        (Scenario::DisconnectSignalOnResume(true), true),
    ] {
        ada.ask(simulate(scenario)).await;
        // The answer to a ping says that the request before it was read.
        ada.ask(Request::PingReq(lk::Ping { timestamp: 7, rtt: 0 })).await;
        ada.wait("a pong", |said| matches!(said, Response::PongResp(_)).then_some(()))
            .await;
        ada.cut().await;
        ada.reopen(node.livekit, &token("ada", "room")).await;
        until_closed(&mut ada).await;
        let answered = ada.said.iter().any(|said| matches!(said, Response::Reconnect(_)));
        assert_eq!(answered, is_answered, "{:?}", ada.said);
        ada.resume(node.livekit, &token("ada", "room")).await;
        assert!(matches!(ada.said[0], Response::Reconnect(_)), "{:?}", ada.said);
    }
}

#[tokio::test]
async fn somebody_is_shown_as_speaking_for_a_while() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let mut bob = Client::join(node.livekit, &token("bob", "room"), "").await;
    let sid = ada.sid();
    ada.ask(simulate(Scenario::SpeakerUpdate(1))).await;
    let news = |client: &Client| {
        let heard = client.said.iter().filter_map(|said| match said {
            Response::SpeakersChanged(changed) => Some(changed.speakers.clone()),
            _ => None,
        });
        let hers = heard.flatten().filter(|speaker| speaker.sid == sid);
        hers.map(|speaker| speaker.active).collect::<Vec<_>>()
    };
    drive(&mut [&mut ada, &mut bob], "the end of the speech", |clients| {
        news(clients[1]).last() == Some(&false)
    })
    .await;
    assert_eq!(news(&bob), [true, false]);
}

#[tokio::test]
async fn what_cannot_happen_here_is_said_to_be_unsupported() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    for scenario in [Scenario::Migration(true), Scenario::SwitchCandidateProtocol(1)] {
        ada.said.truncate(1);
        ada.ask(simulate(scenario)).await;
        let reason = ada.wait("an answer", |said| match said {
            Response::RequestResponse(answer) => Some(answer.reason()),
            _ => None,
        });
        assert_eq!(reason.await, lk::request_response::Reason::UnsupportedType);
    }
}
