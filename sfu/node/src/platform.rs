//! The node as a part of the platform: it says that it is there and who is in its rooms, and takes the rooms' chat to its
//! keeper and back. A node without the platform has none of this and is a plain LiveKit server.

mod chat;
mod presence;
mod records;

use std::collections::HashMap;
use std::sync::Arc;

use kit_rpc::{Host, Transport};
use tokio::sync::mpsc;

use crate::config::Config;
use crate::limits::NODE_EVENTS;
use crate::node::{Node, Stopping};
use crate::worker::NodeEvent;

use chat::RoomChat;
use presence::{Change, Presence};

/// The services that a node calls.
#[derive(Debug, Clone)]
pub(crate) struct Lines {
    pub(crate) live: Transport,
    pub(crate) engagement: Transport,
}

impl Lines {
    pub(crate) fn of(host: &Host) -> Self {
        Self {
            live: host.switchboard.line("sfu", "live"),
            engagement: host.switchboard.line("sfu", "engagement"),
        }
    }
}

/// Takes what the workers tell to where it belongs, until the process ends. Presence has a task of its own: with the live
/// service away, chat goes on.
pub(crate) async fn run(
    node: Arc<Node>,
    config: Config,
    lines: Lines,
    tasks: kit_rpc::Tasks,
    mut events: mpsc::Receiver<NodeEvent>,
    stopping: Stopping,
) {
    let (changes, received) = mpsc::channel(NODE_EVENTS);
    let (records, kept) = mpsc::channel(NODE_EVENTS);
    let keeping = records::run(Arc::clone(&node), lines.live.clone(), kept, stopping.clone());
    tasks.spawn("connection-records", keeping);
    let presence = Presence::new(Arc::clone(&node), &config, lines.live);
    tasks.spawn("presence", presence.run(received, stopping.clone()));
    let mut chats: HashMap<String, RoomChat> = HashMap::new();
    loop {
        let event = tokio::select! {
            () = stopping.cancelled() => return,
            event = events.recv() => event,
        };
        match event {
            None => return,
            Some(NodeEvent::RoomOpened { worker, room }) => {
                let chat = RoomChat::open(Arc::clone(&node), worker, &room, lines.engagement.clone(), &tasks);
                chats.insert(room, chat);
            }
            Some(NodeEvent::RoomClosed { room }) => drop(chats.remove(&room)),
            Some(NodeEvent::Joined { place }) => drop(changes.send(Change::Joined(place)).await),
            Some(NodeEvent::Left { place }) => drop(changes.send(Change::Left(place)).await),
            // How it went may get lost; chat must not wait for it.
            Some(NodeEvent::Seen(seen)) => seen.into_iter().for_each(|seen| drop(records.try_send(seen))),
            Some(NodeEvent::Chat(post)) => {
                if let Some(chat) = chats.get(&post.room) {
                    chat.post(*post);
                }
            }
        }
    }
}

/// A bare node has nobody to tell.
pub(crate) async fn ignore(mut events: mpsc::Receiver<NodeEvent>, stopping: Stopping) {
    loop {
        tokio::select! {
            () = stopping.cancelled() => break,
            event = events.recv() => if event.is_none() { break },
        }
    }
}
