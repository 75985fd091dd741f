//! Sessions outlive their signalling for a while: media and data go on, and a client that comes back in time is told
//! what it missed and connects its transports anew, over whatever network it has now.

use sfu_core::Input;
use sfu_core::input::LeaveReason;

use super::member::{Line, Member, MemberKey, member_id};
use super::messages::{Event, ResumeCommand};
use super::simulate::Cut;
use super::state::State;
use super::timers::Owner;
use crate::limits::RESUME_WINDOW;

impl State {
    pub(super) fn resume_here(&mut self, command: ResumeCommand) {
        let ResumeCommand {
            room,
            identity,
            sid,
            events,
        } = command;
        let is_meant = |member: &Member| {
            let place = &member.place;
            member.origin.is_none() && place.sid == sid && place.identity == identity && place.room == room
        };
        let found = self
            .members
            .iter()
            .find(|(_, member)| is_meant(member))
            .map(|(key, _)| key);
        let Some((key, member)) = found.and_then(|key| Some((key, self.members.get_mut(key)?))) else {
            let _ = events.try_send(Event::Left(LeaveReason::SessionUnknown));
            return;
        };
        if member.signal.cut == Some(Cut::BeforeAnswer) {
            member.signal.cut = None;
            let _ = events.try_send(Event::Cut);
            return;
        }
        // A client may notice that its connection is broken before we do.
        if let Line::Open(earlier) = std::mem::replace(&mut member.signal.line, Line::Open(events)) {
            let _ = earlier.try_send(Event::Superseded);
        }
        member.signal.connection += 1;
        let resumed = Event::Resumed {
            worker: self.number,
            member: key,
            connection: member.signal.connection,
            last_message: member.last_message,
        };
        let (subscriber, cut) = (member.subscriber, member.signal.cut.take());
        let needs_token = std::mem::take(&mut member.needs_token);
        if let Some(entry) = self.peers.get_mut(subscriber) {
            entry.peer.restart_ice();
        }
        self.send_event(key, resumed);
        if needs_token {
            self.renew_token(key);
        }
        if cut.is_some() {
            self.send_event(key, Event::Cut);
        }
        self.tell_room(key, Input::Resume(member_id(key)));
    }

    /// A connection ended: its session waits, unless it has another one by now.
    pub(super) fn broken(&mut self, key: MemberKey, connection: u32) {
        let until = self.now + RESUME_WINDOW;
        let Some(member) = self.members.get_mut(key) else {
            return;
        };
        if member.signal.connection == connection && matches!(member.signal.line, Line::Open(_)) {
            member.signal.line = Line::Broken { until };
            self.timers.set(until, Owner::Member(key));
            self.tell_room(key, Input::Away(member_id(key)));
        }
    }

    /// Puts a member out whose client did not come back in time.
    pub(super) fn give_up(&mut self, key: MemberKey) {
        let Some(member) = self.members.get(key) else { return };
        let now = self.now;
        if matches!(member.signal.line, Line::Broken { until } if until <= now) {
            let (member, reason) = (member_id(key), LeaveReason::SignalLost);
            self.tell_room(key, Input::Leave { member, reason });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use kit_core::ManualClock;
    use tokio::sync::mpsc::{self, Receiver};

    use super::*;
    use crate::worker::messages::{Command, NodeEvent};
    use crate::worker::tests::{config, join};

    struct World {
        clock: ManualClock,
        state: State,
        told: Receiver<NodeEvent>,
    }

    impl World {
        fn new() -> Self {
            let clock = ManualClock::fixed();
            let (state, told) = State::for_test(config(clock.clock()));
            Self { clock, state, told }
        }

        /// Tells the worker something, and hears its first answer.
        fn ask(&mut self, command: impl FnOnce(mpsc::Sender<Event>) -> Command) -> Event {
            let (events, mut received) = mpsc::channel(16);
            self.state.command(command(events));
            received.blocking_recv().expect("an answer")
        }

        fn join(&mut self) -> (MemberKey, u32) {
            match self.ask(join) {
                Event::Joined(joined) => (joined.member, joined.connection),
                other => panic!("{other:?}"),
            }
        }

        fn resume(&mut self) -> Event {
            let command = |events| ResumeCommand {
                room: "room".to_owned(),
                identity: "ada".to_owned(),
                sid: "PA_ada0".to_owned(),
                events,
            };
            self.ask(|events| Command::Resume(Box::new(command(events))))
        }

        /// Whether somebody leaves within this time.
        fn leaves_within(&mut self, time: Duration) -> bool {
            self.clock.advance(time);
            self.state.fire_timers();
            self.state.settle();
            std::iter::from_fn(|| self.told.try_recv().ok()).any(|event| matches!(event, NodeEvent::Left { .. }))
        }
    }

    #[test]
    fn a_session_waits_for_its_client_and_no_longer() {
        let mut world = World::new();
        let (member, connection) = world.join();
        world.state.command(Command::Broken { member, connection });
        assert!(!world.leaves_within(RESUME_WINDOW - Duration::from_millis(1)));
        assert!(world.leaves_within(Duration::from_millis(1)));
        let answer = world.resume();
        assert!(matches!(answer, Event::Left(LeaveReason::SessionUnknown)), "{answer:?}");
    }

    #[test]
    fn who_is_back_in_time_stays_whatever_is_heard_of_the_former_connection() {
        let mut world = World::new();
        let (member, connection) = world.join();
        world.state.command(Command::Broken { member, connection });
        assert!(!world.leaves_within(Duration::from_secs(5)));
        assert!(matches!(world.resume(), Event::Resumed { .. }));
        world.state.command(Command::Broken { member, connection });
        assert!(!world.leaves_within(RESUME_WINDOW - Duration::from_secs(1)));
    }
}
