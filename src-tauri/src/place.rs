//! Where the window stands and how large it is, kept over restarts beside the rest of the data.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use latchkey_client::folder::close;
use serde::{Deserialize, Serialize};
use tauri::{
    AppHandle, LogicalSize, Monitor, PhysicalPosition, Window, WindowEvent, Wry,
    webview::WebviewWindowBuilder,
};

use crate::window::LABEL;

/// What a title bar takes of a screen's height at most, in logical pixels, while nothing better is known.
const TITLE_BAR: f64 = 48.0;

/// The window's place while it is not maximised.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    /// Left and top of its frame in physical pixels; `None` where the system says nothing of it, as Wayland does.
    position: Option<(i32, i32)>,
    /// Width and height of its content in logical pixels.
    size: (f64, f64),
    /// What its frame adds to the height, in logical pixels.
    title_bar: f64,
    maximized: bool,
}

/// The part of a screen that windows may cover.
#[derive(Clone, Copy, Debug)]
struct Screen {
    /// Left and top in physical pixels.
    position: (i32, i32),
    /// Width and height in logical pixels.
    size: (f64, f64),
    /// Physical pixels for each logical one.
    scale: f64,
}

/// Remembers the window's place.
pub struct Places {
    /// `None` where the folder is somebody else's: a link in it could lead anywhere.
    file: Option<PathBuf>,
    place: Mutex<Option<Place>>,
}

impl Places {
    /// What was remembered in this data folder.
    pub fn load(folder: &Path) -> Self {
        let file = close(folder).ok().map(|()| folder.join("window.json"));
        let place = file.as_ref().and_then(|file| fs::read(file).ok());
        // What another version left, or only half a file, is a first start.
        let place = place.and_then(|place| serde_json::from_slice(&place).ok());
        Self {
            file,
            place: Mutex::new(place),
        }
    }

    /// Has the window open where it was, or in the middle; in either case on a screen, and no larger than that.
    pub fn restore<'app>(
        &self,
        app: &AppHandle,
        builder: WebviewWindowBuilder<'app, Wry, AppHandle>,
        usual: (f64, f64),
    ) -> WebviewWindowBuilder<'app, Wry, AppHandle> {
        let screens = app.available_monitors().unwrap_or_default();
        let mut screens: Vec<Screen> = screens.iter().map(Screen::of).collect();
        if let Ok(Some(primary)) = app.primary_monitor() {
            screens.insert(0, Screen::of(&primary));
        }
        let kept = *self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.unwrap_or(Place {
            position: None,
            size: usual,
            title_bar: TITLE_BAR,
            maximized: false,
        });
        let Some((screen, place)) = fit(place, &screens) else {
            return builder;
        };
        let builder = builder
            .inner_size(place.size.0, place.size.1)
            .maximized(place.maximized);
        match place.position {
            Some((x, y)) => {
                let position = PhysicalPosition::new(x, y).to_logical::<f64>(screen.scale);
                builder.position(position.x, position.y)
            }
            None => builder.center(),
        }
    }

    /// Takes note of where `window` is now.
    pub fn note(&self, window: &Window, event: &WindowEvent) {
        if window.label() != LABEL
            || !matches!(
                event,
                WindowEvent::Resized(_)
                    | WindowEvent::Moved(_)
                    | WindowEvent::CloseRequested { .. }
            )
        {
            return;
        }
        let Ok(maximized) = window.is_maximized() else {
            return;
        };
        let mut kept = self.place.lock().unwrap_or_else(PoisonError::into_inner);
        // Hidden or minimised it has no place, and maximised another one than it is to come back to.
        let shown = window.is_visible().unwrap_or(true) && !window.is_minimized().unwrap_or(false);
        let now = size(window).map(|size| Place {
            position: position(window),
            size,
            title_bar: title_bar(window).unwrap_or(TITLE_BAR),
            maximized,
        });
        match (now, kept.as_mut()) {
            (_, Some(kept)) if maximized => kept.maximized = true,
            (Some(now), _) if shown => *kept = Some(now),
            _ => {}
        }
    }

    /// Writes it down.
    pub fn save(&self) {
        let kept = *self.place.lock().unwrap_or_else(PoisonError::into_inner);
        let (Some(place), Some(file)) = (kept, &self.file) else {
            return;
        };
        let written = serde_json::to_vec(&place)
            .map_err(std::io::Error::from)
            .and_then(|place| fs::write(file, place));
        if let Err(error) = written {
            tracing::info!(%error, "the window's place could not be kept");
        }
    }
}

/// Width and height of the content in logical pixels.
fn size(window: &Window) -> Option<(f64, f64)> {
    // As GTK has it: where the window draws its own frame, as on Wayland, what tao has includes that and its shadow, and the
    // next start would add them once more.
    #[cfg(target_os = "linux")]
    let size = {
        use gtk::prelude::GtkWindowExt as _;
        let size = window.gtk_window().ok().map(|window| window.size());
        size.map(|(width, height)| (f64::from(width), f64::from(height)))
    };
    #[cfg(not(target_os = "linux"))]
    let size = window.inner_size().ok().and_then(|size| {
        let size: LogicalSize<f64> = size.to_logical(window.scale_factor().ok()?);
        Some((size.width, size.height))
    });
    size.filter(|(width, height)| *width > 0.0 && *height > 0.0)
}

