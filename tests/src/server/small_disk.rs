//! A disk that is easily full.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A disk of four megabytes, mounted for as long as this value lives. Needs root, or sudo without a password.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// An empty one.
    #[expect(clippy::new_without_default, reason = "it mounts something")]
    pub fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let disk = Self { folder };
        disk.mount(&["-t", "tmpfs", "-o", "size=4m,mode=777", "tmpfs"]);
        disk
    }

    /// Where it is mounted.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves not one byte of room.
    pub fn fill(&self) {
        let mut file = std::fs::File::create(self.ballast()).expect("room for a name");
        for size in [65_536, 4096, 512, 1] {
            while file.write_all(&vec![7; size]).is_ok() {}
        }
        let _ = file.sync_all();
    }

    /// Makes room again.
    pub fn make_room(&self) {
        std::fs::remove_file(self.ballast()).expect("it was filled");
    }

    /// Admits no write from now on. Nobody may have a file on it open for writing.
    pub fn make_read_only(&self) {
        self.mount(&["-o", "remount,ro"]);
    }

    /// Admits writes again.
    pub fn make_writable(&self) {
        self.mount(&["-o", "remount,rw"]);
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }

    fn mount(&self, arguments: &[&str]) {
        let mount = |program: &[&str]| {
            Command::new(program[0])
                .args(&program[1..])
                .args(arguments)
                .arg(self.path())
                .output()
                .is_ok_and(|output| output.status.success())
        };
        assert!(
            mount(&["mount"]) || mount(&["sudo", "-n", "mount"]),
            "this test mounts a small disk, for which it needs root or sudo without a password"
        );
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        for program in [&["umount", "-l"][..], &["sudo", "-n", "umount", "-l"]] {
            let unmounted = Command::new(program[0])
                .args(&program[1..])
                .arg(self.path())
                .output();
            if unmounted.is_ok_and(|output| output.status.success()) {
                return;
            }
        }
    }
}
