//! The ways between the workers of a node. Each worker has one inbox: [`Note`]s, which are never lost, and opened packets,
//! of which the least important are left out when it falls behind. Nothing here locks or waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use sfu_core::PartId;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::handed::{Handed, Priority};
use super::notes::Note;
use crate::limits::{HANDED, NOTES};
use crate::socket::Waker;

/// The other workers' end of a worker.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    notes: mpsc::Sender<(PartId, Note)>,
    media: SyncSender<Arc<Handed>>,
    shared: Arc<Shared>,
    waker: Waker,
}

/// A worker's own end.
#[derive(Debug)]
pub(crate) struct Inbox {
    /// Its room is made as it is needed: all of it would be 6 MB for each worker of an empty node.
    notes: mpsc::Receiver<(PartId, Note)>,
    media: Receiver<Arc<Handed>>,
    shared: Arc<Shared>,
}

/// What a worker and those who write to it see of each other.
#[derive(Debug, Default)]
struct Shared {
    /// It was woken and has not looked yet.
    is_woken: AtomicBool,
    /// Something that must not be lost was: it has to begin anew.
    is_cut_off: AtomicBool,
    /// Batches of packets that wait.
    waiting: AtomicUsize,
    /// Its members.
    members: AtomicUsize,
    /// Copies that it makes of each packet of the media forwarded last.
    copies: AtomicU64,
}

/// An inbox, and the link to it.
pub(crate) fn inbox(waker: Waker) -> (Link, Inbox) {
    let (notes, read_notes) = mpsc::channel(NOTES);
    let (media, read_media) = sync_channel(HANDED);
    let shared = Arc::new(Shared::default());
    let link = Link {
        notes,
        media,
        shared: Arc::clone(&shared),
        waker,
    };
    let inbox = Inbox {
        notes: read_notes,
        media: read_media,
        shared,
    };
    (link, inbox)
}

impl Link {
    /// Tells the worker something, and wakes it with [`Link::wake`]. One that has not read for so long is in no state to
    /// go on: it begins anew, and its clients come back.
    pub(crate) fn tell(&self, from: PartId, note: Note) {
        if let Err(TrySendError::Full(_)) = self.notes.try_send((from, note)) {
            self.shared.is_cut_off.store(true, Ordering::Release);
        }
    }

    /// Hands packets over, and wakes the worker; false when it is behind and these are left out.
    pub(crate) fn hand(&self, handed: Arc<Handed>, priority: Priority) -> bool {
        let waiting = self.shared.waiting.load(Ordering::Relaxed);
        if waiting >= priority.limit() {
            return false;
        }
        self.shared.waiting.fetch_add(1, Ordering::Relaxed);
        let is_taken = self.media.try_send(handed).is_ok();
        if !is_taken {
            self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        self.wake();
        is_taken
    }

    pub(crate) fn wake(&self) {
        if !self.shared.is_woken.swap(true, Ordering::AcqRel) {
            self.waker.wake();
        }
    }

    /// Members of the worker, about.
    pub(crate) fn members(&self) -> usize {
        self.shared.members.load(Ordering::Relaxed)
    }

    /// Counts somebody who was sent to the worker until it has counted them itself.
    pub(crate) fn expect_member(&self) {
        self.shared.members.fetch_add(1, Ordering::Relaxed);
    }

    /// Copies that the worker makes of each packet.
    pub(crate) fn copies(&self) -> u64 {
        self.shared.copies.load(Ordering::Relaxed)
    }
}

impl Inbox {
    /// Begins to read: who writes from now on wakes again.
    pub(crate) fn open(&self) {
        self.shared.is_woken.store(false, Ordering::Release);
    }

    /// Whether something was lost that must not be.
    pub(crate) fn take_cut_off(&self) -> bool {
        self.shared.is_cut_off.swap(false, Ordering::AcqRel)
    }

    pub(crate) fn note(&mut self) -> Option<(PartId, Note)> {
        self.notes.try_recv().ok()
    }

    pub(crate) fn handed(&self) -> Option<Arc<Handed>> {
        let handed = self.media.try_recv().ok()?;
        self.shared.waiting.fetch_sub(1, Ordering::Relaxed);
        Some(handed)
    }

    /// Lets the others see how much there is to do.
    pub(crate) fn publish(&self, members: usize, copies: u64) {
        self.shared.members.store(members, Ordering::Relaxed);
        self.shared.copies.store(copies, Ordering::Relaxed);
    }
}
