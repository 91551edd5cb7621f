//! Sentences: what the figures say, in plain words.

use std::collections::BTreeSet;

use crate::report::duel::Duel;
use crate::report::place::Place;
use crate::report::who::{self, Part};
use crate::stats::Verdict;

/// What one ring's duels with one class come to, where threads are scarce or not: `2.2×`, or `2.1× to 2.3×`.
#[derive(Debug, Clone, PartialEq)]
pub struct Digest {
    /// Whether there were more threads than cores.
    pub crowded: bool,
    /// Where: `1×1`.
    pub places: Vec<String>,
    /// The least and the greatest ratio.
    pub range: (f64, f64),
    /// The opponents, each once.
    pub opponents: BTreeSet<String>,
    /// How many of the duels were won, lost, tied, undecided.
    pub standings: [usize; 4],
}

impl Digest {
    /// The duels with a core for each thread and those without, as far as there are any: they are never mixed.
    pub fn of<'a>(duels: impl Iterator<Item = &'a Duel>, cores: Option<usize>) -> Vec<Self> {
        let is_crowded =
            |place: &Place| cores.is_some_and(|cores| place.topology.threads() > cores);
        let (crowded, roomy): (Vec<_>, Vec<_>) = duels.partition(|duel| is_crowded(&duel.place));
        let digests = [(false, roomy), (true, crowded)];
        digests.into_iter().filter_map(|(crowded, duels)| Self::one(crowded, &duels)).collect()
    }

    /// The digest of duels, if there are any.
    fn one(crowded: bool, duels: &[&Duel]) -> Option<Self> {
        let medians = || duels.iter().map(|duel| duel.ratio.median);
        let count = |verdict| duels.iter().filter(|duel| duel.verdict == verdict).count();
        let mut places: Vec<String> = Vec::new();
        for duel in duels {
            let Place { topology, .. } = duel.place;
            let name = format!("{}×{}", topology.producers, topology.consumers);
            if !places.contains(&name) {
                places.push(name);
            }
        }
        Some(Self {
            crowded,
            places,
            range: (medians().reduce(f64::min)?, medians().reduce(f64::max)?),
            opponents: duels.iter().map(|duel| duel.opponent.clone()).collect(),
            standings: [Verdict::Faster, Verdict::Slower, Verdict::Tie, Verdict::Undecided]
                .map(count),
        })
    }

    /// Its ratios: `2.2×`, or `2.1× to 2.3×`.
    pub fn ratios(&self) -> String {
        let (least, most) = (about(self.range.0), about(self.range.1));
        if least == most { least } else { format!("{least} to {most}") }
    }

    /// Where: `with a core for each thread`.
    pub fn circumstances(&self) -> &'static str {
        if self.crowded { "with more threads than cores" } else { "with a core for each thread" }
    }

    /// How sure that is: `shown in all 4 cells`, `shown in 2 of 4 cells, 2 undecided`.
    pub fn certainty(&self) -> String {
        let [faster, slower, tie, undecided] = self.standings;
        let all = self.standings.iter().sum::<usize>();
        let words = [(slower, "lost"), (tie, "tied"), (undecided, "undecided")];
        let rest: Vec<String> = words
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        match (faster, all) {
            (1, 1) => "shown beyond the noise".to_owned(),
            (_, 1) => rest.concat().trim_start_matches("1 ").to_owned(),
            _ if faster == all => format!("shown beyond the noise in all {all} cells"),
            _ => format!("won in {faster} of {all} cells, {}", rest.join(", ")),
        }
    }
}

/// The duels of the most general ring with other queues that wait as it does: what the headline is about.
fn first_duels(duels: &[Duel]) -> Vec<&Duel> {
    let peers = || duels.iter().filter(|duel| duel.against == Part::Peer);
    let first = peers().next().map(|duel| &duel.ring);
    peers().filter(|duel| Some(&duel.ring) == first).collect()
}

/// The one sentence that a reader takes home.
pub fn headline(duels: &[Duel], cores: Option<usize>) -> String {
    let duels = first_duels(duels);
    let Some(first) = duels.first() else {
        return "This run holds ringway against no other queue with the same wait.".to_owned();
    };
    let digests = Digest::of(duels.iter().copied(), cores);
    let mut words = digests.iter().map(|digest| (digest.ratios(), digest.circumstances()));
    let (ratios, circumstances) = words.next().unwrap_or_default();
    let rest = words.map(|(ratios, circumstances)| format!(", and {ratios} {circumstances}"));
    format!(
        "On this machine, ringway’s {} is {ratios} as fast as the best other {} queue {circumstances}{}.",
        who::short(&first.ring),
        who::kind(&first.ring),
        rest.collect::<String>(),
    )
}

