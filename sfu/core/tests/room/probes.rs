//! When a picture begins, everybody's path is probed; not all in the same instant.

use std::collections::BTreeMap;
use std::time::Duration;

use sfu_core::bwe::{Controller, Path, Trust};
use sfu_core::limits::PROBE_TURN;
use sfu_core::publish::Source;
use sfu_core::{Input, MemberId, Output, StreamKey, Time};

use crate::wishes::{film_picture, ready};
use crate::world::{ADA, World, everything, join};

const STEP: Duration = Duration::from_millis(1);

/// Viewers of a camera that begins, each with the sending side of their path.
struct Crowd {
    world: World,
    streams: Vec<StreamKey>,
    paths: BTreeMap<MemberId, Controller>,
    /// When each path's first probe began, and what was sent of it last.
    probes: BTreeMap<MemberId, (Time, Time)>,
    wanted: Option<Time>,
    most_at_once: usize,
}

impl Crowd {
    fn of(viewers: u32) -> Self {
        let mut world = World::with(&[(ADA, "ada")]);
        let members: Vec<_> = (2..2 + viewers).map(MemberId).collect();
        for member in &members {
            world.tell(join(*member, &format!("viewer {}", member.0), everything()));
            let path = Path {
                estimate: 100_000,
                trust: Trust::Measured,
                acknowledged: 0,
                loss: 0.0,
                round_trip: None,
                latest_round_trip: None,
            };
            let member = *member;
            world.tell(Input::Path { member, path });
        }
        let mut streams = Vec::new();
        for output in world.publish(ADA, "cam", Source::Camera) {
            match output {
                Output::StreamBound { key, .. } => streams.push(key),
                Output::Attach { member, track, .. } => drop(world.tell(ready(member, track))),
                _ => {}
            }
        }
        Self {
            world,
            streams,
            paths: members.into_iter().map(|member| (member, Controller::new())).collect(),
            probes: BTreeMap::new(),
            wanted: None,
            most_at_once: 0,
        }
    }

    /// Lets the camera send 1.3 Mbit/s for three seconds, on paths that are not known to carry it.
    fn watch(&mut self) {
        for millis in 0..3_000u16 {
            if millis % 8 == 0 {
                film_picture(&mut self.world, &self.streams, millis / 8);
            }
            for output in self.world.wait(STEP) {
                if let Output::Need { member, need } = output {
                    let path = self.paths.get_mut(&member).expect("a viewer");
                    if need.next > path.path().estimate {
                        self.wanted.get_or_insert(self.world.now);
                    }
                    path.set_need(self.world.now, need);
                }
            }
            self.probe();
        }
    }

    fn probe(&mut self) {
        let now = self.world.now;
        for (member, path) in &mut self.paths {
            let padding = path.due(now).padding;
            if padding > 0 {
                for _ in 0..padding.div_ceil(300) {
                    path.sent(now, 300);
                }
                self.probes.entry(*member).or_insert((now, now)).1 = now;
            }
        }
        // Without feedback each is repeated after a second, twice as long.
        let is_first = |(began, last): &&(Time, Time)| *last == now && now.since(*began) < Duration::from_millis(500);
        let at_once = self.probes.values().filter(is_first).count();
        self.most_at_once = self.most_at_once.max(at_once);
    }
}

#[test]
fn a_crowds_probes_take_turns_and_nobody_alone_waits() {
    for (viewers, most_at_once) in [(1, 1), (200, 10)] {
        let mut crowd = Crowd::of(viewers);
        crowd.watch();
        assert_eq!(crowd.probes.len(), viewers as usize, "everybody is probed");
        assert!(
            crowd.most_at_once <= most_at_once,
            "{} of {viewers} at once",
            crowd.most_at_once
        );
        let wanted = crowd.wanted.expect("more is wanted");
        let first = crowd.probes.values().map(|(began, _)| *began).min().expect("one");
        let last = crowd.probes.values().map(|(began, _)| *began).max().expect("one");
        assert_eq!(first, wanted, "nobody waits for others who are not there");
        assert!(last.since(wanted) <= PROBE_TURN * viewers + STEP, "{viewers} viewers");
    }
}
