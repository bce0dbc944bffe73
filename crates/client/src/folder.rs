//! The data folder: one copy of the app at a time, and files that are there whole or not at all.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::FailureCode;
use crate::stage::FolderProblem;

/// A data folder that this process alone uses, for as long as this value lives.
#[derive(Debug)]
pub(crate) struct DataFolder {
    accounts: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Makes the folder where there is none, takes it, and makes sure that it can be written.
    pub(crate) fn take(path: &Path) -> Result<Self, FolderProblem> {
        close(path).map_err(|error| problem(&error))?;
        let lock = private(OpenOptions::new().create(true).truncate(false).write(true))
            .open(path.join("latchkey.lock"))
            .map_err(|error| problem(&error))?;
        lock_in_time(&lock)?;
        write_whole(&path.join("latchkey.probe"), b"latchkey").map_err(|error| problem(&error))?;
        std::fs::remove_file(path.join("latchkey.probe")).map_err(|error| problem(&error))?;
        let accounts = path.join("accounts");
        make_private(&accounts).map_err(|error| problem(&error))?;
        Ok(Self {
            accounts,
            _lock: lock,
        })
    }

    /// What is set on this device.
    pub(crate) fn settings(path: &Path) -> PathBuf {
        path.join("latchkey.json")
    }

    /// The folder of the local copies.
    pub(crate) fn accounts(&self) -> &Path {
        &self.accounts
    }

    /// The folder of the server that runs inside this app.
    pub(crate) fn server(path: &Path) -> PathBuf {
        path.join("server")
    }
}

/// How long a copy that is just ending may take to let go of the folder: its process can look ended while its last
/// threads still hold the lock.
const FAREWELL: Duration = Duration::from_millis(500);

fn lock_in_time(lock: &File) -> Result<(), FolderProblem> {
    const STEP: Duration = Duration::from_millis(10);
    let mut waited = Duration::ZERO;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if waited < FAREWELL => {
                std::thread::sleep(STEP);
                waited += STEP;
            }
            Err(TryLockError::WouldBlock) => return Err(FolderProblem::InUse),
            Err(TryLockError::Error(error)) => return Err(problem(&error)),
        }
    }
}

/// What this app keeps in its data folder. The server inside it looks after its own.
#[cfg(unix)]
const OURS: [&str; 7] = [
    "accounts",
    "latchkey.json",
    "latchkey.lock",
    "logs",
    "server",
    "window",
    "window.json",
];

/// What stands in the place of the app's own, by a user who could read and change all of it.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(not(unix), allow(dead_code, reason = "nothing is looked at there"))]
enum NotOurs {
    #[error("{} belongs to another user (uid {owner})", path.display())]
    SomebodyElses { path: PathBuf, owner: u32 },
    #[error("{} is a symbolic link", .0.display())]
    Link(PathBuf),
}

/// Makes the data folder, or closes one that is there already to others, with what the app keeps in it. One that is
/// somebody else's, or has links in the place of files of the app, is not taken.
///
/// On Windows nothing is looked at: folders below a user's profile are closed to others by what they inherit.
pub fn close(path: &Path) -> io::Result<()> {
    make_private(path)?;
    #[cfg(unix)]
    for name in OURS {
        let path = path.join(name);
        match std::fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                return Err(io::Error::other(NotOurs::Link(path)));
            }
            Ok(metadata) => close_to_others(&path, &metadata)?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Makes a folder that nobody but this user can look into, and closes one that is there already to others. One that is
/// somebody else's is not taken.
pub fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)?;
    #[cfg(unix)]
    close_to_others(path, &std::fs::metadata(path)?)?;
    Ok(())
}

#[cfg(unix)]
fn close_to_others(path: &Path, metadata: &std::fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    /// The bits of group and others; and the one of folders that are meant to be shared, like `/tmp`.
    const OTHERS: u32 = 0o077;
    const SHARED: u32 = 0o1000;
    let (owner, mode) = (metadata.uid(), metadata.mode());
    if owner != rustix::process::geteuid().as_raw() {
        // Root can do as it likes anyway.
        return if owner == 0 {
            Ok(())
        } else {
            let path = path.to_owned();
            Err(io::Error::other(NotOurs::SomebodyElses { path, owner }))
        };
    }
    if mode & OTHERS != 0 && mode & SHARED == 0 {
        tracing::warn!(path = %path.display(), "was open to other users of this computer, and is closed");
        let closed = std::fs::Permissions::from_mode(mode & 0o7777 & !OTHERS);
        std::fs::set_permissions(path, closed)?;
    }
    Ok(())
}

