//! Where the pictures go, and what they are of.

use std::path::{Path, PathBuf};

use latchkey_tests::desktop::Window;

use crate::speech::Speech;

const SIZES: [(&str, u32, u32); 2] = [("wide", 1040, 720), ("narrow", 720, 540)];

/// Light or dark, with the word of the preferences for it.
pub const LOOKS: [(&str, &str); 2] = [("light", "theme-light"), ("dark", "theme-dark")];

/// Pictures of one language and one look.
pub struct Album<'a> {
    /// The folder.
    pub directory: &'a Path,
    /// The language.
    pub speech: &'a Speech,
    /// Light or dark.
    pub look: &'static str,
}

impl Album<'_> {
    /// The message `id` in the language of the album.
    pub fn say(&self, id: &str) -> &'static str {
        self.speech.say(id)
    }

    /// The word of the preferences for its look.
    pub fn theme(&self) -> &'static str {
        let theme = LOOKS.into_iter().find(|(look, _)| *look == self.look);
        theme.expect("one of the looks").1
    }

    /// A picture at each size. The window is wide afterwards.
    pub async fn take(&self, window: &Window, name: &str) {
        for (size, width, height) in SIZES {
            window.resize(width, height).await;
            window.save_screenshot(&self.path(name, size)).await;
        }
        let (_, width, height) = SIZES[0];
        window.resize(width, height).await;
    }

    fn path(&self, name: &str, size: &str) -> PathBuf {
        let Self {
            directory,
            speech,
            look,
        } = self;
        directory.join(format!("{name}-{look}-{}-{size}.png", speech.tag))
    }
}
