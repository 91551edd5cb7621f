#![doc = include_str!("../../docs/MIGRATION.md")]
