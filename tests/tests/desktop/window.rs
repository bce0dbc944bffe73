//! The window itself: on screens of several sizes, with window managers and without a graphics card, worked with
//! pointer and keyboard. Whether it shows something is seen in the screen's own pixels, for a page that is drawn
//! nowhere has all its elements.

use latchkey_tests::desktop::{Desk, Frame, Keyring, Manager, Picture, Started, Window, signal};
use latchkey_tests::server::{SmallDisk, eventually};
use serde_json::json;

use crate::acts::{begin_on_this_computer, go, see_overview};

/// Set to 0, it lets the web view draw with what passes for a graphics card.
const RENDERING: &str = "WEBKIT_SKIA_ENABLE_CPU_RENDERING";

/// A screen that has room for the window in its usual size.
const ROOMY: (u32, u32) = (1280, 800);

async fn desk(manager: Manager, size: (u32, u32)) -> Desk {
    Desk::on(manager, size, Keyring::Absent).await
}

fn is_on_screen(frame: Frame, (width, height): (u32, u32)) -> bool {
    // Above it is its title bar, and below it a handle.
    let (title_bar, handle) = (20, 5);
    let right = frame.x.checked_add_unsigned(frame.width);
    let bottom = frame.y.checked_add_unsigned(frame.height + handle);
    let within = |end: Option<i32>, all| end <= 0_i32.checked_add_unsigned(all);
    frame.x >= 0 && frame.y >= title_bar && within(right, width) && within(bottom, height)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_window_shows_and_fits_on_its_screen() {
    for size in [(1024, 768), (1280, 720), (1920, 1080)] {
        let mut desk = desk(Manager::Openbox, size).await;
        for rendering in ["", "0"] {
            if !rendering.is_empty() {
                desk.set(RENDERING, rendering);
            }
            let what = format!("{size:?}, rendering {rendering:?}");
            let app = desk.start(&format!("data{rendering}"), &[]);
            let frame = desk.see_drawn(&what).await;
            assert!(is_on_screen(frame, size), "{what}: {frame:?}");
            app.quit().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_back_as_it_was_left() {
    let mut desk = desk(Manager::Openbox, ROOMY).await;
    let mut app = desk.start("data", &[]);
    for (turn, (size, place)) in [
        ((720, 540), (0, 30)),
        ((721, 541), (333, 111)),
        ((1041, 720), (120, 40)),
        ((1040, 719), (7, 25)),
        ((999, 601), (200, 177)),
        ((1270, 543), (0, 200)),
        // Over an edge, and beyond all of them.
        ((800, 600), (-400, 100)),
        ((733, 540), (1100, 700)),
        ((1111, 611), (40, -300)),
        ((900, 700), (3000, 3000)),
    ]
    .into_iter()
    .enumerate()
    {
        let what = format!("{size:?} at {place:?}");
        desk.see_drawn(&what).await;
        desk.resize(size.0, size.1).await;
        desk.see_drawn(&what).await;
        let left = move_to(&desk, place).await;
        app.close(&desk).await;
        // Each start with the other way to draw.
        desk.set(RENDERING, if turn % 2 == 0 { "0" } else { "1" });
        app = desk.start("data", &[]);
        let frame = desk.see_drawn(&what).await;
        if is_on_screen(left, ROOMY) {
            assert_eq!(frame, left, "{what}");
        } else {
            assert!(
                is_on_screen(frame, ROOMY),
                "{what}: {left:?}, then {frame:?}"
            );
        }
    }
    app.quit().await;
}

/// Moves the window, and gives where it is then.
async fn move_to(desk: &Desk, (x, y): (i32, i32)) -> Frame {
    let window = desk.window_called("Latchkey").expect("a window");
    let before = desk.frame().expect("a window");
    desk.hand(&["windowmove", &window, &x.to_string(), &y.to_string()]);
    // A window manager may have its own mind about a place beyond the screen.
    eventually("the window has moved", async || {
        desk.frame()
            .filter(|frame| (frame.x, frame.y) != (before.x, before.y))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_maximised_and_dragged() {
    let desk = desk(Manager::Openbox, ROOMY).await;
    let app = desk.start("data", &[]);
    let usual = desk.see_drawn("usual").await;
    double_click_title(&desk, usual);
    see_frame(&desk, "it is maximised", |frame| frame.width > 1270).await;
    let maximised = desk.see_drawn("maximised").await;
    app.close(&desk).await;

    // The manager places and sizes a window in steps, which can all be seen.
    let app = desk.start("data", &[]);
    see_frame(&desk, "it is maximised again", |frame| *frame == maximised).await;
    desk.see_drawn("maximised again").await;
    double_click_title(&desk, maximised);
    see_frame(&desk, "it is as before", |frame| *frame == usual).await;
    desk.see_drawn("as before").await;

    // By its title bar, then by its lower right corner.
    let middle = (usual.x + 500, usual.y - 10);
    desk.drag(middle, (middle.0 + 60, middle.1 - 20)).await;
    let dragged = see_frame(&desk, "it is dragged", |frame| {
        (frame.x, frame.y) == (usual.x + 60, usual.y - 20)
    })
    .await;
    desk.see_drawn("dragged").await;
    let corner = (
        dragged.x.saturating_add_unsigned(dragged.width) - 10,
        dragged.y.saturating_add_unsigned(dragged.height) + 3,
    );
    desk.drag(corner, (corner.0 - 200, corner.1 - 100)).await;
    see_frame(&desk, "it is smaller", |frame| {
        frame.width < dragged.width - 150 && frame.height < dragged.height - 50
    })
    .await;
    desk.see_drawn("smaller").await;
    app.quit().await;
}

fn double_click_title(desk: &Desk, frame: Frame) {
    let (x, y) = ((frame.x + 300).to_string(), (frame.y - 10).to_string());
    desk.hand(&[
        "mousemove",
        &x,
        &y,
        "click",
        "--repeat",
        "2",
        "--delay",
        "60",
        "1",
    ]);
}

async fn see_frame(desk: &Desk, what: &str, is: impl Fn(&Frame) -> bool) -> Frame {
    eventually(what, async || desk.frame().filter(&is)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_that_tiles_may_give_it_any_size() {
    let mut desk = desk(Manager::I3, ROOMY).await;
    for rendering in ["1", "0"] {
        desk.set(RENDERING, rendering);
        let first = desk.start("first", &[]);
        let alone = desk.see_drawn("alone").await;
        assert!(alone.width > 1200, "{alone:?}");
        // Less than it wants.
        let second = desk.start("second", &[]);
        see_frame(&desk, "it has half", |frame| frame.width < 700).await;
        desk.see_drawn("beside another").await;
        second.quit().await;
        see_frame(&desk, "it has all", |frame| frame.width > 1200).await;
        desk.see_drawn("alone again").await;
        first.quit().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_wayland_it_keeps_its_size() {
    const ACCENT: [u8; 3] = [0x0b, 0x6b, 0x57];
    let desk = desk(Manager::Weston, ROOMY).await;
    let mut sizes = Vec::new();
    for _ in 0..3 {
        let window = desk.open("data", &[]).await;
        window.see("Where do you want to keep it?").await;
        eventually("the window shows something", async || {
            (desk.picture().count(ACCENT) > 300).then_some(())
        })
        .await;
        sizes.push(size(&window).await);
        window.quit().await;
    }
    assert_eq!(sizes, [(1040.0, 720.0); 3]);
}

/// Width and height of the page, which grow smaller as its text grows.
async fn size(window: &Window) -> (f64, f64) {
    let size = window
        .evaluate("return [innerWidth, innerHeight]")
        .await
        .expect("a page");
    let number = |at: usize| size[at].as_f64().expect("a number");
    (number(0), number(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_worked_with_wheel_and_keys() {
    let mut desk = Desk::on(Manager::Openbox, ROOMY, Keyring::Unlocked).await;
    // An input method that every GTK has: Ctrl + Shift + U begins a character by its number.
    desk.set("GTK_IM_MODULE", "gtk-im-context-simple");
    let window = desk.open("data", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    desk.resize(720, 540).await;
    go(&window, "Settings").await;
    let frame = desk.frame().expect("a window");
    let middle = (frame.x + 400, frame.y + 270);

    wheel_scrolls(&desk, &window, middle, "main").await;
    let rail = "const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.querySelector('.side nav');
        return scrollHeight <= clientHeight && scrollWidth <= clientWidth";
    assert_eq!(
        window.evaluate(rail).await,
        Ok(json!(true)),
        "the rail overflows"
    );

    // A list in a dialog.
    desk.press_keys("ctrl+k");
    window.see_focus("combobox", "Where to?").await;
    wheel_scrolls(&desk, &window, middle, "dialog").await;

    // What an input method is given is no choice from the list.
    desk.press_keys("ctrl+shift+u");
    desk.hand(&["type", "70"]);
    desk.press_keys("Return");
    let typed = "return document.querySelector('dialog input')?.value ?? ''";
    eventually("the character is there", async || {
        (window.evaluate(typed).await.ok()? == json!("p")).then_some(())
    })
    .await;
    window.see_focus("combobox", "Where to?").await;
    desk.press_keys("Escape");
    window.see_focus("heading", "Settings").await;

    lists_are_dark(&desk, &window).await;
    text_grows(&desk, &window, middle).await;

    // All of it is kept.
    window.quit().await;
    let window = desk.open("data", &[]).await;
    see_overview(&window, "anna").await;
    see_text(&desk, &window, 150.0).await;
    bars_stay_below(&desk, &window).await;
}

/// Turns the wheel at `place`, and waits until `selector` has been scrolled, there and back.
async fn wheel_scrolls(desk: &Desk, window: &Window, place: (i32, i32), selector: &str) {
    let top = format!("return document.querySelector('{selector}').scrollTop");
    for (button, is_there) in [(5, true), (4, false)] {
        for _ in 0..8 {
            desk.click_at(place, button);
        }
        eventually(&format!("{selector} is scrolled"), async || {
            let top = window.evaluate(&top).await.ok()?.as_f64()?;
            ((top > 20.0) == is_there).then_some(())
        })
        .await;
    }
}

/// Waits until the text has this size, in a window of 720 pixels.
async fn see_text(desk: &Desk, window: &Window, percent: f64) {
    eventually(&format!("text of {percent} %"), async || {
        let (width, _) = size(window).await;
        ((width - 720.0 * 100.0 / percent).abs() < 2.0).then_some(())
    })
    .await;
    desk.see_picture("its text is drawn", Picture::has_ink)
        .await;
}

async fn text_grows(desk: &Desk, window: &Window, middle: (i32, i32)) {
    let see = async |percent: f64| see_text(desk, window, percent).await;
    desk.press_keys("ctrl+plus");
    see(110.0).await;
    desk.press_keys("ctrl+minus");
    desk.press_keys("ctrl+minus");
    see(90.0).await;
    desk.press_keys("ctrl+0");
    see(100.0).await;
    desk.hand(&["keydown", "ctrl"]);
    desk.click_at(middle, 4);
    see(110.0).await;
    desk.click_at(middle, 5);
    desk.hand(&["keyup", "ctrl"]);
    see(100.0).await;
    window.choose("Text size", "150%").await;
    see(150.0).await;
}

/// The system draws what drops from a list: in the person's colours, not in its own.
async fn lists_are_dark(desk: &Desk, window: &Window) {
    window.click("radio", "Dark").await;
    let page = desk
        .see_picture("the page is dark", |page| page.light() < 0.1)
        .await;
    window.tab_to("Text size").await;
    desk.press_keys("space");
    let list = desk
        .see_picture("the list drops", |list| list.difference(&page) > 0.05)
        .await;
    assert!(list.light() < 0.1, "{}", list.light());
    desk.press_keys("Escape");
}

/// What is scrolled behind a dialog draws no bar over it.
async fn bars_stay_below(desk: &Desk, window: &Window) {
    let frame = desk.frame().expect("a window");
    let rail = (frame.x + 30, frame.y + 200);
    wheel_scrolls(desk, window, rail, ".side nav").await;
    desk.press_keys("ctrl+k");
    window.see_focus("combobox", "Where to?").await;
    // Beside the rail, whose own bar fades away when it likes.
    let beside = Frame {
        x: 120,
        y: 0,
        width: frame.width - 120,
        height: frame.height,
    };
    let rested = async || {
        let mut before = desk.see_picture("a dialog", Picture::has_ink).await;
        eventually("the page rests", async || {
            // Has the page draw what it has not yet.
            window.screenshot().await;
            let now = desk.see_picture("a dialog", Picture::has_ink).await;
            if now.difference(&before) == 0.0 {
                return Some(now);
            }
            before = now;
            None
        })
        .await
    };
    let change = async |script| window.evaluate(script).await.expect("a page");
    // It would blink meanwhile.
    change("document.activeElement.style.caretColor = 'transparent'").await;
    let drawn = rested().await;
    change("for (const bar of document.querySelectorAll('.side nav, main')) bar.style.overflow = 'hidden'").await;
    let over = drawn.part(beside).difference(&rested().await.part(beside));
    assert!(over == 0.0, "a bar lies over the dialog: {over}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_whose_process_ends_comes_back() {
    let desk = desk(Manager::Openbox, ROOMY).await;
    let app = desk.start("data", &[]);
    for turn in 1..=2 {
        let frame = desk.see_drawn("before").await;
        end_web_process(&app, turn).await;
        assert_eq!(desk.see_drawn("after").await, frame);
    }
    // Too often: the person is asked, and the log is offered.
    let title = "Latchkey’s window keeps failing";
    end_web_process(&app, 3).await;
    eventually("the person is asked", async || desk.window_called(title)).await;
    desk.press_keys("Escape");
    desk.see_drawn("tried once more").await;
    app.quit().await;
}

async fn end_web_process(app: &Started, times: usize) {
    signal(app.web_process().await, "KILL");
    eventually("the log says so", async || {
        let log = app.log();
        let said = log
            .matches("the process that draws the window has ended")
            .count();
        (said == times).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cant_be_used_is_named() {
    let desk = desk(Manager::Openbox, ROOMY).await;
    let small = SmallDisk::new();
    let used = small.path().join("used");
    for part in ["window", "logs", "accounts"] {
        std::fs::create_dir_all(used.join(part)).expect("a folder");
    }
    small.make_read_only();
    std::fs::write(desk.path("file"), "").expect("a file");
    std::fs::create_dir(desk.path("partly")).expect("a folder");
    for part in ["window", "logs"] {
        std::fs::write(desk.path("partly").join(part), "").expect("a file");
    }

    let new = small.path().join("new");
    let below = desk.path("file").join("below");
    for (folder, said) in [
        (used, "The folder is read-only"),
        (new, "The folder is read-only"),
        (desk.path("file"), "There is a file in its place"),
        (below, "There is a file in its place"),
        // What only the window and the log would have kept is no reason to keep anybody out.
        (desk.path("partly"), "Welcome to Latchkey"),
    ] {
        let folder = folder.to_str().expect("a name");
        let app = desk.start(folder, &[]);
        desk.see_drawn(folder).await;
        // Read as a person can take it elsewhere: such a window has no driver.
        let text = eventually("the page is copied", async || {
            desk.press_keys("ctrl+a");
            desk.press_keys("ctrl+c");
            desk.paste()
        })
        .await;
        assert!(text.contains(said), "{folder}: {text}");
        if said != "Welcome to Latchkey" {
            assert!(text.contains(folder), "{folder}: {text}");
        }
        app.quit().await;
    }
}
