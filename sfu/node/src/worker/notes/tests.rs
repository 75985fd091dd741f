//! A few workers, of which one begins anew.

use kit_core::Clock;
use sfu_core::input::LeaveReason;
use sfu_core::{Time, Word};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::oneshot;

use crate::worker::admin::{AdminRefusal, Ask, Whom};
use crate::worker::journey::{Destination, Journey, Manner};
use crate::worker::messages::{Command, Event, Joined};
use crate::worker::notes::{Note, Opening, RoomTag, part_id};
use crate::worker::state::State;
use crate::worker::tests::{config, join_room};
use crate::worker::{WorkerHandle, WorkerThread, seats, start};

/// Workers; `room` is at home on the first, `stage` on the last.
struct Group {
    workers: Vec<WorkerHandle>,
    threads: Vec<WorkerThread>,
}

impl Group {
    fn new() -> Self {
        Self::of(2)
    }

    fn of(count: usize) -> Self {
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
        let seats = seats(count).expect("eventfds").into_iter().enumerate();
        let (workers, threads) = seats.map(|seat| start(seat).expect("a worker")).unzip();
        Self { workers, threads }
    }

    /// Joins over the room's home; answers where that led.
    fn join(&self, identity: &str, order: u64) -> (Box<Joined>, Receiver<Event>) {
        self.join_at(0, "room", identity, order)
    }

    /// Joins a room that is at home on a worker.
    fn join_at(&self, home: usize, room: &str, identity: &str, order: u64) -> (Box<Joined>, Receiver<Event>) {
        let (events, mut received) = mpsc::channel(64);
        let join = join_room(room, identity, order, events);
        self.workers[home].send(join).expect("taken");
        match received.blocking_recv() {
            Some(Event::Joined(joined)) => (joined, received),
            other => panic!("{other:?}"),
        }
    }

    /// Has somebody of `room` be in `stage`.
    fn travel(&self, identity: &str, manner: Manner) -> Result<(), AdminRefusal> {
        let (reply, answer) = oneshot::channel();
        let journey = Journey {
            whom: Whom {
                room: "room".to_owned(),
                identity: identity.into(),
            },
            to: Destination {
                room: "stage".to_owned(),
                home: self.workers.len() - 1,
                sid: "RM_2".to_owned(),
            },
            manner,
            reply,
        };
        let ask = Ask::Journey(Box::new(journey));
        self.workers[0].send(Command::Admin(Box::new(ask))).expect("taken");
        answer.blocking_recv().expect("an answer")
    }

    fn forward(&self, identity: &str) -> Result<(), AdminRefusal> {
        let sid = format!("PA_{identity}_there");
        self.travel(identity, Manner::Forward { sid })
    }
}

impl Drop for Group {
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
    let group = Group::new();
    let (ada, mut ada_hears) = group.join("ada", 1);
    let (bob, bob_hears) = group.join("bob", 2);
    assert_eq!((ada.worker, bob.worker), (0, 1));
    assert_eq!(ada.room.sid, bob.room.sid, "one room");
    group.workers[1].send(Command::Panic).expect("taken");
    ends_with(bob_hears, LeaveReason::ServerShutdown);
    hears_of(&mut ada_hears, "bob", true);
    let (bob, _hears) = group.join("bob", 3);
    assert_eq!(bob.worker, 1);
    assert_eq!(bob.room.sid, ada.room.sid, "the room went on");
    assert_eq!(bob.others.len(), 1, "and who was there is there");
}

#[test]
fn rooms_end_everywhere_when_their_home_begins_anew() {
    let group = Group::new();
    let (ada, ada_hears) = group.join("ada", 1);
    let (_, bob_hears) = group.join("bob", 2);
    group.workers[0].send(Command::Panic).expect("taken");
    ends_with(ada_hears, LeaveReason::ServerShutdown);
    ends_with(bob_hears, LeaveReason::ServerShutdown);
    let (again, _hears) = group.join("bob", 3);
    assert_eq!(again.worker, 0);
    assert_eq!(again.others.len(), 0);
    assert_ne!(again.room.created_ms, 0);
    assert_eq!(again.room.sid, ada.room.sid, "the tests' joins bring the same name");
}

#[test]
fn a_session_elsewhere_is_found_by_its_home() {
    let group = Group::new();
    let (_, mut ada_hears) = group.join("ada", 1);
    let (bob, mut bob_hears) = group.join("bob", 2);
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
    group.workers[0].send(resume("PA_bob2", events)).expect("taken");
    let answer = received.blocking_recv();
    assert!(
        matches!(answer, Some(Event::Resumed { worker: 1, member, .. }) if member == bob.member),
        "{answer:?}"
    );
    let superseded = std::iter::from_fn(|| bob_hears.blocking_recv()).last();
    assert!(matches!(superseded, Some(Event::Superseded)), "{superseded:?}");
    let (events, mut received) = mpsc::channel(64);
    group.workers[0].send(resume("PA_other", events)).expect("taken");
    assert!(matches!(
        received.blocking_recv(),
        Some(Event::Left(LeaveReason::SessionUnknown))
    ));
}