/// A file that is made is for this user alone.
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Writes a file so that after a crash or a power cut it is the old one or the new one, whole.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".new");
    let unfinished = PathBuf::from(unfinished);
    let written = (|| {
        // What a crash has left may be open to others.
        let _ = std::fs::remove_file(&unfinished);
        let mut file =
            private(OpenOptions::new().write(true).create_new(true)).open(&unfinished)?;
        file.write_all(content)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)
    })();
    if let Err(error) = written {
        // Leaves no half file behind on a full disk.
        let _ = std::fs::remove_file(&unfinished);
        return Err(error);
    }
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn problem(error: &io::Error) -> FolderProblem {
    tracing::error!(%error, "the data folder can't be used");
    if error
        .get_ref()
        .is_some_and(<dyn std::error::Error + Send + Sync>::is::<NotOurs>)
    {
        return FolderProblem::SomebodyElses;
    }
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => FolderProblem::ReadOnly,
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => FolderProblem::NotAFolder,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FolderProblem::Full,
        _ => FolderProblem::Broken,
    }
}

/// How a command says that a file could not be written.
pub(crate) fn failure_code(error: &io::Error) -> FailureCode {
    match problem(error) {
        FolderProblem::ReadOnly => FailureCode::ReadOnly,
        FolderProblem::Full => FailureCode::DiskFull,
        FolderProblem::InUse
        | FolderProblem::NotAFolder
        | FolderProblem::SomebodyElses
        | FolderProblem::Broken => FailureCode::Internal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_taken_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        let taken = DataFolder::take(&path).unwrap();
        assert_eq!(DataFolder::take(&path).unwrap_err(), FolderProblem::InUse);
        drop(taken);
        assert!(DataFolder::take(&path).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_look_into_it() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        // As another program, or an older version, has made it.
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        drop(DataFolder::take(&path).unwrap());
        std::fs::write(path.join("window.json"), "{}").unwrap();
        std::fs::set_permissions(
            path.join("window.json"),
            std::fs::Permissions::from_mode(0o644),
        )
        .unwrap();
        let _taken = DataFolder::take(&path).unwrap();
        let unfinished = path.join("latchkey.json.new");
        std::fs::write(&unfinished, "{}").unwrap();
        std::fs::set_permissions(&unfinished, std::fs::Permissions::from_mode(0o644)).unwrap();
        write_whole(&DataFolder::settings(&path), b"{}").unwrap();
        for (name, expected) in [
            ("", 0o700),
            ("accounts", 0o700),
            ("latchkey.lock", 0o600),
            ("latchkey.json", 0o600),
            ("window.json", 0o600),
        ] {
            let mode = std::fs::metadata(path.join(name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, expected, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_with_links_in_it_or_of_somebody_else_is_not_taken() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        std::fs::create_dir(&elsewhere).unwrap();
        std::fs::set_permissions(&elsewhere, std::fs::Permissions::from_mode(0o755)).unwrap();
        for name in OURS {
            let data = folder.path().join(format!("data of {name}"));
            drop(DataFolder::take(&data).unwrap());
            let path = data.join(name);
            let _ = std::fs::remove_dir(&path).or_else(|_| std::fs::remove_file(&path));
            std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
            assert_eq!(
                DataFolder::take(&data).unwrap_err(),
                FolderProblem::SomebodyElses,
                "{name}"
            );
        }
        let mode = std::fs::metadata(&elsewhere).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
        // Nobody but root can give a folder away.
        if rustix::process::geteuid().is_root() {
            let data = folder.path().join("given");
            drop(DataFolder::take(&data).unwrap());
            std::os::unix::fs::chown(&data, Some(12_345), None).unwrap();
            let taken = DataFolder::take(&data);
            assert_eq!(taken.unwrap_err(), FolderProblem::SomebodyElses);
        }
    }

    #[test]
    fn a_copy_that_is_just_ending_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataFolder::take(folder.path()).ok();
        assert!(first.is_some());
        let ending = std::thread::spawn(move || drop(first));
        assert!(DataFolder::take(folder.path()).is_ok());
        ending.join().unwrap();
    }

    #[test]
    fn what_is_no_folder_is_said_to_be_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "x").unwrap();
        for path in [path.clone(), path.join("below")] {
            assert_eq!(
                DataFolder::take(&path).unwrap_err(),
                FolderProblem::NotAFolder
            );
        }
    }

    #[test]
    fn errors_of_the_disk_are_told_apart() {
        for (kind, expected) in [
            (ErrorKind::PermissionDenied, FolderProblem::ReadOnly),
            (ErrorKind::ReadOnlyFilesystem, FolderProblem::ReadOnly),
            (ErrorKind::StorageFull, FolderProblem::Full),
            (ErrorKind::QuotaExceeded, FolderProblem::Full),
            (ErrorKind::Other, FolderProblem::Broken),
        ] {
            assert_eq!(problem(&kind.into()), expected);
        }
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        write_whole(&path, b"old").unwrap();
        // A folder in the place of the unfinished file: it can't be created.
        std::fs::create_dir(folder.path().join("file.new")).unwrap();
        assert!(write_whole(&path, b"new").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
    }
}
