//! A bounded map that forgets what was not used lately: two generations, the older dropped whole when the younger
//! is full. Every map whose keys strangers choose is one of these.

use std::collections::HashMap;
use std::hash::Hash;

#[derive(Debug)]
pub struct Cache<K, V> {
    young: Generation<K, V>,
    old: Generation<K, V>,
    /// The most that one generation weighs; twice as much is kept at most.
    half: usize,
}

#[derive(Debug)]
struct Generation<K, V> {
    entries: HashMap<K, (V, usize)>,
    weight: usize,
}

impl<K, V> Default for Generation<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), weight: 0 }
    }
}

impl<K: Eq + Hash, V> Generation<K, V> {
    fn put(&mut self, key: K, value: V, weight: usize) {
        self.take(&key);
        self.weight += weight;
        self.entries.insert(key, (value, weight));
    }

    fn take(&mut self, key: &K) -> Option<(V, usize)> {
        let taken = self.entries.remove(key);
        self.weight -= taken.as_ref().map_or(0, |(_, weight)| *weight);
        taken
    }
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// Keeps between `capacity / 2` and `capacity` of what was used last: of entries, where each weighs one.
    pub fn new(capacity: usize) -> Self {
        Self { young: Generation::default(), old: Generation::default(), half: (capacity / 2).max(1) }
    }

    pub fn get(&mut self, key: &K) -> Option<V> {
        if let Some((value, _)) = self.young.entries.get(key) {
            return Some(value.clone());
        }
        let (value, weight) = self.old.take(key)?;
        self.insert_weighing(key.clone(), value.clone(), weight);
        Some(value)
    }

    pub fn insert(&mut self, key: K, value: V) {
        self.insert_weighing(key, value, 1);
    }

    /// What is heavier than one generation may be is not kept.
    pub fn insert_weighing(&mut self, key: K, value: V, weight: usize) {
        self.remove(&key);
        if weight > self.half {
            return;
        }
        if self.young.weight + weight > self.half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.put(key, value, weight);
    }

    pub fn remove(&mut self, key: &K) {
        self.young.take(key);
        self.old.take(key);
    }

    pub fn len(&self) -> usize {
        self.young.entries.len() + self.old.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn weight(&self) -> usize {
        self.young.weight + self.old.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_bounded_and_keeps_what_is_used() {
        let mut cache = Cache::new(100);
        cache.insert(0, "kept");
        for n in 1..10_000 {
            cache.insert(n, "passing");
            assert_eq!(cache.get(&0), Some("kept"));
            assert!(cache.len() <= 100);
        }
        assert_eq!(cache.get(&5), None);
    }

    #[test]
    fn it_is_bounded_by_weight_too() {
        let mut cache = Cache::new(1_000);
        cache.insert_weighing(0, "kept", 10);
        for n in 1..10_000 {
            cache.insert_weighing(n, "passing", n % 100);
            assert_eq!((cache.get(&0), cache.get(&n)), (Some("kept"), Some("passing")));
            assert!(cache.weight() <= 1_000);
        }
        cache.insert_weighing(10_000, "too heavy", 501);
        assert_eq!((cache.get(&0), cache.get(&10_000)), (Some("kept"), None));
        for n in 0..10_000 {
            cache.remove(&n);
        }
        assert_eq!((cache.len(), cache.weight()), (0, 0));
    }

    #[test]
    fn what_is_put_again_weighs_what_it_weighs_now() {
        let mut cache = Cache::new(1_000);
        for weight in [400, 10, 30] {
            cache.insert_weighing(1, "a", weight);
        }
        assert_eq!((cache.len(), cache.weight()), (1, 30));
    }
}
