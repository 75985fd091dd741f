//! Time and slowness, with a socket in memory and a clock that jumps when nobody has anything to do.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Poll, ready};

use futures::channel::mpsc as channel;
use kit_telemetry::Metrics;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::*;
use crate::limits::SIGNAL_FRAMES_QUEUED_MAX;

/// Frames that a client takes before it has to be read.
const CLIENT_FRAMES: usize = 20;

/// The gateway's end of a WebSocket. As the real one, it keeps what is fed until it is flushed.
struct Socket {
    from_client: channel::Receiver<Result<Message, Infallible>>,
    to_client: channel::Sender<Message>,
    fed: VecDeque<Message>,
    /// How often something was written.
    writes: Arc<AtomicUsize>,
}

/// The other ends of everything.
struct World {
    client: channel::Sender<Result<Message, Infallible>>,
    shown: channel::Receiver<Message>,
    node: mpsc::UnboundedSender<Result<SignalResponse, Status>>,
    heard: mpsc::Receiver<SignalRequest>,
    stopping: CancellationToken,
    writes: Arc<AtomicUsize>,
}

impl Stream for Socket {
    type Item = Result<Message, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.from_client.poll_next_unpin(context)
    }
}

impl Sink<Message> for Socket {
    type Error = channel::SendError;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Self::Error> {
        self.fed.push_back(message);
        Ok(())
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        let this = &mut *self;
        let is_write = !this.fed.is_empty();
        while !this.fed.is_empty() {
            ready!(this.to_client.poll_ready_unpin(context))?;
            if let Some(message) = this.fed.pop_front() {
                this.to_client.start_send_unpin(message)?;
            }
        }
        this.writes.fetch_add(usize::from(is_write), Ordering::Relaxed);
        this.to_client.poll_flush_unpin(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.to_client.poll_close_unpin(context)
    }
}

/// A relay that has been set up, and what is at its ends.
fn relay() -> (World, impl Future<Output = Ended>) {
    let (client, from_client) = channel::channel(0);
    let (to_client, shown) = channel::channel(CLIENT_FRAMES);
    let (node, from_node) = mpsc::unbounded_channel();
    let (to_node, heard) = mpsc::channel(SIGNAL_FRAMES_QUEUED_MAX);
    let stopping = CancellationToken::new();
    let writes = Arc::new(AtomicUsize::new(0));
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
        writes: Arc::clone(&writes),
    };
    let socket = Socket {
        from_client,
        to_client,
        fed: VecDeque::new(),
        writes,
    };
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

#[tokio::test(start_paused = true)]
async fn what_is_ready_is_written_together_and_nothing_waits_for_more() {
    let (mut world, running) = relay();
    for bytes in [&b"1"[..], b"2", b"3", b"4", b"5"] {
        world.node.send(Ok(frame(bytes))).expect("open");
    }
    let client = async {
        for bytes in [&b"1"[..], b"2", b"3", b"4", b"5"] {
            assert_eq!(world.shown.next().await, Some(Message::binary(bytes)));
        }
        assert_eq!(world.writes.load(Ordering::Relaxed), 1, "all in one");
        world.node.send(Ok(frame(b"6"))).expect("open");
        assert_eq!(world.shown.next().await, Some(Message::binary(&b"6"[..])));
        assert_eq!(
            world.writes.load(Ordering::Relaxed),
            2,
            "by itself, not with the next ping"
        );
        // What was said before an end arrives before it.
        world.node.send(Ok(frame(b"7"))).expect("open");
        drop(world.node);
        let last: Vec<_> = world.shown.collect().await;
        assert_eq!(last[0], Message::binary(&b"7"[..]));
        assert!(matches!(last[1], Message::Close(Some(_))), "{last:?}");
    };
    let (ended, ()) = tokio::join!(running, client);
    assert!(matches!(ended, Ended::ByNode(_)), "{ended:?}");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_says_much_at_once_fills_no_more_than_its_share() {
    let (mut world, running) = relay();
    let count = SIGNAL_FRAMES_TOGETHER_MAX * 3;
    for _ in 0..count {
        world.node.send(Ok(frame(b"x"))).expect("open");
    }
    let client = async {
        for _ in 0..count {
            assert_eq!(world.shown.next().await, Some(Message::binary(&b"x"[..])));
        }
        world.stopping.cancel();
        assert_eq!(world.shown.count().await, 1, "the close");
        world.writes.load(Ordering::Relaxed)
    };
    let (ended, writes) = tokio::join!(running, client);
    assert!(matches!(ended, Ended::Stopping), "{ended:?}");
    assert!((3..=5).contains(&writes), "{writes}");
}
