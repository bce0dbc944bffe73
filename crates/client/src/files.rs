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
}

/// Writes `content` to a new file `STEM.EXTENSION` in `folder`, or `STEM (2).EXTENSION` and so on where there is one, and
/// gives its path. Half a file is not left behind.
pub fn save_new(folder: &Path, stem: &str, extension: &str, content: &[u8]) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    for number in 1..=SAME_NAME {
        let name = match number {
            1 => format!("{stem}.{extension}"),
            number => format!("{stem} ({number}).{extension}"),
        };
        let path = folder.join(name);
        let mut file = match private(OpenOptions::new().write(true).create_new(true)).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        };
        if let Err(error) = file.write_all(content).and_then(|()| file.sync_all()) {
            drop(file);
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
        return Ok(path);
    }
    Err(ErrorKind::AlreadyExists.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_goes_over_no_other_and_is_the_persons_own() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("Downloads");
        let first = save_new(&folder, "codes", "txt", b"one").unwrap();
        let second = save_new(&folder, "codes", "txt", b"two").unwrap();
        assert_eq!(std::fs::read(&first).unwrap(), b"one");
        assert_eq!(second, folder.join("codes (2).txt"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&second).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
