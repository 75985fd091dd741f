//! A room on several workers: its parts, and words on their way between them in whatever order different ways have.

mod backup;
mod forwarded;
mod media;
mod world;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use sfu_core::input::{By, DataKind, LeaveReason, Permissions};
use sfu_core::limits::{COUNT_INTERVAL, QUALITY_INTERVAL};
use sfu_core::publish::Source;
use sfu_core::{Identity, Input, MemberId, Output, Word};

use crate::world::everything;
use world::{Draws, Parts};

/// Something happens somewhere.
fn disturb(parts: &mut Parts, draws: &mut Draws, step: usize) {
    let at = draws.below(parts.rooms.len());
    let present: Vec<_> = parts.shells[at].present.iter().copied().collect();
    if present.is_empty() || draws.below(5) == 0 {
        let identity = format!("i{}", draws.below(6));
        parts.join(at, &identity);
        return;
    }
    let member = present[draws.below(present.len())];
    let published = parts.rooms[at]
        .participant(member)
        .map(|of| of.tracks.clone())
        .unwrap_or_default();
    match draws.below(10) {
        8 => drop(parts.forward(at, &format!("i{}", draws.below(6)))),
        9 => parts.tell(at, Input::Depart(member)),
        0 => parts.tell(
            at,
            Input::Leave {
                member,
                reason: LeaveReason::ClientInitiated,
            },
        ),
        1 | 2 => {
            let source = [Source::Camera, Source::Microphone][draws.below(2)];
            parts.publish(at, member, &format!("c{step}"), source);
        }
        3 => parts.tell(
            at,
            Input::Offered {
                member,
                sending: Vec::new(),
            },
        ),
        4 => {
            if let Some(info) = published.first() {
                let (track, muted, by) = (info.sid.clone(), !info.muted, By::Themselves);
                parts.tell(
                    at,
                    Input::Mute {
                        member,
                        track,
                        muted,
                        by,
                    },
                );
            }
        }
        5 => {
            let permissions = Permissions {
                update_metadata: draws.below(2) == 0,
                ..everything()
            };
            parts.tell(at, Input::Permissions { member, permissions });
        }
        6 => parts.tell(at, Input::RoomMetadata(format!("m{step}"))),
        _ => parts.tell(at, Input::Connected(member)),
    }
}

#[test]
fn parts_agree_whatever_happened_in_whatever_order() {
    for seed in 0..300 {
        let mut draws = Draws(seed);
        let mut parts = Parts::new(2 + draws.below(2));
        for step in 0..150 {
            match draws.below(3) {
                0 => disturb(&mut parts, &mut draws, step),
                1 => drop(parts.deliver_one(&mut draws)),
                _ => parts.now = parts.now + Duration::from_millis(20),
            }
        }
        parts.deliver_all();
        parts.wait(Duration::from_secs(1));
        // What two said at once of the room's metadata is settled by whoever speaks next.
        parts.tell(0, Input::RoomMetadata("last".to_owned()));
        parts.deliver_all();
        parts.check();
    }
}

#[test]
fn data_reaches_everybody_once_or_those_named() {
    let mut parts = Parts::new(3);
    let ada = parts.join(0, "ada");
    let bob = parts.join(1, "bob");
    let eve = parts.join(2, "eve");
    let dan = parts.join(2, "dan");
    parts.deliver_all();
    let mut send = |to: &[&str], text: &'static [u8]| {
        let message = Input::Data {
            member: ada,
            kind: DataKind::Reliable,
            to: to.iter().map(|name| Identity::from(*name)).collect(),
            sequence: 0,
            payload: Bytes::from_static(text),
        };
        parts.tell(0, message);
    };
    send(&[], b"all");
    send(&["eve"], b"eve");
    parts.tell(
        0,
        Input::Announce {
            to: None,
            kind: DataKind::Reliable,
            payload: Bytes::from_static(b"node"),
        },
    );
    let there = parts.rooms[0].find(&"dan".into());
    parts.tell(
        0,
        Input::Announce {
            to: there,
            kind: DataKind::Lossy,
            payload: Bytes::from_static(b"dan"),
        },
    );
    parts.deliver_all();
    let of = |at: usize, member: MemberId| -> Vec<&[u8]> {
        let delivered = parts.shells[at].delivered.iter();
        delivered
            .filter(|(to, _)| *to == member)
            .map(|(_, payload)| &payload[..])
            .collect()
    };
    assert_eq!(of(0, ada), [b"node"], "not to oneself");
    assert_eq!(of(1, bob), [&b"all"[..], b"node"]);
    assert_eq!(of(2, eve), [&b"all"[..], b"eve", b"node"]);
    assert_eq!(of(2, dan), [&b"all"[..], b"node", b"dan"]);
}

#[test]
fn judgements_of_many_reach_another_part_together() {
    let mut parts = Parts::new(2);
    for number in 0..6 {
        parts.join(0, &format!("i{number}"));
    }
    parts.join(1, "bob");
    parts.deliver_all();
    parts.wait(QUALITY_INTERVAL * 2);
    let told = |said: Vec<Output>| -> Vec<usize> {
        let of = |output: Output| match output {
            Output::Connections { connections, .. } => Some(connections.len()),
            _ => None,
        };
        said.into_iter().filter_map(of).collect()
    };
    let others: Vec<_> = told(parts.said(1)).into_iter().filter(|count| *count > 1).collect();
    assert_eq!(others, [6], "of all in one message");
    let judged = parts.words_of(0, |word| matches!(word, Word::Connections(_)));
    assert_eq!(judged, 1, "and one word");
}

#[test]
fn counts_and_judgements_are_of_the_whole_room() {
    let mut parts = Parts::new(2);
    parts.join(0, "ada");
    parts.join(1, "bob");
    parts.deliver_all();
    parts.wait(COUNT_INTERVAL * 2);
    for at in 0..2 {
        let said = parts.said(at);
        let counts = said.iter().filter_map(|output| match output {
            Output::Room { state, .. } => Some(state.participants),
            _ => None,
        });
        assert_eq!(counts.last(), Some(2), "part {at}");
        let judged: BTreeSet<_> = said
            .iter()
            .filter_map(|output| match output {
                Output::Connections { connections, .. } => Some(connections),
                _ => None,
            })
            .flatten()
            .map(|of| of.sid.as_str().to_owned())
            .collect();
        assert_eq!(judged.len(), 2, "each hears of both");
    }
}
