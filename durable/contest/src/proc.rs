//! What the system counts of this process, and its page cache. What is not known is none.

use std::fs;

/// Bytes that this process has caused to be written to files so far: each page that it made dirty.
pub fn written_bytes() -> Option<u64> {
    let counts = fs::read_to_string("/proc/self/io").ok()?;
    let line = counts.lines().find_map(|line| line.strip_prefix("write_bytes:"))?;
    line.trim().parse().ok()
}

/// Bytes of memory that this process has now.
pub fn resident_bytes() -> Option<u64> {
    let pages = fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = pages.split(' ').nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}

/// Bytes of memory that this process had at most.
pub fn most_resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}

/// Drops what the system keeps of files in memory; whether it could.
pub fn drop_page_cache() -> bool {
    rustix::fs::sync();
    fs::write("/proc/sys/vm/drop_caches", "1").is_ok()
}

/// The file system of a directory, with its options, as Linux tells it.
pub fn file_system(directory: &std::path::Path) -> Option<String> {
    let directory = directory.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let of = |line: &str| {
        let mut words = line.split(' ').skip(1).map(str::to_owned);
        let (place, kind, options) = (words.next()?, words.next()?, words.next()?);
        directory.starts_with(&place).then(|| (place.len(), format!("{kind} ({options})")))
    };
    mounts.lines().filter_map(of).max_by_key(|(len, _)| *len).map(|(_, found)| found)
}
