//! Lines of a CSV file whose columns are known by name, with the number of each line.

use std::fmt::Display;
use std::str::FromStr;

use anyhow::{Result, anyhow, ensure};
use csv::StringRecord;

/// A CSV file.
#[derive(Debug)]
pub struct Table {
    columns: StringRecord,
    lines: Vec<(u64, StringRecord)>,
}

/// One of its lines.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Its number in the file, from 1.
    pub number: u64,
    columns: &'a StringRecord,
    fields: &'a StringRecord,
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// The line that is no CSV or has too many or too few fields, and why.
    pub fn read(text: &str) -> Result<Self, (u64, String)> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let columns = reader.headers().map_err(|error| (1, error.to_string()))?.clone();
        let mut lines = Vec::new();
        for fields in reader.records() {
            let line = |position: Option<&csv::Position>| position.map_or(0, csv::Position::line);
            let fields = fields.map_err(|error| (line(error.position()), error.to_string()))?;
            let number = line(fields.position());
            if fields.len() != columns.len() {
                let counts = format!("{} fields instead of {}", fields.len(), columns.len());
                return Err((number, counts));
            }
            lines.push((number, fields));
        }
        Ok(Self { columns, lines })
    }

    /// Its lines, without the names of the columns.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let line = |(number, fields)| Line { number, columns: &self.columns, fields };
        self.lines.iter().map(move |&(number, ref fields)| line((number, fields)))
    }
}

impl Line<'_> {
    /// What it says in a column; nothing if it says nothing or there is no such column.
    pub fn text(&self, column: &str) -> Option<&str> {
        let index = self.columns.iter().position(|name| name == column)?;
        self.fields.get(index).filter(|text| !text.is_empty())
    }

    /// The same, read.
    ///
    /// # Errors
    ///
    /// If it cannot be read as such.
    pub fn parse<T: FromStr<Err: Display>>(&self, column: &str) -> Result<Option<T>> {
        let Some(text) = self.text(column) else { return Ok(None) };
        let value = text.parse();
        value.map(Some).map_err(|error| anyhow!("'{text}' in column {column}: {error}"))
    }

    /// The same, a number that has a place on a logarithmic axis.
    ///
    /// # Errors
    ///
    /// If it is no such number.
    pub fn positive(&self, column: &str) -> Result<Option<f64>> {
        let value: Option<f64> = self.parse(column)?;
        let fits = value.is_none_or(|value| value.is_finite() && value > 0.0);
        ensure!(fits, "{value:?} in column {column} is not above 0");
        Ok(value)
    }
}
