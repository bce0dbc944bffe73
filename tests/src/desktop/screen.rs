//! What surrounds a window: a screen with a window manager, its pixels, and a pointer and a keyboard that are no driver's.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::app;
use super::desk::Desk;
use crate::server::eventually;
use crate::webdriver::{Kept, children_of, is_running, line_of, mortal, signal};

/// What places windows on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manager {
    /// Nothing: they stand where they want.
    None,
    /// A manager with title bars and edges to drag.
    Openbox,
    /// One that fills the screen with them.
    I3,
    /// A Wayland compositor without pointer and keyboard.
    Weston,
}

/// A screen, ended with this value.
pub(super) struct Screen {
    // Ended in this order.
    _manager: Option<Kept>,
    _server: Kept,
    /// Where the server keeps its pixels; `None` where it has to be asked for them.
    pixels: Option<PathBuf>,
}

/// A part of the screen, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// Its width.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// Pixels as they are on the screen.
pub struct Picture {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

/// The app without a driver, as a person starts it.
pub struct Started {
    process: Kept,
    data: PathBuf,
}

impl Screen {
    /// Starts one, and adds to `environment` what programs need to find it.
    pub(super) async fn start(
        manager: Manager,
        (width, height): (u32, u32),
        folder: &Path,
        environment: &mut Vec<(String, String)>,
    ) -> Self {
        if manager == Manager::Weston {
            return Self::weston((width, height), folder, environment).await;
        }
        let pixels = folder.join("pixels");
        fs::create_dir(&pixels).expect("a folder for the pixels");
        let mut server = mortal("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp"])
            .args(["-screen", "0", &format!("{width}x{height}x24")])
            .arg("-fbdir")
            .arg(&pixels)
            // Else it starts anew when its last window closes, and refuses the next one meanwhile.
            .arg("-noreset")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let display = line_of(&mut server, |line| !line.is_empty()).expect("Xvfb ended at once");
        environment.push(("DISPLAY".to_owned(), format!(":{display}")));
        let manager = match manager {
            Manager::None | Manager::Weston => None,
            Manager::Openbox => Some(quiet(mortal("openbox").arg("--sm-disable"), environment)),
            Manager::I3 => {
                let config = folder.join("i3.conf");
                fs::write(&config, "font pango:monospace 8\n").expect("its settings are written");
                Some(quiet(mortal("i3").arg("-c").arg(config), environment))
            }
        };
        let (server, manager) = (Kept(server), manager.map(Kept));
        if manager.is_some() {
            eventually("the window manager is there", async || {
                let asked = Command::new("xprop")
                    .args([
                        "-display",
                        &format!(":{display}"),
                        "-root",
                        "_NET_SUPPORTING_WM_CHECK",
                    ])
                    .output()
                    .expect("xprop runs");
                String::from_utf8_lossy(&asked.stdout)
                    .contains("window id")
                    .then_some(())
            })
            .await;
        }
        Self {
            _manager: manager,
            _server: server,
            pixels: Some(pixels.join("Xvfb_screen0")),
        }
    }

    async fn weston(
        (width, height): (u32, u32),
        folder: &Path,
        environment: &mut Vec<(String, String)>,
    ) -> Self {
        const SOCKET: &str = "wayland-of-test";
        let server = quiet(
            mortal("weston")
                .args([
                    "--backend=headless-backend.so",
                    "--use-pixman",
                    "--idle-time=0",
                ])
                .args([format!("--width={width}"), format!("--height={height}")])
                .arg(format!("--socket={SOCKET}"))
                // Lets a program take a picture.
                .arg("--debug"),
            environment,
        );
        environment.push(("WAYLAND_DISPLAY".to_owned(), SOCKET.to_owned()));
        environment.push(("GDK_BACKEND".to_owned(), "wayland".to_owned()));
        let socket = folder.join("run").join(SOCKET);
        eventually("the compositor is there", async || {
            socket.exists().then_some(())
        })
        .await;
        Self {
            _manager: None,
            _server: Kept(server),
            pixels: None,
        }
    }
}

