//! What a crash may have left.

use std::collections::BTreeMap;

use super::message::{Recovered, Seen, State, number};
use super::{Message, Oracle};

impl Oracle {
    /// Whether a crash at this position may have left this.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn check(&self, position: usize, recovered: &Recovered) -> Result<(), String> {
        let states = self.states(recovered)?;
        let mut whole: BTreeMap<usize, (bool, bool)> = BTreeMap::new();
        for (number, (message, state)) in self.messages.iter().zip(&states).enumerate() {
            let allowed = Self::allowed(message, position);
            let is_allowed = match state {
                None => allowed.contains(&State::Nowhere) || allowed.contains(&State::Gone),
                Some((state, _)) => allowed.contains(state),
            };
            let found = state.as_ref().map(|(state, _)| state);
            if !is_allowed {
                return Err(format!(
                    "message {number} is {found:?}, and may be {allowed:?}: {message:?}"
                ));
            }
            let (there, missing) = whole.entry(message.group).or_default();
            *there |= state.is_some();
            *missing |= state.is_none() && !allowed.contains(&State::Gone);
            if *there && *missing {
                return Err(format!(
                    "a part is missing of what message {number} was published with"
                ));
            }
            if let Some((State::Waiting, seen)) = state {
                Self::check_attempts(message, position, seen)
                    .map_err(|what| format!("message {number} {what}: {message:?}"))?;
            }
        }
        Self::check_order(recovered)
    }

    /// Goes on from what was found after a crash there: it is safe from this position on, and what is not there never comes.
    pub fn rebase(&mut self, position: usize, recovered: &Recovered) {
        let states: Vec<_> = self.states(recovered).expect("it was checked").into_iter().collect();
        let found: Vec<_> = states
            .into_iter()
            .map(|found| found.map(|(state, seen)| (state, seen.clone())))
            .collect();
        for (message, found) in self.messages.iter_mut().zip(found) {
            message.base = match &found {
                Some((state, _)) => vec![*state],
                None => {
                    let mut absent = Self::allowed(message, position);
                    absent.retain(|state| matches!(state, State::Nowhere | State::Gone));
                    absent
                }
            };
            message.changes.clear();
            message.deliveries.clear();
            message.attempts.clear();
            message.delivered_before = found.as_ref().map_or(0, |(_, seen)| seen.attempts);
            message.sequence = match found {
                Some((_, seen)) => Some(seen.sequence),
                // It may have another, if it is published again.
                None if message.base.contains(&State::Nowhere) => None,
                None => message.sequence,
            };
        }
    }

    /// What a message may be after a crash there.
    fn allowed(message: &Message, position: usize) -> Vec<State> {
        let last_safe = message.changes.iter().rposition(|(_, when)| when.must_be_at(position));
        let (mut allowed, later) = match last_safe {
            Some(last) => (vec![message.changes[last].0], last + 1),
            None => (message.base.clone(), 0),
        };
        let later = message.changes[later..].iter();
        allowed.extend(later.filter(|(_, when)| when.may_be_at(position)).map(|(state, _)| *state));
        allowed
    }

    /// The messages that were found, by number.
    fn states<'a>(
        &self,
        recovered: &'a Recovered,
    ) -> Result<Vec<Option<(State, &'a Seen)>>, String> {
        let mut states = vec![None; self.messages.len()];
        let waiting = recovered.waiting.iter().map(|seen| (State::Waiting, seen));
        for (state, seen) in waiting.chain(recovered.dead.iter().map(|seen| (State::Dead, seen))) {
            let known =
                number(&seen.bytes).and_then(|number| Some((number, self.messages.get(number)?)));
            let Some((number, message)) = known else {
                return Err(format!("it was never published: {seen:?}"));
            };
            if message.bytes != seen.bytes {
                return Err(format!("message {number} has other bytes: {seen:?}"));
            }
            if message.sequence.is_some_and(|sequence| sequence != seen.sequence) {
                return Err(format!(
                    "message {number} has another sequence than {:?}: {seen:?}",
                    message.sequence
                ));
            }
            if states[number].replace((state, seen)).is_some() {
                return Err(format!("message {number} is there twice"));
            }
        }
        Ok(states)
    }

    /// Whether what is told of earlier deliveries may be.
    fn check_attempts(message: &Message, position: usize, seen: &Seen) -> Result<(), String> {
        if message.changes.iter().any(|(state, _)| *state == State::Dead) {
            // It may have been revived, and count anew.
            return Ok(());
        }
        let certain = message.deliveries.iter().any(|delivery| delivery.must_be_at(position));
        let counted = message.attempts.iter().filter(|(_, when)| when.must_be_at(position));
        let least = counted.map(|(attempts, _)| *attempts).max().unwrap_or(0).max(certain.into());
        let possible =
            message.deliveries.iter().filter(|delivery| delivery.may_be_at(position)).count();
        let before = message.delivered_before + possible as u32;
        if (least..=before).contains(&seen.attempts) {
            return Ok(());
        }
        Err(format!("has had {} attempts, and not {least} to {before}", seen.attempts))
    }

    /// Whether what was not delivered before is in order.
    fn check_order(recovered: &Recovered) -> Result<(), String> {
        let first_time = recovered.waiting.iter().filter(|seen| seen.attempts == 0);
        let order: Vec<_> = first_time.map(|seen| (seen.sequence, number(&seen.bytes))).collect();
        let is_after =
            |pair: &[(u64, Option<usize>)]| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1;
        match order.windows(2).find(|pair| !is_after(pair)) {
            Some(pair) => Err(format!("out of order: {pair:?}")),
            None => Ok(()),
        }
    }
}
