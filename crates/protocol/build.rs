//! Makes the filter of common passwords from the list in the package `passablewords`, which is in the lock file and never
//! built. Nothing is fetched where cargo has fetched it before.

#![allow(clippy::expect_used, reason = "a build that can't go on fails")]

use std::collections::HashSet;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

include!("src/password/common_hash.rs");

const PACKAGE: &str = "passablewords";
const VERSION: &str = "0.1.1";
const LIST: &str = "src/common-passwords.txt";

/// Passwords in the filter, the fewest characters that any policy admits, and from how many on each one is taken.
const SIZE: usize = 135_000;
const SHORTEST: usize = 8;
const EACH_FROM: usize = 15;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/password/common_hash.rs");
    let path = find();
    let list = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let list = String::from_utf8_lossy(&list);
    let mut seen = HashSet::new();
    let (long, short): (Vec<String>, Vec<String>) = list
        .lines()
        .map(|line| line.trim_end_matches('\r').to_lowercase())
        .filter(|line| line.chars().count() >= SHORTEST && seen.insert(line.clone()))
        .partition(|line| line.chars().count() >= EACH_FROM);
    let rest = SIZE.saturating_sub(long.len());
    let mut buckets = vec![Vec::new(); 1 << BUCKET_BITS];
    for password in long.iter().chain(short.iter().take(rest)) {
        let (bucket, kept) = place(password);
        buckets[bucket].push(kept);
    }
    let mut filter = Vec::new();
    for bucket in &mut buckets {
        bucket.sort_unstable();
        bucket.dedup();
        filter.push(u8::try_from(bucket.len()).expect("some dozens at most"));
    }
    filter.extend(buckets.iter().flatten().flatten());
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("common_passwords.bin"), filter).expect("the output folder can be written");
}

/// Where cargo keeps the list: in its registry, else wherever it says (a vendored folder, a registry that it fills now).
fn find() -> PathBuf {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"))?;
        Some(PathBuf::from(home).join(".cargo"))
    });
    let registries = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
    for registry in registries.into_iter().flatten().flatten() {
        let list = registry
            .path()
            .join(format!("{PACKAGE}-{VERSION}"))
            .join(LIST);
        if list.is_file() {
            return list;
        }
    }
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1"])
        .output()
        .expect("cargo runs");
    let metadata = String::from_utf8_lossy(&output.stdout);
    // The one string that ends so; backslashes are doubled in JSON.
    let end = format!("{PACKAGE}-{VERSION}");
    let manifest = metadata
        .split('"')
        .map(|text| text.replace("\\\\", "/"))
        .find(|text| {
            text.strip_suffix("/Cargo.toml")
                .is_some_and(|folder| folder.ends_with(&end) || folder.ends_with(PACKAGE))
        })
        .unwrap_or_else(|| {
            panic!("the package {PACKAGE} {VERSION} is not there: run `cargo fetch` once with a network")
        });
    PathBuf::from(manifest.trim_end_matches("Cargo.toml")).join(LIST)
}