/// What the frame adds to the height, in logical pixels.
fn title_bar(window: &Window) -> Option<f64> {
    let (outer, inner) = (window.outer_size().ok()?, window.inner_size().ok()?);
    let height = f64::from(outer.height.checked_sub(inner.height)?) / window.scale_factor().ok()?;
    (height < TITLE_BAR).then_some(height)
}

/// Left and top of the frame in physical pixels.
fn position(window: &Window) -> Option<(i32, i32)> {
    #[cfg(target_os = "linux")]
    {
        use gtk::prelude::{DisplayExtManual as _, WidgetExt as _};
        if window.gtk_window().ok()?.display().backend().is_wayland() {
            return None;
        }
    }
    window.outer_position().ok().map(Into::into)
}

impl Screen {
    fn of(monitor: &Monitor) -> Self {
        let area = monitor.work_area();
        let scale = monitor.scale_factor();
        let size: LogicalSize<f64> = area.size.to_logical(scale);
        Self {
            position: area.position.into(),
            size: size.into(),
            scale,
        }
    }

    /// The place moved and shrunk onto this screen, its title bar included.
    fn hold(&self, place: Place) -> Place {
        let room = (self.size.0, self.size.1 - place.title_bar);
        let size = (place.size.0.min(room.0), place.size.1.min(room.1));
        #[expect(clippy::cast_possible_truncation, reason = "pixels of a screen")]
        let within = |at: i32, from: i32, room: f64, size: f64| {
            at.clamp(from, from + ((room - size) * self.scale) as i32)
        };
        Place {
            position: place.position.map(|(x, y)| {
                (
                    within(x, self.position.0, room.0, size.0),
                    within(y, self.position.1, room.1, size.1),
                )
            }),
            size,
            ..place
        }
    }

    /// How much of the place is on this screen, in square logical pixels.
    fn shows(&self, place: &Place) -> f64 {
        let Some((x, y)) = place.position else {
            return 0.0;
        };
        let shared = |at: i32, size: f64, from: i32, room: f64| {
            let at = f64::from(at - from) / self.scale;
            ((at + size).min(room) - at.max(0.0)).max(0.0)
        };
        shared(x, place.size.0, self.position.0, self.size.0)
            * shared(y, place.size.1, self.position.1, self.size.1)
    }
}

/// The screen that shows most of `place`, and the place on it. One that is on none goes to the middle of the first.
fn fit(place: Place, screens: &[Screen]) -> Option<(Screen, Place)> {
    let most = screens
        .iter()
        .filter(|screen| screen.shows(&place) > 0.0)
        .max_by(|one, other| one.shows(&place).total_cmp(&other.shows(&place)));
    if let Some(screen) = most {
        return Some((*screen, screen.hold(place)));
    }
    let place = Place {
        position: None,
        ..place
    };
    screens.first().map(|screen| (*screen, screen.hold(place)))
}

#[cfg(test)]
mod tests {
    use super::{Place, Screen, fit};

    const SMALL: Screen = Screen {
        position: (0, 0),
        size: (1280.0, 720.0),
        scale: 1.0,
    };
    /// To the right of it, with a panel at its top.
    const SHARP: Screen = Screen {
        position: (1280, 60),
        size: (1920.0, 1050.0),
        scale: 2.0,
    };

    fn fitted(position: Option<(i32, i32)>, size: (f64, f64)) -> (Option<(i32, i32)>, (f64, f64)) {
        let place = Place {
            position,
            size,
            title_bar: 48.0,
            maximized: false,
        };
        let (_, place) = fit(place, &[SMALL, SHARP]).expect("a screen");
        (place.position, place.size)
    }

    #[test]
    fn a_window_is_on_a_screen_and_no_larger_than_that() {
        let usual = (1040.0, 720.0);
        for (position, size, there, as_large) in [
            // The first start: in the middle, and its title bar has room.
            (None, usual, None, (1040.0, 672.0)),
            (
                Some((100, 0)),
                (800.0, 600.0),
                Some((100, 0)),
                (800.0, 600.0),
            ),
            // Over an edge.
            (
                Some((-300, -50)),
                (800.0, 600.0),
                Some((0, 0)),
                (800.0, 600.0),
            ),
            (
                Some((500, 400)),
                (700.0, 600.0),
                Some((500, 72)),
                (700.0, 600.0),
            ),
            // On the sharp screen, for the most part.
            (
                Some((1200, 0)),
                (800.0, 600.0),
                Some((1280, 60)),
                (800.0, 600.0),
            ),
            (
                Some((4900, 1800)),
                (900.0, 700.0),
                Some((3320, 664)),
                (900.0, 700.0),
            ),
            // On a screen that is gone.
            (Some((-2000, 100)), usual, None, (1040.0, 672.0)),
            (Some((100, 9000)), (9000.0, 9000.0), None, (1280.0, 672.0)),
        ] {
            assert_eq!(
                fitted(position, size),
                (there, as_large),
                "{position:?} {size:?}"
            );
        }
    }

    #[test]
    fn without_a_screen_nothing_is_said() {
        let place = Place {
            position: Some((0, 0)),
            size: (1.0, 1.0),
            title_bar: 0.0,
            maximized: true,
        };
        assert!(fit(place, &[]).is_none());
    }
}
