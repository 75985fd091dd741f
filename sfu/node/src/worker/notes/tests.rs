//! Two workers, of which one begins anew.

use kit_core::Clock;
use sfu_core::input::LeaveReason;
use tokio::sync::mpsc::{self, Receiver};

use crate::worker::messages::{Command, Event, Joined};
use crate::worker::tests::{config, join_as};
use crate::worker::{WorkerHandle, WorkerThread, seats, start};

struct Pair {
    workers: Vec<WorkerHandle>,
    threads: Vec<WorkerThread>,
}

impl Pair {
    fn new() -> Self {
        let metrics = crate::metrics::NodeMetrics::register(&kit_telemetry::Metrics::new());
        let (node_events, _) = mpsc::channel(64);
        let start = |(number, seat)| {
            start(
                seat,
                config(Clock::system()),
                metrics.worker(number),
                node_events.clone(),
            )
        };
        let seats = seats(2).expect("eventfds").into_iter().enumerate();
        let (workers, threads) = seats.map(|seat| start(seat).expect("a worker")).unzip();
        Self { workers, threads }
    }

    /// Joins over the room's home; answers where that led.
    fn join(&self, identity: &str, order: u64) -> (Box<Joined>, Receiver<Event>) {
        let (events, mut received) = mpsc::channel(64);
        self.workers[0].send(join_as(identity, order, events)).expect("taken");
        match received.blocking_recv() {
            Some(Event::Joined(joined)) => (joined, received),
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for worker in &self.workers {
            worker.send(Command::Stop).expect("it runs");
        }
        for thread in self.threads.drain(..) {
            thread.join().expect("an orderly end");
        }
    }
}

/// Waits until a member hears of somebody's coming, or departure.
fn hears_of(events: &mut Receiver<Event>, identity: &str, departure: bool) {
    use sfu_core::output::ParticipantState::Disconnected;
    while let Some(event) = events.blocking_recv() {
        let Event::Participants(participants) = event else {
            continue;
        };
        let is_it = |of: &sfu_core::output::Participant| {
            of.identity.as_str() == identity && matches!(of.state, Disconnected(_)) == departure
        };
        if participants.iter().any(|of| is_it(of)) {
            return;
        }
    }
    panic!("nothing was heard of {identity}");
}

fn ends_with(mut events: Receiver<Event>, expected: LeaveReason) {
    let last = std::iter::from_fn(|| events.blocking_recv()).last();
    assert!(
        matches!(last, Some(Event::Left(reason)) if reason == expected),
        "{last:?}"
    );
}

#[test]
fn a_part_that_begins_anew_is_forgotten_and_had_again() {
    let pair = Pair::new();
    let (ada, mut ada_hears) = pair.join("ada", 1);
    let (bob, bob_hears) = pair.join("bob", 2);
    assert_eq!((ada.worker, bob.worker), (0, 1));
    assert_eq!(ada.room.sid, bob.room.sid, "one room");
    pair.workers[1].send(Command::Panic).expect("taken");
    ends_with(bob_hears, LeaveReason::ServerShutdown);
    hears_of(&mut ada_hears, "bob", true);
    let (bob, _hears) = pair.join("bob", 3);
    assert_eq!(bob.worker, 1);
    assert_eq!(bob.room.sid, ada.room.sid, "the room went on");
    assert_eq!(bob.others.len(), 1, "and who was there is there");
}

#[test]
fn rooms_end_everywhere_when_their_home_begins_anew() {
    let pair = Pair::new();
    let (ada, ada_hears) = pair.join("ada", 1);
    let (_, bob_hears) = pair.join("bob", 2);
    pair.workers[0].send(Command::Panic).expect("taken");
    ends_with(ada_hears, LeaveReason::ServerShutdown);
    ends_with(bob_hears, LeaveReason::ServerShutdown);
    let (again, _hears) = pair.join("bob", 3);
    assert_eq!(again.worker, 0);
    assert_eq!(again.others.len(), 0);
    assert_ne!(again.room.created_ms, 0);
    assert_eq!(again.room.sid, ada.room.sid, "the tests' joins bring the same name");
}

#[test]
fn a_session_elsewhere_is_found_by_its_home() {
    let pair = Pair::new();
    let (_, mut ada_hears) = pair.join("ada", 1);
    let (bob, mut bob_hears) = pair.join("bob", 2);
    hears_of(&mut ada_hears, "bob", false);
    let resume = |sid: &str, events| {
        Command::Resume(Box::new(crate::worker::ResumeCommand {
            room: "room".to_owned(),
            identity: "bob".to_owned(),
            sid: sid.to_owned(),
            events,
        }))
    };
    let (events, mut received) = mpsc::channel(64);
    pair.workers[0].send(resume("PA_bob2", events)).expect("taken");
    let answer = received.blocking_recv();
    assert!(
        matches!(answer, Some(Event::Resumed { worker: 1, member, .. }) if member == bob.member),
        "{answer:?}"
    );
    let superseded = std::iter::from_fn(|| bob_hears.blocking_recv()).last();
    assert!(matches!(superseded, Some(Event::Superseded)), "{superseded:?}");
    let (events, mut received) = mpsc::channel(64);
    pair.workers[0].send(resume("PA_other", events)).expect("taken");
    assert!(matches!(
        received.blocking_recv(),
        Some(Event::Left(LeaveReason::SessionUnknown))
    ));
}
