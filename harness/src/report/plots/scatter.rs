//! Points on two logarithmic axes: throughput against the CPU time of a message.

use maud::{Markup, html};

use super::forest::anchor;
use super::scale::{self, Log};
use super::{glyph, percent, pixels};

/// The height of a plot without the values below it.
const HEIGHT: f64 = 230.0;

/// The height of the values below.
const FOOT: f64 = 22.0;

/// A point.
#[derive(Debug, Clone)]
pub struct Dot {
    /// What the legend calls it.
    pub name: String,
    /// The shape of its mark.
    pub shape: usize,
    /// Its class.
    pub class: &'static str,
    /// CPU nanoseconds per message.
    pub cpu_ns: f64,
    /// Millions of messages per second.
    pub mmsg_s: f64,
}

/// A plot of points; nothing if there are none.
pub fn picture(title: &str, dots: &[Dot]) -> Option<Markup> {
    let across = Log::around(dots.iter().map(|dot| dot.cpu_ns))?;
    let down = Log::around(dots.iter().map(|dot| dot.mmsg_s))?;
    let y = |value: f64| HEIGHT * (1.0 - down.place(value));
    let mut sorted: Vec<&Dot> = dots.iter().collect();
    sorted.sort_by(|a, b| b.mmsg_s.total_cmp(&a.mmsg_s));
    let said = sorted.iter().map(|dot| {
        format!(
            "{}: {} million messages per second at {} of CPU time each",
            dot.name,
            scale::label(dot.mmsg_s),
            scale::duration(dot.cpu_ns)
        )
    });
    let said = format!("{title}. {}.", said.collect::<Vec<_>>().join("; "));
    Some(html! {
        figure class="plot" {
            figcaption { strong { (title) } " " span class="muted" { "million messages per second, over CPU time per message" } }
            div class="axes" {
                svg class="left" height=(HEIGHT + FOOT) aria-hidden="true" {
                    @for tick in down.ticks(6) {
                        text x="100%" y=(pixels(y(tick).clamp(9.0, HEIGHT - 2.0) + 4.0)) text-anchor="end" { (scale::label(tick)) }
                    }
                }
                svg class="field" height=(HEIGHT + FOOT) role="img" aria-label=(said) {
                    @for tick in down.ticks(6) {
                        line class="grid" x1="0" x2="100%" y1=(pixels(y(tick))) y2=(pixels(y(tick))) {}
                    }
                    @for tick in across.ticks(4) {
                        @let place = across.place(tick);
                        line class="grid" x1=(percent(place)) x2=(percent(place)) y1="0" y2=(HEIGHT) {}
                        text x=(percent(place)) y=(HEIGHT + 16.0) text-anchor=(anchor(place)) { (scale::duration(tick)) }
                    }
                    @for dot in sorted.iter().rev() {
                        g class={ "series " (dot.class) } {
                            title { (dot.name) }
                            (glyph::at(&percent(across.place(dot.cpu_ns)), &pixels(y(dot.mmsg_s)), dot.shape, dot.class))
                        }
                    }
                }
            }
            ul class="legend" {
                @for dot in &sorted { li class=(dot.class) { (glyph::inline(dot.shape, dot.class)) (dot.name) } }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dear_stand_further_right_and_the_fast_further_up() {
        let dot = |name: &str, cpu_ns, mmsg_s| Dot {
            name: name.to_owned(),
            shape: 0,
            class: "peer",
            cpu_ns,
            mmsg_s,
        };
        let dots = [dot("cheap", 10.0, 1.0), dot("fast", 1_000.0, 100.0)];
        let picture = picture("", &dots).unwrap().0;
        let [cheap, fast] = ["cheap", "fast"].map(|name| {
            let (_, mark) = picture.split_once(&format!("<title>{name}</title>")).unwrap();
            ["x=\"", "y=\""].map(|axis| {
                let (_, number) = mark.split_once(axis).unwrap();
                number.split(['"', '%']).next().unwrap().parse::<f64>().unwrap()
            })
        });
        assert!(cheap[0] < 10.0 && fast[0] > 90.0, "{cheap:?} {fast:?}");
        assert!(cheap[1] > 0.9 * HEIGHT && fast[1] < 0.1 * HEIGHT, "{cheap:?} {fast:?}");
    }
}
