//! Pools: as many tokens as slots, and threads that push back what they popped.

use super::*;

/// A point at which an operation stops, if it comes there so often.
fn stop(dice: &mut Dice) -> impl Fn(&[Point]) -> bool + Send + 'static {
    let points = [POINTS.as_slice(), &[Point::Asking, Point::Intended, Point::Leaving]];
    let point = points.concat()[dice.below(6)];
    let nth = 1 + dice.below(4);
    move |seen| seen.ends_with(&[point]) && seen.iter().filter(|at| **at == point).count() == nth
}

/// A pool with its tokens, and the threads that are stopped with one of them.
struct Pool {
    queue: Arc<Queue<u64>>,
    held: Vec<u64>,
    stopped: Vec<Stopped<Option<u64>>>,
}

impl Pool {
    /// One thing of what threads do, at random.
    fn act(&mut self, dice: &mut Dice) {
        let may_stop = self.stopped.len() < self.queue.capacity();
        let theirs = Arc::clone(&self.queue);
        match dice.below(12) {
            0 if may_stop => {
                self.stopped.push(Stopped::if_ever(stop(dice), move || theirs.pop()).0);
            }
            1 if may_stop => {
                let Some(token) = self.held.pop() else { return };
                let push = move || theirs.push(token).err();
                self.stopped.push(Stopped::if_ever(stop(dice), push).0);
            }
            2..=5 => self.held.extend(self.queue.pop()),
            6..=9 => {
                if let Some(token) = self.held.pop() {
                    self.held.extend(self.queue.push(token).err());
                }
            }
            i if !self.stopped.is_empty() => {
                self.held.extend(self.stopped.remove(i % self.stopped.len()).release());
            }
            _ => (),
        }
    }
}

/// A pool would come to a stand if every token were held by a thread and each of them refused. Once
/// nobody is late and all tokens are held, they all fit, though nobody finds the queue empty before.
#[test]
fn all_tokens_of_a_pool_fit_once_nobody_is_late() {
    for seed in 0..times(500) as u64 {
        let dice = &mut Dice(seed);
        let capacity = 1 + dice.below(5);
        let queue = Arc::new(Queue::new(capacity));
        let held = Vec::from_iter(0..capacity as u64);
        let mut pool = Pool { queue, held, stopped: Vec::new() };
        (0..60).for_each(|_| pool.act(dice));
        let Pool { queue, mut held, stopped } = pool;
        held.extend(stopped.into_iter().filter_map(Stopped::release));
        while held.len() < capacity {
            held.push(queue.pop().expect("a token that nobody holds is in the pool"));
        }
        let refused = held.iter().filter(|token| queue.push(**token).is_err()).count();
        assert_eq!(refused, 0, "capacity {capacity}, seed {seed}");
    }
}
