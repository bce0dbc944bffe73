//! Files that the person asked for: into their own folder for such files, readable by them alone, and never over another.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::folder::private;

/// How many files of one name a folder may have before another is refused.
const SAME_NAME: u32 = 1_000;

/// A file that was written, as people see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SavedFile {
    /// Its name.
    pub name: String,
    /// The folder it is in.
    pub folder: String,
    /// Whether it was there before, with the same content, so that nothing was written.
    pub already: bool,
}

/// Writes `content` to a new file `STEM.EXTENSION` in `folder`, or `STEM (2).EXTENSION` and so on where there is another
/// one, and gives its path, and whether a file of that content was there already. Half a file is not left behind.
pub fn save_new(
    folder: &Path,
    stem: &str,
    extension: &str,
    content: &[u8],
) -> io::Result<(PathBuf, bool)> {
    std::fs::create_dir_all(folder)?;
    for number in 1..=SAME_NAME {
        let name = match number {
            1 => format!("{stem}.{extension}"),
            number => format!("{stem} ({number}).{extension}"),
        };
        let path = folder.join(name);
        let mut file = match private(OpenOptions::new().write(true).create_new(true)).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                if holds(&path, content) {
                    return Ok((path, true));
                }
                continue;
            }
            Err(error) => return Err(error),
        };
        if let Err(error) = file.write_all(content).and_then(|()| file.sync_all()) {
            drop(file);
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
        return Ok((path, false));
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// Whether a file has this content; only one of the right size is read.
fn holds(path: &Path, content: &[u8]) -> bool {
    let is_as_long = std::fs::symlink_metadata(path)
        .is_ok_and(|file| file.is_file() && usize::try_from(file.len()) == Ok(content.len()));
    is_as_long && std::fs::read(path).is_ok_and(|held| held == content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_over_no_other_and_is_the_persons_own() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("Downloads");
        let (first, _) = save_new(&folder, "codes", "txt", b"one").unwrap();
        let (second, already) = save_new(&folder, "codes", "txt", b"two").unwrap();
        assert!(!already);
        assert_eq!(std::fs::read(&first).unwrap(), b"one");
        assert_eq!(second, folder.join("codes (2).txt"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&second).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_there_already_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let save = |content| save_new(folder.path(), "codes", "txt", content).unwrap();
        let (one, _) = save(b"one");
        let (two, _) = save(b"two");
        assert_eq!(save(b"one"), (one, true));
        assert_eq!(save(b"two"), (two.clone(), true));
        std::fs::write(&two, b"somebody else's").unwrap();
        assert_eq!(save(b"two"), (folder.path().join("codes (3).txt"), false));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
