//! Dense storage with keys that cannot be confused with those of an earlier inhabitant. The packet path looks members
//! and tracks up by index; a key kept too long finds nothing instead of somebody else.

use std::fmt;
use std::marker::PhantomData;

/// A key to one value of a [`Slots<T>`].
pub struct Key<T> {
    index: u32,
    generation: u32,
    kind: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    /// The dense index, for side tables that run parallel to the slots.
    pub const fn index(self) -> usize {
        self.index as usize
    }

    /// The key as one number, unique over the life of its `Slots`.
    pub const fn to_bits(self) -> u64 {
        ((self.generation as u64) << 32) | self.index as u64
    }

    /// The inverse of [`Key::to_bits`]. A number that was never a key finds nothing.
    pub const fn from_bits(bits: u64) -> Self {
        Self {
            index: (bits & 0xffff_ffff) as u32,
            generation: (bits >> 32) as u32,
            kind: PhantomData,
        }
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Key<T> {}
impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}
impl<T> Eq for Key<T> {}
impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.to_bits().cmp(&other.to_bits())
    }
}
impl<T> std::hash::Hash for Key<T> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.to_bits().hash(state);
    }
}
impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}v{}", self.index, self.generation)
    }
}

/// Values in reusable slots, iterated in slot order (which is deterministic).
#[derive(Debug)]
pub struct Slots<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    len: usize,
}

#[derive(Debug)]
struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            len: 0,
        }
    }
}

impl<T> Slots<T> {
    /// Puts `value` into a free slot.
    ///
    /// # Panics
    /// When more than 2³² values would be held, which the limits of the callers exclude.
    pub fn insert(&mut self, value: T) -> Key<T> {
        self.insert_with(|_| value)
    }

    /// Puts what `make` makes into a free slot; it is told the key.
    ///
    /// # Panics
    /// As [`Slots::insert`].
    pub fn insert_with(&mut self, make: impl FnOnce(Key<T>) -> T) -> Key<T> {
        self.len += 1;
        let index = self.free.pop().unwrap_or_else(|| {
            let index = u32::try_from(self.slots.len()).expect("callers bound the number of slots far below 2³²");
            self.slots.push(Slot {
                generation: 0,
                value: None,
            });
            index
        });
        let slot = &mut self.slots[index as usize];
        let key = Key {
            index,
            generation: slot.generation,
            kind: PhantomData,
        };
        slot.value = Some(make(key));
        key
    }

    /// Takes the value out; its key finds nothing from now on.
    pub fn remove(&mut self, key: Key<T>) -> Option<T> {
        let slot = self
            .slots
            .get_mut(key.index())
            .filter(|slot| slot.generation == key.generation)?;
        let value = slot.value.take()?;
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(key.index);
        self.len -= 1;
        Some(value)
    }

    /// The value of `key`, while it is there.
    pub fn get(&self, key: Key<T>) -> Option<&T> {
        self.slots
            .get(key.index())
            .filter(|slot| slot.generation == key.generation)?
            .value
            .as_ref()
    }

    /// Where the value at a dense index is, or would be, without looking at it.
    pub fn place(&self, index: usize) -> Option<&impl Sized> {
        self.slots.get(index)
    }

    /// The value of `key`, while it is there, to change.
    pub fn get_mut(&mut self, key: Key<T>) -> Option<&mut T> {
        self.slots
            .get_mut(key.index())
            .filter(|slot| slot.generation == key.generation)?
            .value
            .as_mut()
    }

    /// The key of whoever is at `index` now.
    pub fn key_at(&self, index: usize) -> Option<Key<T>> {
        let slot = self.slots.get(index).filter(|slot| slot.value.is_some())?;
        Some(Key {
            index: u32::try_from(index).ok()?,
            generation: slot.generation,
            kind: PhantomData,
        })
    }

    /// All values with their keys, in slot order.
    pub fn iter(&self) -> impl Iterator<Item = (Key<T>, &T)> {
        (0u32..).zip(&self.slots).filter_map(|(index, slot)| {
            let key = Key {
                index,
                generation: slot.generation,
                kind: PhantomData,
            };
            slot.value.as_ref().map(|value| (key, value))
        })
    }

    /// All values with their keys, in slot order, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Key<T>, &mut T)> {
        (0u32..).zip(&mut self.slots).filter_map(|(index, slot)| {
            let key = Key {
                index,
                generation: slot.generation,
                kind: PhantomData,
            };
            slot.value.as_mut().map(|value| (key, value))
        })
    }

    /// All keys, in slot order, as an own list: for loops that change the slots.
    pub fn keys(&self) -> Vec<Key<T>> {
        self.iter().map(|(key, _)| key).collect()
    }

    /// How many values there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_slot_does_not_answer_to_its_old_key() {
        let mut slots = Slots::default();
        let first = slots.insert("first");
        assert_eq!(slots.remove(first), Some("first"));
        let second = slots.insert("second");
        assert_eq!(second.index(), first.index());
        assert_eq!(slots.get(first), None);
        assert_eq!(slots.get(second), Some(&"second"));
        assert_eq!(slots.remove(first), None);
        assert_eq!(slots.len(), 1);
    }

    #[test]
    fn iteration_runs_in_slot_order() {
        let mut slots = Slots::default();
        let keys: Vec<_> = (0..4).map(|n| slots.insert(n)).collect();
        slots.remove(keys[1]);
        slots.insert(9);
        let values: Vec<_> = slots.iter().map(|(_, value)| *value).collect();
        assert_eq!(values, [0, 9, 2, 3]);
    }
}
