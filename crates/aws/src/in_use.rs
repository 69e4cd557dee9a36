//! Shared things by name, for as long as somebody needs them: what is spare is dropped before the table grows, so that it
//! is as large as what is in use at once, not as what was ever used.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// Things that are looked for before the table may double.
const SMALL: usize = 64;

/// Shared things by name.
#[derive(Debug)]
pub(crate) struct InUse<K, V> {
    held: Mutex<Held<K, V>>,
}

#[derive(Debug)]
struct Held<K, V> {
    all: HashMap<K, Arc<V>>,
    /// How many there may be before the spare ones are looked for.
    most: usize,
}

impl<K, V> Default for InUse<K, V> {
    fn default() -> Self {
        Self { held: Mutex::new(Held { all: HashMap::new(), most: SMALL }) }
    }
}

impl<K: Eq + Hash, V> InUse<K, V> {
    /// The thing of that name, made where there is none. One that nobody holds is dropped some time after `is_spare` says
    /// that a new one would be no different.
    pub(crate) fn get(&self, name: K, make: impl FnOnce() -> V, is_spare: impl Fn(&V) -> bool) -> Arc<V> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = held.all.get(&name) {
            return Arc::clone(found);
        }
        if held.all.len() >= held.most {
            held.all.retain(|_, value| Arc::strong_count(value) > 1 || !is_spare(value));
            held.most = SMALL.max(held.all.len() * 2);
            let most = held.most;
            held.all.shrink_to(most);
        }
        let made = Arc::new(make());
        held.all.insert(name, Arc::clone(&made));
        made
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).all.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spare_is_dropped_and_what_is_in_use_is_shared() {
        let table: InUse<u32, u32> = InUse::default();
        let spare = |value: &u32| *value != 7;
        let (held, kept) = (table.get(1, || 1, spare), table.get(7, || 7, spare));
        drop(kept);
        for name in 100..100_000 {
            table.get(name, || name, spare);
        }
        assert!(table.len() <= SMALL, "{}", table.len());
        assert!(Arc::ptr_eq(&held, &table.get(1, || 0, spare)), "somebody holds it");
        assert_eq!(*table.get(7, || 0, spare), 7, "it is not spare");
    }

    #[test]
    fn a_table_of_things_in_use_grows_with_them() {
        let table: InUse<u32, u32> = InUse::default();
        let held: Vec<_> = (0..1000).map(|name| table.get(name, || name, |_| true)).collect();
        assert_eq!((table.len(), held.len()), (1000, 1000));
        drop(held);
        for name in 1000..4000 {
            table.get(name, || name, |_| true);
        }
        assert!(table.len() <= 1024, "{}", table.len());
    }
}
