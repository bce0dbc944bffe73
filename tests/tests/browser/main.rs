//! The server's pages in a real browser.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod contacts;
mod email_change;
mod passkeys;
mod recovery;
mod trust;

use latchkey_tests::browser::Browser;
use latchkey_tests::server::{ServerUnderTest, eventually};
use latchkey_tests::webdriver::Looks;

/// The newest link to the page `page`, `confirm-email` say, in the mails to `address`, other than those in `before`.
async fn link(server: &ServerUnderTest, address: &str, page: &str, before: &[String]) -> String {
    eventually(&format!("a link to {page} for {address}"), async || {
        server
            .outbox()
            .mails_to(address)
            .iter()
            .rev()
            .filter_map(|mail| mail.token_of(page))
            .map(|token| format!("{}{page}/{token}", server.url()))
            .find(|link| !before.contains(link))
    })
    .await
}

/// Looks at the page as different people see it: axe in light and dark, wide and narrow, where nothing may be wider than
/// the page. With `LATCHKEY_TEST_PICTURES` set to a folder, pictures of it are saved there.
async fn look_at(browser: &Browser, page: &str) {
    let pictures = std::env::var_os("LATCHKEY_TEST_PICTURES").map(std::path::PathBuf::from);
    for (size, width, height) in [("wide", 1040, 720), ("narrow", 360, 640)] {
        browser.resize(width, height).await;
        for (look, looks) in [("light", Looks::Light), ("dark", Looks::Dark)] {
            browser.prefer(looks).await;
            browser
                .expect_no_axe_violations(&format!("{page}, {size} and {look}"))
                .await;
            if let Some(folder) = &pictures {
                let file = folder.join(format!("{page}-{size}-{look}.png"));
                browser.save_screenshot(&file).await;
            }
        }
        let wider = browser
            .evaluate("return document.documentElement.scrollWidth > window.innerWidth")
            .await;
        assert_eq!(wider, Ok(false.into()), "{page} is wider than {width}");
    }
    browser.resize(1040, 720).await;
}

/// A browser in which no page may run a script.
async fn without_scripts(language: &str) -> Browser {
    let browser = Browser::open(language).await;
    browser.allow_scripts(false).await;
    browser
}
