//! Periods of time as people write them: `90s`, `20m`, `1h 30m`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A period of time, from a second to a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Period(pub Duration);

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let no_period = || format!("'{text}' is no period of time such as 90s, 20m or 1h");
        let signed: jiff::SignedDuration = text.parse().map_err(|_| no_period())?;
        let duration = Duration::try_from(signed).map_err(|_| no_period())?;
        if (1..=7 * 24 * 3600).contains(&duration.as_secs()) {
            Ok(Self(duration))
        } else {
            Err(format!("'{text}' is not from a second to a week"))
        }
    }
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        match (minutes, seconds) {
            (0, seconds) => write!(f, "{seconds}s"),
            (minutes, 0) => write!(f, "{minutes}m"),
            (minutes, seconds) => write!(f, "{minutes}m {seconds}s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_written() {
        let seconds = |text: &str| text.parse().map(|Period(duration)| duration.as_secs());
        assert_eq!(seconds("90s"), Ok(90));
        assert_eq!(seconds("20m"), Ok(1200));
        assert_eq!(seconds("1h 30m"), Ok(5400));
        for wrong in ["", "20", "soon", "-5m", "0s", "800h"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        for text in ["45s", "20m", "1m 30s"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
    }
}
