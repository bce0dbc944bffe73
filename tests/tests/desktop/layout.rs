//! What is where: what is said lies over nothing, a form fits its window, and paper holds what is kept on it.

use latchkey_tests::desktop::{Desk, Held, Key, Window};
use latchkey_tests::server::eventually;
use serde_json::json;

use crate::acts::{begin_on_this_computer, go, sign_out};
use crate::security::turn_on;

/// What lies where something is said, other than that; and what has the focus, where that is not all in view.
const COVERED: &str = "
    const said = [...document.querySelectorAll('.announcer p')].find((each) => each.checkVisibility());
    if (!said) return ['nothing is said'];
    const { left, top, width, height } = said.getBoundingClientRect();
    const wrong = new Set();
    for (const x of [0.02, 0.25, 0.5, 0.75, 0.98])
        for (const y of [0.1, 0.5, 0.9])
            for (const element of document.elementsFromPoint(left + x * width, top + y * height))
                if (!element.contains(said)) wrong.add(`covered: ${element.outerHTML.slice(0, 80)}`);
    if (top < 0 || top + height > innerHeight) wrong.add('said out of the window');
    const focused = document.activeElement;
    const at = focused.getBoundingClientRect();
    const there = document.elementFromPoint(at.left + at.width / 2, at.top + at.height / 2);
    if (!focused.contains(there)) wrong.add(`out of view: ${focused.outerHTML.slice(0, 80)}`);
    return [...wrong];";

/// Has something said with `button` in windows of every size, and text of usual size and larger: nothing is covered by
/// it.
async fn covers_nothing(window: &Window, button: &str) {
    let say = async |what: &str| {
        window.press(button).await;
        // The row is laid out with the sentence.
        eventually(what, async || {
            let wrong = window.evaluate(COVERED).await.ok()?;
            (wrong != json!(["nothing is said"])).then_some(())
        })
        .await;
        assert_eq!(
            window.evaluate(COVERED).await,
            Ok(json!([])),
            "{button}, {what}"
        );
    };
    for (width, height) in [(1040, 720), (720, 540)] {
        window.resize(width, height).await;
        say(&format!("{width} × {height}")).await;
    }
    for percent in [110, 125, 150] {
        window.chord(Held::Control, '+').await;
        see_width(window, 72_000 / percent).await;
    }
    say("text of 150 %").await;
    window.chord(Held::Control, '0').await;
    see_width(window, 720).await;
    window.resize(1040, 720).await;
}