/// Beside whom, where, and how sure that is.
pub fn certainty(duels: &[Duel], cores: Option<usize>) -> Option<String> {
    let digests = Digest::of(first_duels(duels).into_iter(), cores);
    let opponents: BTreeSet<_> = digests.iter().flat_map(|digest| &digest.opponents).collect();
    let opponents: Vec<_> = opponents.into_iter().map(String::as_str).collect();
    let words = digests.iter().map(|digest| {
        let (circumstances, places) = (digest.circumstances(), digest.places.join(", "));
        format!("{} ({places}): {}", capital(circumstances), digest.certainty())
    });
    let words = words.collect::<Vec<_>>().join(". ");
    (!opponents.is_empty()).then(|| {
        format!("The best other, with the same wait, is {}. {words}.", list(&opponents, "or"))
    })
}

/// The duels that ringway lost, then those in which it lies behind without proof; the clearest first. A control
/// is no queue that anybody could use instead.
pub fn losses(duels: &[Duel]) -> (Vec<&Duel>, Vec<&Duel>) {
    let usable = || duels.iter().filter(|duel| duel.against != Part::Control);
    let mut lost: Vec<_> = usable().filter(|duel| duel.verdict == Verdict::Slower).collect();
    let behind = |duel: &&Duel| duel.verdict == Verdict::Undecided && duel.ratio.median < 1.0;
    let mut unproven: Vec<_> = usable().filter(behind).collect();
    for duels in [&mut lost, &mut unproven] {
        duels.sort_by(|a, b| a.ratio.median.total_cmp(&b.ratio.median));
    }
    (lost, unproven)
}

/// What the losses come to.
pub fn losses_in_words(duels: &[Duel]) -> String {
    let (lost, unproven) = losses(duels);
    let usable = duels.iter().filter(|duel| duel.against != Part::Control);
    let all = usable.clone().count();
    let open = usable.filter(|duel| duel.verdict == Verdict::Undecided).count();
    let lost = match lost.len() {
        0 => format!("No contender is shown to beat a ring in any of {all} comparisons."),
        count => format!("A ring is shown to be slower in {count} of {all} comparisons."),
    };
    let open = match open {
        0 => String::new(),
        count => format!(
            " {count} {} undecided; in {} of these ringway lies behind.",
            if count == 1 { "is" } else { "are" },
            unproven.len()
        ),
    };
    lost + &open
}

/// What the noise floors of the places come to.
pub fn noise(floors: &[f64]) -> String {
    if floors.is_empty() {
        return "No queue ran beside itself, so the noise is unknown and there is no verdict."
            .to_owned();
    }
    let count = |most: f64| floors.iter().filter(|floor| **floor <= most + 1e-9).count();
    let greatest = floors.iter().copied().fold(0.0, f64::max);
    format!(
        "The same queue beside itself stays within ±3% in {} of {} places and within ±10% in {}; the worst \
         differs by up to {:.0}%.",
        count(0.03),
        floors.len(),
        count(0.1),
        greatest * 100.0,
    )
}

/// The quietness of a run, from the noise floors of its places.
pub fn quietness(floors: &[f64]) -> &'static str {
    let part = |most: f64| {
        floors.iter().filter(|floor| **floor <= most + 1e-9).count() as f64 / floors.len() as f64
    };
    match floors.len() {
        0 => "unknown",
        _ if part(0.03) >= 0.9 => "quiet",
        _ if part(0.1) >= 0.9 => "usable",
        _ if part(0.1) >= 0.5 => "noisy",
        _ => "very noisy",
    }
}

/// A verdict on a ring, for a reader.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Faster => "faster",
        Verdict::Slower => "slower",
        Verdict::Tie => "tie",
        Verdict::Undecided => "undecided",
    }
}

/// A factor as a figure: `2.23×`, `16.7×`, `148×`.
pub fn times(factor: f64) -> String {
    match factor {
        100.0.. => format!("{factor:.0}×"),
        10.0.. => format!("{factor:.1}×"),
        0.1.. => format!("{factor:.2}×"),
        _ => format!("{factor:.3}×"),
    }
}

/// A factor in a sentence: `2.2×`, `17×`, `0.83×`.
pub fn about(factor: f64) -> String {
    match factor {
        9.95.. => format!("{factor:.0}×"),
        0.995.. => format!("{factor:.1}×"),
        _ => format!("{factor:.2}×"),
    }
}

/// Words in a row: `a, b or c`.
pub fn list(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., end] => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// The same with a capital.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