#[test]
fn three_workers_have_to_do_with_a_journey() {
    let group = Group::of(3);
    let (_, mut ada_hears) = group.join("ada", 1);
    let (bob, mut bob_hears) = group.join("bob", 2);
    let (carol, mut carol_hears) = group.join_at(2, "stage", "carol", 3);
    assert_eq!(
        (bob.worker, carol.worker),
        (1, 2),
        "neither is where Bob's room is at home"
    );
    // His room's home knows him, and whoever is there.
    hears_of(&mut ada_hears, "bob", false);
    assert_eq!(group.forward("bob"), Ok(()));
    hears_of(&mut carol_hears, "bob", false);
    assert_eq!(group.forward("bob"), Err(AdminRefusal::Present));
    let token = "token".to_owned();
    assert_eq!(group.travel("bob", Manner::Move { token }), Ok(()));
    hears_of(&mut ada_hears, "bob", true);
    let moved = std::iter::from_fn(|| bob_hears.blocking_recv()).find_map(|event| match event {
        Event::Moved { into, .. } => Some(into),
        _ => None,
    });
    let moved = moved.expect("word of the move");
    assert_eq!((moved.worker, moved.others.len()), (1, 1));
    hears_of(&mut carol_hears, "bob", true);
    hears_of(&mut carol_hears, "bob", false);
    group.workers[1].send(Command::Panic).expect("taken");
    hears_of(&mut carol_hears, "bob", true);
}

#[test]
fn a_likeness_ends_with_the_worker_of_its_original() {
    let group = Group::new();
    let (_, ada_hears) = group.join("ada", 1);
    let (carol, mut carol_hears) = group.join_at(1, "stage", "carol", 2);
    assert_eq!(carol.worker, 1);
    assert_eq!(group.forward("ada"), Ok(()));
    hears_of(&mut carol_hears, "ada", false);
    assert_eq!(group.forward("ada"), Err(AdminRefusal::Present));
    group.workers[0].send(Command::Panic).expect("taken");
    ends_with(ada_hears, LeaveReason::ServerShutdown);
    hears_of(&mut carol_hears, "ada", true);
}

#[test]
fn a_likeness_ends_with_the_worker_of_its_room_and_the_original_stays() {
    let group = Group::new();
    let (ada, mut ada_hears) = group.join("ada", 1);
    let (_, carol_hears) = group.join_at(1, "stage", "carol", 2);
    assert_eq!(group.forward("ada"), Ok(()));
    group.workers[1].send(Command::Panic).expect("taken");
    ends_with(carol_hears, LeaveReason::ServerShutdown);

    let (again, mut carol_hears) = group.join_at(1, "stage", "carol", 3);
    assert_eq!(again.others.len(), 0);
    assert_eq!(group.forward("ada"), Ok(()), "she can be there again");
    hears_of(&mut carol_hears, "ada", false);
    let (bob, _bob_hears) = group.join("bob", 4);
    assert_eq!(bob.room.sid, ada.room.sid, "her own room went on");
    hears_of(&mut ada_hears, "bob", false);
}

#[test]
fn who_is_moved_ends_with_the_worker_of_the_room_that_they_came_to() {
    let group = Group::new();
    let (_, mut ada_hears) = group.join("ada", 1);
    let token = "token".to_owned();
    assert_eq!(group.travel("ada", Manner::Move { token }), Ok(()));
    let moved = std::iter::from_fn(|| ada_hears.blocking_recv()).find_map(|event| match event {
        Event::Moved { into, .. } => Some(into),
        _ => None,
    });
    let moved = moved.expect("word of the move");
    assert_eq!(
        (moved.worker, moved.room.name.as_str()),
        (0, "stage"),
        "she stays where her transports are"
    );
    assert_eq!(
        group.forward("ada"),
        Err(AdminRefusal::NoRoom),
        "her room ended with her"
    );
    group.workers[1].send(Command::Panic).expect("taken");
    ends_with(ada_hears, LeaveReason::ServerShutdown);
}

#[test]
fn a_part_that_was_opened_before_its_home_had_heard_of_the_new_beginning_is_not_kept() {
    let (mut state, _told) = State::for_test(config(Clock::system()));
    let home = part_id(1);
    let open = |serial| {
        let opening = Opening {
            tag: RoomTag::new(home, serial),
            name: format!("room {serial}"),
            sid: "RM".to_owned(),
            created: Time::default(),
            metadata: String::new(),
            settings: None,
            parts: vec![home],
        };
        Note::Open(Box::new(opening))
    };
    state.open_room("our own", "RM".to_owned());
    state.start_over();
    state.open_room("our new one", "RM".to_owned());
    state.note(home, open(1));
    let (events, events_of_bob) = mpsc::channel(64);
    let Command::Join(join) = join_room("room 1", "bob", 1, events) else {
        panic!("a join");
    };
    let room = RoomTag::new(home, 1);
    state.note(home, Note::Join { room, join });
    state.notes.clear();
    state.note(home, Note::Forgotten);
    state.note(home, open(2));
    let mut names: Vec<_> = state.rooms.iter().map(|(_, entry)| entry.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["our new one", "room 2"]);
    assert_eq!(state.members.iter().count(), 0);
    ends_with(events_of_bob, LeaveReason::ServerShutdown);
    // Home may have opened another part here by now: it hears that Bob is gone, and not that its room is over.
    let words = state.notes.iter().filter_map(|(_, note)| match note {
        Note::Word { word, .. } => Some(&**word),
        _ => None,
    });
    let words: Vec<_> = words.collect();
    assert!(matches!(words[..], [Word::Gone { .. }]), "{words:?}");
}