async fn see_width(window: &Window, width: i64) {
    eventually("the text has its size", async || {
        let there = window.evaluate("return innerWidth").await.ok()?.as_i64()?;
        (there - width).abs().le(&2).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_covers_nothing() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    window.press("Use this computer…").await;
    window.find("heading", "Create an account").await;
    covers_nothing(&window, "Generate a password").await;
    covers_nothing(&window, "Copy").await;
    window.press("Back").await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;

    go(&window, "Password").await;
    covers_nothing(&window, "Generate a password").await;
    turn_on(&window).await;
    covers_nothing(&window, "Copy").await;
    window.press("I have saved them").await;
    // A dialog says it within itself.
    go(&window, "Users").await;
    // Open at once: the proof for two-step sign-in counts still.
    window.press_in_row("anna", "Edit").await;
    window.press("Change password").await;
    covers_nothing(&window, "Generate a password").await;
    covers_nothing(&window, "Copy").await;
    window.key(Key::Escape).await;

    window.resize(720, 540).await;
    sign_out(&window).await;
    let wrong = window.evaluate(COVERED).await;
    assert_eq!(wrong, Ok(json!([])), "signed out");
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_up_fits_its_window() {
    for (tag, use_this_computer, title) in [
        ("en_GB.UTF-8", "Use this computer…", "Create an account"),
        ("de_DE.UTF-8", "Diesen Computer benutzen…", "Konto anlegen"),
    ] {
        let mut desk = Desk::new().await;
        for name in ["LANG", "LC_ALL"] {
            desk.set(name, tag);
        }
        let window = desk.open("anna", &[]).await;
        window.press(use_this_computer).await;
        window.find("heading", title).await;
        for (width, height) in [(1040, 720), (720, 720)] {
            window.resize(width, height).await;
            let room = "const { scrollHeight, scrollWidth } = document.querySelector('.alone');
                        return [scrollWidth, scrollHeight]";
            assert_eq!(
                window.evaluate(room).await,
                Ok(json!([width, height])),
                "{tag}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn recovery_codes_are_printed_on_white_with_the_name_of_the_computer() {
    /// Lays the page out as on paper, and says how that looks.
    const ON_PAPER: &str = "
        for (const sheet of document.styleSheets)
            for (const rule of sheet.cssRules)
                if (rule instanceof CSSMediaRule && rule.media.mediaText === 'print') rule.media.mediaText = 'all';
        const style = (selector) => getComputedStyle(document.querySelector(selector));
        return [
            style('html').colorScheme,
            ...['html', 'body', 'main', '.printed'].map((selector) => style(selector).backgroundColor),
            ...['.side', '.announcer', '.unprinted'].map((selector) => style(selector).display),
        ];";
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    go(&window, "Settings").await;
    window.click("radio", "Dark").await;
    go(&window, "Password and sign-in").await;
    turn_on(&window).await;
    let of = window
        .evaluate("return document.querySelector('.printed').innerText")
        .await
        .expect("a page");
    let of = of.as_str().expect("a text");
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").expect("a name");
    let computer = host.trim().split('.').next().expect("a name");
    let said = format!("Account anna on the computer {computer}, created ");
    assert!(of.contains(&said), "{of}");
    let clear = "rgba(0, 0, 0, 0)";
    assert_eq!(
        window.evaluate(ON_PAPER).await,
        Ok(json!([
            "light", clear, clear, clear, clear, "none", "none", "none"
        ]))
    );
}

/// With as many places as there will ever be nothing of the sidebar is hidden at 720 pixels of height, and with more of them,
/// or less height, its foot stays in sight. Says how high the places are, how much of that is seen, and where the foot ends.
const SIDEBAR: &str = "
    const nav = document.querySelector('.side nav');
    const [group, list] = [nav.querySelector('.group'), nav.querySelector('.group + ul')];
    while (nav.querySelectorAll('.group').length < 4) nav.append(group.cloneNode(true), list.cloneNode(true));
    while (nav.querySelectorAll('a').length < 12) list.append(list.firstElementChild.cloneNode(true));
    const foot = document.querySelector('.side .foot').getBoundingClientRect();
    return [nav.scrollHeight <= nav.clientHeight, foot.bottom <= innerHeight && foot.top >= nav.getBoundingClientRect().bottom];";

#[tokio::test(flavor = "multi_thread")]
async fn the_foot_of_the_sidebar_stays_in_sight() {
    let desk = Desk::new().await;
    let window = desk.open("anna", &[]).await;
    begin_on_this_computer(&window, "anna", "Anna Kern").await;
    window.find("link", "Administration").await;
    window.resize(1040, 720).await;
    assert_eq!(window.evaluate(SIDEBAR).await, Ok(json!([true, true])));
    for (width, height) in [(1040, 540), (720, 540)] {
        window.resize(width, height).await;
        let sidebar = window.evaluate(SIDEBAR).await.expect("a sidebar");
        assert_eq!(sidebar[1], json!(true), "{width} × {height}");
    }
    // Administration has places of its own, and a way back at their head.
    window.resize(1040, 720).await;
    go(&window, "Users").await;
    assert!(!window.has("link", "Devices").await);
    window.expect_no_axe_violations("administration").await;
    go(&window, "Devices").await;
    assert!(!window.has("link", "Users").await);
}
