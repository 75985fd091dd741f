//! Time and slowness, with a socket in memory and a clock that jumps when nobody has anything to do.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::mpsc as channel;
use kit_telemetry::Metrics;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::*;
use crate::limits::SIGNAL_FRAMES_QUEUED_MAX;

/// The gateway's end of a WebSocket.
struct Socket {
    from_client: channel::Receiver<Result<Message, Infallible>>,
    to_client: channel::Sender<Message>,
}

/// The other ends of everything.
struct World {
    client: channel::Sender<Result<Message, Infallible>>,
    shown: channel::Receiver<Message>,
    node: mpsc::UnboundedSender<Result<SignalResponse, Status>>,
    heard: mpsc::Receiver<SignalRequest>,
    stopping: CancellationToken,
}

impl Stream for Socket {
    type Item = Result<Message, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.from_client.poll_next_unpin(context)
    }
}

impl Sink<Message> for Socket {
    type Error = channel::SendError;

    fn poll_ready(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.to_client.poll_ready_unpin(context)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Self::Error> {
        self.to_client.start_send_unpin(message)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.to_client.poll_flush_unpin(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.to_client.poll_close_unpin(context)
    }
}

/// A relay that has been set up, and what is at its ends.
fn relay() -> (World, impl Future<Output = Ended>) {
    let (client, from_client) = channel::channel(0);
    let (to_client, shown) = channel::channel(0);
    let (node, from_node) = mpsc::unbounded_channel();
    let (to_node, heard) = mpsc::channel(SIGNAL_FRAMES_QUEUED_MAX);
    let stopping = CancellationToken::new();
    let relay = Relay {
        to_node,
        from_node: UnboundedReceiverStream::new(from_node),
        stopping: stopping.clone(),
        meters: Meters::register(&Metrics::new()),
    };
    let world = World {
        client,
        shown,
        node,
        heard,
        stopping,
    };
    let socket = Socket { from_client, to_client };
    (world, relay.run(socket))
}

fn frame(bytes: &'static [u8]) -> SignalResponse {
    SignalResponse {
        kind: Some(signal_response::Kind::Binary(bytes.into())),
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_no_ping_is_gone() {
    let (world, running) = relay();
    let (ended, shown) = tokio::join!(running, world.shown.collect::<Vec<_>>());
    assert!(matches!(ended, Ended::ClientLost), "{ended:?}");
    assert_eq!(shown, vec![Message::Ping(Default::default()); 3]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_answers_stays_as_long_as_it_likes() {
    let (mut world, running) = relay();
    let client = async {
        for _ in 0..100 {
            assert!(matches!(world.shown.next().await, Some(Message::Ping(_))));
            world
                .client
                .send(Ok(Message::Pong(Default::default())))
                .await
                .expect("taken");
        }
        world.client.send(Ok(Message::Close(None))).await.expect("taken");
    };
    let (ended, ()) = tokio::join!(running, client);
    assert!(matches!(ended, Ended::ByClient), "{ended:?}");
    assert!(
        world.heard.recv().await.is_none(),
        "pongs are between the client and the gateway"
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_gone() {
    let (world, running) = relay();
    for _ in 0..100 {
        world.node.send(Ok(frame(b"x"))).expect("open");
    }
    let ended = running.await;
    assert!(matches!(ended, Ended::ClientLost), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_reads_nothing_stops_the_client() {
    let (mut world, running) = relay();
    let client = async {
        let mut sent = 0;
        while world.client.send(Ok(Message::binary(&b"x"[..]))).await.is_ok() {
            sent += 1;
        }
        sent
    };
    // The client's pings go unanswered while its frames are not read, and so it ends.
    let shown = world.shown.for_each(async |_| ());
    let (_, sent, ()) = tokio::join!(running, client, shown);
    // Those in the queue, the one that waits for it, and those in the channel that stands for the socket.
    assert!(
        (SIGNAL_FRAMES_QUEUED_MAX..=SIGNAL_FRAMES_QUEUED_MAX + 3).contains(&sent),
        "{sent}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_gateway_is_told_to_the_client() {
    let (world, running) = relay();
    world.stopping.cancel();
    let (ended, shown) = tokio::join!(running, world.shown.collect::<Vec<_>>());
    assert!(matches!(ended, Ended::Stopping), "{ended:?}");
    let close = CloseFrame {
        code: 1001,
        reason: "this gateway is ending".into(),
    };
    assert_eq!(shown, [Message::Close(Some(close))]);
}

#[test]
fn only_codes_that_may_be_sent_are_sent_and_reasons_fit() {
    let close = |code, reason: &str| {
        let reason = reason.to_owned();
        Ended::ByNode(SignalClose { code, reason }).close().expect("told")
    };
    for code in [1000, 1003, 1008, 1014, 3000, 4999] {
        assert_eq!(i32::from(close(code, "").code), code);
    }
    for code in [-1, 0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 70_000] {
        assert_eq!(close(code, "").code, 1011, "{code}");
    }
    let long = close(4000, &"ü".repeat(100));
    assert_eq!(
        long.reason.as_str(),
        "ü".repeat(61),
        "122 bytes: no character is cut in two"
    );
    assert!(Ended::ByClient.close().is_none() && Ended::ClientLost.close().is_none());
}
