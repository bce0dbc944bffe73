//! The data folder: for the user that runs the server, and for nobody else.
//!
//! On Windows nothing is looked at: folders below a user's profile are closed to others by what they inherit.

use std::io;
use std::path::{Path, PathBuf};

/// What the server keeps in its folder. Nothing else there is its own.
#[cfg(unix)]
const OURS: [&str; 7] = [
    "latchkey.lock",
    "latchkey.sqlite",
    "latchkey.sqlite-wal",
    "latchkey.sqlite-shm",
    "server.key",
    "outbox",
    "port",
];

/// Why a data folder is not used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It can't be made or looked at.
    #[error("the data folder {} can't be used: {source}", path.display())]
    Unusable {
        /// The folder, or what is in it.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It, or something in it, belongs to somebody who could read and change all that is kept there.
    #[error(
        "{} belongs to another user (uid {owner}), who could read and change the server's data: make the user that runs the \
         server its owner (chown), or choose another data folder",
        path.display()
    )]
    SomebodyElses {
        /// The folder, or what is in it.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
    },
    /// A symbolic link stands where a file of the server's own should.
    #[error(
        "{} is a symbolic link: the server keeps its files in the data folder itself; move the file there, or set its path in \
         the settings",
        .0.display()
    )]
    Link(PathBuf),
    /// Everybody may put files there.
    #[error(
        "everyone can write to the data folder {}: remove that permission (chmod o-w), or choose another folder",
        .0.display()
    )]
    Open(PathBuf),
}

/// Makes the data folder where there is none, and closes it and what the server keeps in it to everybody else, as far
/// as it is the server's own; what is somebody else's is refused. Its lock is not taken yet.
pub(crate) fn secure(folder: &Path) -> Result<(), FolderError> {
    make(folder).map_err(|source| FolderError::Unusable {
        path: folder.to_owned(),
        source,
    })?;
    #[cfg(unix)]
    unix::close(folder)?;
    Ok(())
}

#[cfg(unix)]
fn make(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// A new file for its owner's eyes alone.
pub(crate) fn create_new(path: &Path) -> io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
mod unix {
    use std::fs::{Metadata, Permissions};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::{FolderError, OURS, Path, io};

    /// The bits of group and others.
    const OTHERS: u32 = 0o077;
    /// That others may write.
    const WRITE: u32 = 0o002;

    pub(super) fn close(folder: &Path) -> Result<(), FolderError> {
        let failed = |path: &Path, source| FolderError::Unusable {
            path: path.to_owned(),
            source,
        };
        // The folder itself may be named by a link, which whoever runs the server has made.
        let metadata = std::fs::metadata(folder).map_err(|error| failed(folder, error))?;
        close_one(folder, &metadata)?;
        for name in OURS {
            let path = folder.join(name);
            match std::fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_symlink() => return Err(FolderError::Link(path)),
                Ok(metadata) => close_one(&path, &metadata)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(&path, error)),
            }
        }
        Ok(())
    }

    /// Closes what is this user's. What is root's is as it was set up, as volumes are that a group shares, and is
    /// closed to everybody at least.
    fn close_one(path: &Path, metadata: &Metadata) -> Result<(), FolderError> {
        let (owner, mode) = (metadata.uid(), metadata.mode());
        if owner == rustix::process::geteuid().as_raw() {
            if mode & OTHERS == 0 {
                return Ok(());
            }
            let closed = Permissions::from_mode(mode & 0o7777 & !OTHERS);
            tracing::warn!(path = %path.display(), mode = format!("{:o}", mode & 0o7777), "was open to other users of this machine; the server has closed it");
            return std::fs::set_permissions(path, closed).map_err(|source| {
                FolderError::Unusable {
                    path: path.to_owned(),
                    source,
                }
            });
        }
        if owner != 0 {
            return Err(FolderError::SomebodyElses {
                path: path.to_owned(),
                owner,
            });
        }
        if mode & WRITE != 0 {
            return Err(FolderError::Open(path.to_owned()));
        }
        if mode & OTHERS != 0 {
            tracing::warn!(path = %path.display(), mode = format!("{:o}", mode & 0o7777), "belongs to root and is open to other users of this machine");
        }
        Ok(())
    }

    #[cfg(test)]
    mod tests {
        use std::os::unix::fs::symlink;

        use super::*;

        fn mode(path: &Path) -> u32 {
            std::fs::symlink_metadata(path).unwrap().mode() & 0o7777
        }

        #[test]
        fn what_is_ours_is_closed_and_nothing_else_is_touched() {
            let folder = tempfile::tempdir().unwrap();
            let folder = folder.path().join("data");
            super::super::secure(&folder).unwrap();
            assert_eq!(mode(&folder), 0o700);
            std::fs::create_dir(folder.join("outbox")).unwrap();
            for name in ["latchkey.sqlite", "server.key", "notes.txt"] {
                std::fs::write(folder.join(name), "x").unwrap();
            }
            for name in ["", "outbox"] {
                std::fs::set_permissions(folder.join(name), Permissions::from_mode(0o755)).unwrap();
            }
            for name in ["latchkey.sqlite", "server.key", "notes.txt"] {
                std::fs::set_permissions(folder.join(name), Permissions::from_mode(0o644)).unwrap();
            }
            super::super::secure(&folder).unwrap();
            for (name, expected) in [
                ("", 0o700),
                ("outbox", 0o700),
                ("latchkey.sqlite", 0o600),
                ("server.key", 0o600),
                ("notes.txt", 0o644),
            ] {
                assert_eq!(mode(&folder.join(name)), expected, "{name}");
            }
        }

        #[test]
        fn a_link_in_the_place_of_a_file_is_refused_and_not_followed() {
            let folder = tempfile::tempdir().unwrap();
            let elsewhere = folder.path().join("elsewhere");
            std::fs::write(&elsewhere, "x").unwrap();
            std::fs::set_permissions(&elsewhere, Permissions::from_mode(0o644)).unwrap();
            for name in OURS {
                let data = folder.path().join(format!("data of {name}"));
                super::super::secure(&data).unwrap();
                symlink(&elsewhere, data.join(name)).unwrap();
                let error = super::super::secure(&data).unwrap_err();
                assert!(error.to_string().contains(name), "{error}");
                assert!(matches!(error, FolderError::Link(_)));
            }
            assert_eq!(mode(&elsewhere), 0o644);
            // The folder itself may be one.
            let data = folder.path().join("data");
            super::super::secure(&data).unwrap();
            let named = folder.path().join("named");
            symlink(&data, &named).unwrap();
            assert!(super::super::secure(&named).is_ok());
        }

        #[test]
        fn what_belongs_to_somebody_else_is_refused() {
            // Root's, as far as tests may run as somebody else; they can give nothing away.
            if !rustix::process::geteuid().is_root() {
                return;
            }
            let folder = tempfile::tempdir().unwrap();
            let data = folder.path().join("data");
            super::super::secure(&data).unwrap();
            let key = data.join("server.key");
            std::fs::write(&key, "x").unwrap();
            std::os::unix::fs::chown(&key, Some(12_345), None).unwrap();
            let error = super::super::secure(&data).unwrap_err();
            assert!(matches!(
                &error,
                FolderError::SomebodyElses { owner: 12_345, .. }
            ));
            assert!(error.to_string().contains("server.key"), "{error}");
            std::fs::remove_file(&key).unwrap();
            std::os::unix::fs::chown(&data, Some(12_345), None).unwrap();
            let error = super::super::secure(&data).unwrap_err();
            assert!(matches!(error, FolderError::SomebodyElses { .. }));
        }
    }
}