fn quiet(command: &mut Command, environment: &[(String, String)]) -> std::process::Child {
    command
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

impl Desk {
    /// Starts the app on the data folder `name` as a person does, without a driver.
    pub fn start(&self, name: &str, arguments: &[&str]) -> Started {
        let data = self.path(name);
        let process = self
            .command(app())
            .env_remove("TAURI_WEBVIEW_AUTOMATION")
            .arg("--data-dir")
            .arg(&data)
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the app starts");
        Started {
            process: Kept(process),
            data,
        }
    }

    /// The whole screen.
    pub fn picture(&self) -> Picture {
        match &self.screen.pixels {
            Some(file) => Picture::of_framebuffer(&fs::read(file).expect("the screen's pixels")),
            None => self.picture_of_compositor(),
        }
    }

    fn picture_of_compositor(&self) -> Picture {
        let folder = tempfile::tempdir_in(self.path("")).expect("a folder for a picture");
        let taken = self
            .command("weston-screenshooter")
            .current_dir(folder.path())
            .status()
            .expect("weston-screenshooter runs");
        assert!(taken.success(), "no picture was taken: {taken}");
        let file = fs::read_dir(folder.path())
            .expect("the folder of the picture")
            .flatten()
            .next()
            .expect("a picture");
        let file = fs::File::open(file.path()).expect("the picture");
        let mut reader = png::Decoder::new(std::io::BufReader::new(file))
            .read_info()
            .expect("a PNG");
        let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut bytes).expect("its pixels");
        let step = info.line_size / info.width as usize;
        Picture {
            width: info.width as usize,
            pixels: bytes
                .chunks_exact(step)
                .map(|pixel| [pixel[0], pixel[1], pixel[2]])
                .collect(),
        }
    }

    /// Runs `xdotool`: the pointer and the keyboard. What it prints.
    pub fn hand(&self, arguments: &[&str]) -> String {
        let output = self
            .command("xdotool")
            .args(arguments)
            .output()
            .expect("xdotool runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Presses keys, as `ctrl+plus`.
    pub fn press_keys(&self, keys: &str) {
        self.hand(&["key", "--clearmodifiers", keys]);
    }

    /// Clicks a button of the mouse at a place on the screen; 4 and 5 are its wheel.
    pub fn click_at(&self, (x, y): (i32, i32), button: u8) {
        let (x, y) = (x.to_string(), y.to_string());
        self.hand(&["mousemove", &x, &y, "click", &button.to_string()]);
    }

    /// Drags the app's window from one place on the screen to another, by its title bar or an edge.
    pub async fn drag(&self, from: (i32, i32), to: (i32, i32)) {
        let at = |(x, y): (i32, i32)| [x.to_string(), y.to_string()];
        let ([x, y], [to_x, to_y]) = (at(from), at(to));
        let before = self.frame();
        self.hand(&["mousemove", &x, &y, "mousedown", "1"]);
        // With a first movement of the pointer the manager begins, and it follows the next ones. What comes while it has more
        // to do is one movement to it.
        let half = (i32::midpoint(from.0, to.0), i32::midpoint(from.1, to.1));
        let mut step = 0;
        eventually("the window follows the pointer", async || {
            step = 1 - step;
            let [x, y] = at((half.0 + step, half.1));
            self.hand(&["mousemove", &x, &y]);
            (self.frame() != before).then_some(())
        })
        .await;
        self.hand(&["mousemove", &to_x, &to_y, "mouseup", "1"]);
    }

    /// The number that the X server has given the window with this title, if it is shown.
    pub fn window_called(&self, title: &str) -> Option<String> {
        let found = self.hand(&["search", "--onlyvisible", "--name", &format!("^{title}$")]);
        found.lines().next().map(str::to_owned)
    }

    /// Where the content of the app's window is.
    pub fn frame(&self) -> Option<Frame> {
        let window = self.window_called("Latchkey")?;
        let said = self
            .command("xwininfo")
            .args(["-id", &window])
            .output()
            .expect("xwininfo runs");
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let value = |name: &str| {
            let (_, rest) = said.split_once(name)?;
            rest.split_whitespace().next()?.parse::<i32>().ok()
        };
        Some(Frame {
            x: value("Absolute upper-left X:")?,
            y: value("Absolute upper-left Y:")?,
            width: value("Width:")?.try_into().ok()?,
            height: value("Height:")?.try_into().ok()?,
        })
    }

    /// Waits until the app's window shows something that lies in its middle, as its first screen does. Where it is.
    pub async fn see_drawn(&self, what: &str) -> Frame {
        eventually(&format!("{what}: the window shows something"), async || {
            let frame = self.frame()?;
            self.picture().part(frame).is_drawn().then_some(frame)
        })
        .await
    }

    /// What the app's window shows, once `is` is true of it.
    pub async fn see_picture(&self, what: &str, is: impl Fn(&Picture) -> bool) -> Picture {
        eventually(what, async || {
            Some(self.picture().part(self.frame()?)).filter(&is)
        })
        .await
    }

    /// Makes the content of the app's window so large, and waits until it is.
    pub async fn resize(&self, width: u32, height: u32) {
        let window = self.window_called("Latchkey").expect("a window");
        let (wide, high) = (width.to_string(), height.to_string());
        self.hand(&["windowsize", &window, &wide, &high]);
        eventually("the window has its size", async || {
            let frame = self.frame()?;
            ((frame.width, frame.height) == (width, height)).then_some(())
        })
        .await;
    }
}

impl Started {
    /// The app's process.
    pub fn process(&self) -> u32 {
        self.process.0.id()
    }

    /// The process that draws its pages.
    pub async fn web_process(&self) -> u32 {
        eventually("a process draws the pages", async || {
            children_of(self.process()).into_iter().find(|child| {
                let name = fs::read_to_string(format!("/proc/{child}/comm"));
                // Linux cuts names off.
                name.is_ok_and(|name| name.trim() == "WebKitWebProces")
            })
        })
        .await
    }

    /// All of the app's log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.data.join("logs/latchkey.log")).unwrap_or_default()
    }

    /// Asks the app to end, as signing out of the system does, and waits until it has.
    pub async fn quit(self) {
        signal(self.process(), "TERM");
        self.has_ended().await;
    }

    /// Closes its window by the window manager's key: what that said before of the window, the app has heard by then.
    pub async fn close(self, desk: &Desk) {
        let window = desk.window_called("Latchkey").expect("a window");
        desk.hand(&["windowactivate", "--sync", &window]);
        desk.press_keys("alt+F4");
        self.has_ended().await;
    }

    async fn has_ended(self) {
        let process = self.process();
        eventually("the app has ended", async || {
            (!is_running(process)).then_some(())
        })
        .await;
    }
}

impl Picture {
    /// Of the file that Xvfb maps its memory to, which is in the format of xwd: a header of big-endian numbers, a colour map,
    /// and pixels of four bytes, blue first.
    fn of_framebuffer(file: &[u8]) -> Self {
        let number = |at: usize| {
            let bytes = file[4 * at..][..4].try_into().expect("four bytes");
            u32::from_be_bytes(bytes) as usize
        };
        let (header, width, height, line, colours) =
            (number(0), number(4), number(5), number(12), number(19));
        let rows = &file[header + 12 * colours..];
        Self {
            width,
            pixels: rows
                .chunks_exact(line)
                .take(height)
                .flat_map(|row| row[..4 * width].chunks_exact(4))
                .map(|pixel| [pixel[2], pixel[1], pixel[0]])
                .collect(),
        }
    }

    /// What of it lies in `frame`.
    #[must_use]
    pub fn part(&self, frame: Frame) -> Self {
        let on_screen = |from: i32, size: u32, all: usize| {
            let within = |at: i32| usize::try_from(at).map_or(0, |at| at.min(all));
            within(from)..within(from.saturating_add_unsigned(size))
        };
        let columns = on_screen(frame.x, frame.width, self.width);
        let rows = on_screen(frame.y, frame.height, self.pixels.len() / self.width);
        Self {
            width: columns.len(),
            pixels: rows
                .flat_map(|row| &self.pixels[row * self.width..][columns.clone()])
                .copied()
                .collect(),
        }
    }

    /// How many pixels have this colour.
    pub fn count(&self, colour: [u8; 3]) -> usize {
        self.pixels.iter().filter(|pixel| **pixel == colour).count()
    }

    /// The share of its pixels that are as light as paper, from 0 to 1.
    pub fn light(&self) -> f64 {
        self.share(|_, pixel| pixel.iter().all(|part| *part > 180))
    }

    /// The share of its pixels that are others in `other`, from 0 to 1.
    pub fn difference(&self, other: &Self) -> f64 {
        self.share(|at, pixel| other.pixels.get(at) != Some(pixel))
    }

    #[expect(clippy::cast_precision_loss, reason = "far fewer pixels than that")]
    fn share(&self, counts: impl Fn(usize, &[u8; 3]) -> bool) -> f64 {
        let pixels = self.pixels.iter().enumerate();
        pixels.filter(|(at, pixel)| counts(*at, pixel)).count() as f64 / self.pixels.len() as f64
    }

    /// The colour that most of it has.
    fn ground(&self) -> [u8; 3] {
        let mut counts = HashMap::<[u8; 3], u32>::new();
        // Some of it will do, and takes less time.
        for pixel in self.pixels.iter().step_by(31) {
            *counts.entry(*pixel).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.expect("not a pixel").0
    }

    /// Whether something stands on the ground, with smooth edges: an empty window has one colour.
    pub fn has_ink(&self) -> bool {
        const MANY: usize = 32;
        let ground = self.ground();
        let mut colours = HashSet::new();
        let many = self.pixels.iter().any(|pixel| {
            colours.insert(pixel);
            colours.len() >= MANY
        });
        many && self.share(|_, pixel| *pixel != ground) > 0.005
    }

    /// Whether what stands there is in the middle: a window that was drawn for another size has it aside.
    pub fn is_drawn(&self) -> bool {
        const STANDS_OUT: u8 = 24;
        let ground = self.ground();
        let stands_out = |pixel: &[u8; 3]| {
            pixel
                .iter()
                .zip(ground)
                .any(|(one, other)| one.abs_diff(other) > STANDS_OUT)
        };
        let columns = || {
            self.pixels
                .iter()
                .enumerate()
                .filter(|(_, pixel)| stands_out(pixel))
                .map(|(at, _)| at % self.width)
        };
        let (Some(left), Some(right)) = (columns().min(), columns().max()) else {
            return false;
        };
        self.has_ink() && left.abs_diff(self.width - 1 - right) <= self.width / 10
    }
}
