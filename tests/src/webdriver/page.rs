//! What a window or a browser shows, and what a person does there.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use super::{Driver, Element, Key};
use crate::server::PATIENCE;

/// Visible elements of a role that may have a name: what is behind an open dialog can't be reached by a person either.
/// Whether role and name are right is asked of the accessibility tree afterwards.
const CANDIDATES: &str = r"
const [role, name, within] = arguments;
const selectors = {
  button: 'button, summary, [role=button], input[type=submit]',
  link: 'a[href], [role=link]',
  heading: 'h1, h2, h3, h4, [role=heading]',
  textbox: 'input, textarea',
  combobox: 'select, [role=combobox], input[list]',
  checkbox: 'input[type=checkbox], [role=checkbox], [role=switch]',
  radio: 'input[type=radio], [role=radio]',
  dialog: 'dialog, [role=dialog], [role=alertdialog]',
  listitem: 'li, [role=listitem]',
};
const modal = [...document.querySelectorAll('dialog:modal')].pop();
const root = within ?? modal ?? document;
const text = (element) => {
  const parts = [element.textContent, element.getAttribute('aria-label'), element.title, element.value];
  for (const label of element.labels ?? []) parts.push(label.textContent);
  for (const id of (element.getAttribute('aria-labelledby') ?? '').split(' ')) {
    if (id) parts.push(document.getElementById(id)?.textContent);
  }
  return parts.filter(Boolean).join('\n').replace(/\s+/g, ' ');
};
return [...root.querySelectorAll(selectors[role])].filter((element) =>
  element.checkVisibility({ visibilityProperty: true }) && !element.closest('[inert]') && text(element).includes(name));
";

/// The colours to ask the app for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looks {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// What is shown, and the hands on it.
pub struct Page {
    driver: Driver,
    /// What went on behind it, told when something that was waited for does not come.
    background: Box<dyn Fn() -> String + Send + Sync>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Page").finish_non_exhaustive()
    }
}

impl Page {
    pub(crate) fn new(
        driver: Driver,
        background: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        Self {
            driver,
            background: Box::new(background),
        }
    }

    pub(crate) fn driver(&self) -> &Driver {
        &self.driver
    }

    /// All text that is shown.
    pub async fn text(&self) -> String {
        let text = self
            .driver
            .execute("return document.body?.innerText ?? ''", json!([]))
            .await;
        text.ok()
            .and_then(|text| text.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Waits until `part` is among the text that is shown.
    pub async fn see(&self, part: &str) {
        self.until(&format!("“{part}” is shown"), async |text| {
            text.contains(part)
        })
        .await;
    }

    /// Waits until `part` is not shown any more.
    pub async fn see_no_more(&self, part: &str) {
        self.until(
            &format!("“{part}” is not shown any more"),
            async |text| !text.contains(part),
        )
        .await;
    }

    /// Waits until the text shown meets a condition; fails with the text.
    pub async fn until(&self, what: &str, condition: impl AsyncFn(&str) -> bool) {
        let start = Instant::now();
        loop {
            let text = self.text().await;
            if condition(&text).await {
                return;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "never happened: {what}. What is shown:\n{text}\n{}",
                (self.background)()
            );
        }
    }

    /// Finds what has this role and name; waits for it. A name that ends in an ellipsis is the beginning of one.
    pub async fn find(&self, role: &str, name: &str) -> Element {
        self.find_within(None, role, name).await
    }

    /// As [`Self::find`], inside another element.
    pub async fn find_within(&self, within: Option<&Element>, role: &str, name: &str) -> Element {
        let start = Instant::now();
        loop {
            if let Some(element) = self.look_for(within, role, name).await {
                return element;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "there is no {role} “{name}”. What is shown:\n{}\n{}",
                self.text().await,
                (self.background)()
            );
        }
    }

    /// Whether there is something with this role and name now.
    pub async fn has(&self, role: &str, name: &str) -> bool {
        self.look_for(None, role, name).await.is_some()
    }

    async fn look_for(&self, within: Option<&Element>, role: &str, name: &str) -> Option<Element> {
        let arguments = json!([
            role,
            name.trim_end_matches('…'),
            within.map(Driver::reference)
        ]);
        for element in self
            .driver
            .elements(CANDIDATES, arguments)
            .await
            .unwrap_or_default()
        {
            // The page may have changed meanwhile; then it is asked again.
            let (found, label) = self.driver.role_and_name(&element).await.ok()?;
            if is(role, name, &found, &label) {
                return Some(element);
            }
        }
        None
    }

    /// The row or list item whose text holds `part`, like that of a device.
    pub async fn row(&self, part: &str) -> Element {
        let start = Instant::now();
        let script = "
            const rows = [...document.querySelectorAll('li, tr, [role=listitem], [role=row]')];
            return rows.filter((row) => row.checkVisibility() && row.innerText.includes(arguments[0])).slice(-1);";
        loop {
            let rows = self
                .driver
                .elements(script, json!([part]))
                .await
                .unwrap_or_default();
            if let Some(row) = rows.into_iter().next() {
                return row;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "there is no row with “{part}”:\n{}",
                self.text().await
            );
        }
    }

    /// Clicks something; found anew when the page changed in the same moment.
    pub async fn click(&self, role: &str, name: &str) {
        let start = Instant::now();
        loop {
            let element = self.find(role, name).await;
            match self.driver.click(&element).await {
                Ok(()) => return,
                Err(error) => {
                    assert!(
                        start.elapsed() < PATIENCE,
                        "{role} “{name}” can't be clicked: {error}"
                    );
                }
            }
        }
    }

    /// Presses the button with this name.
    pub async fn press(&self, name: &str) {
        self.click("button", name).await;
    }

    /// Presses the button with this name in the row that holds `part`, or in the row's menu.
    pub async fn press_in_row(&self, part: &str, name: &str) {
        let row = self.row(part).await;
        if self.look_for(Some(&row), "button", name).await.is_none()
            && let Some(menu) = self.look_for(Some(&row), "button", "More for…").await
        {
            self.driver
                .click(&menu)
                .await
                .expect("the row's menu opens");
        }
        let button = self.find_within(Some(&row), "button", name).await;
        self.driver
            .click(&button)
            .await
            .expect("the button can be clicked");
    }

    /// Replaces what stands in the field with this label.
    pub async fn fill(&self, label: &str, text: &str) {
        let field = self.find("textbox", label).await;
        self.driver
            .click(&field)
            .await
            .expect("the field can be clicked");
        self.driver
            .execute("arguments[0].select()", json!([Driver::reference(&field)]))
            .await
            .expect("a text field");
        self.type_text(text).await;
        let value = self.value(&field).await;
        assert_eq!(value, text, "what “{label}” holds after typing");
    }

    /// What stands in the field with this label.
    pub async fn field(&self, label: &str) -> String {
        let field = self.find("textbox", label).await;
        self.value(&field).await
    }

    async fn value(&self, field: &Element) -> String {
        let value = self
            .driver
            .execute(
                "return arguments[0].value",
                json!([Driver::reference(field)]),
            )
            .await;
        value
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    /// Waits until the field with this label holds `text`.
    pub async fn see_field(&self, label: &str, text: &str) {
        let start = Instant::now();
        loop {
            let held = self.field(label).await;
            if held == text {
                return;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "“{label}” holds “{held}”, not “{text}”.\n{}",
                (self.background)()
            );
        }
    }

    /// Chooses an entry of the list with this label.
    pub async fn choose(&self, label: &str, entry: &str) {
        let list = self.find("combobox", label).await;
        let script =
            "return [...arguments[0].options].filter((option) => option.label === arguments[1])";
        let options = self
            .driver
            .elements(script, json!([Driver::reference(&list), entry]))
            .await;
        let option = options.ok().and_then(|found| found.into_iter().next());
        let option = option.unwrap_or_else(|| panic!("“{label}” has no “{entry}”"));
        self.driver
            .click(&option)
            .await
            .expect("the entry can be chosen");
    }

    /// Types where the focus is.
    pub async fn type_text(&self, text: &str) {
        self.driver
            .type_keys(text.chars())
            .await
            .expect("keys can be pressed");
    }

    /// Presses a key.
    pub async fn key(&self, key: Key) {
        self.driver.press(key).await.expect("keys can be pressed");
    }

    /// Role and name of what has the focus.
    pub async fn focused(&self) -> (String, String) {
        let script = "return [document.activeElement ?? document.body]";
        let focused = self
            .driver
            .elements(script, json!([]))
            .await
            .expect("a document");
        self.driver
            .role_and_name(&focused[0])
            .await
            .unwrap_or_default()
    }

    /// Presses Tab until this has the focus, as somebody without a mouse does.
    pub async fn tab_to(&self, name: &str) {
        let mut passed = Vec::new();
        for _ in 0..60 {
            let (role, focused) = self.focused().await;
            if focused == name {
                return;
            }
            passed.push(format!("{role} “{focused}”"));
            self.key(Key::Tab).await;
        }
        panic!("Tab never reaches “{name}”, but: {}", passed.join(", "));
    }

    /// What the page's script answers, for what no person sees.
    pub async fn evaluate(&self, script: &str) -> Result<Value, String> {
        self.driver.execute(script, json!([])).await
    }

    /// A picture of what is shown, as PNG, once it has come to rest: drawing lags behind the page by some frames.
    pub async fn screenshot(&self) -> Vec<u8> {
        const FRAMES: &str = "
            let frames = 4;
            const done = arguments[arguments.length - 1];
            const next = () => (frames-- > 0 ? requestAnimationFrame(next) : done(null));
            next();";
        // A picture is taken when the next one is drawn, and where nothing changes none ever is: a spot changes between two
        // colours meanwhile that are drawn alike.
        const DRAW: &str = "
            const spot = document.body.appendChild(document.createElement('i'));
            Object.assign(spot.style, { position: 'fixed', inset: '0 auto auto 0', inlineSize: '1px', blockSize: '1px' });
            let turns = 0;
            const turn = () => {
              const light = 255 - (turns++ % 2);
              spot.style.background = `rgb(${light} ${light} ${light} / 0.004)`;
            };
            const turning = setInterval(turn, 40);
            window.stopDrawing = () => (clearInterval(turning), spot.remove());";
        self.evaluate(DRAW).await.expect("a document");
        let picture = self.rested(FRAMES).await;
        self.evaluate("window.stopDrawing()")
            .await
            .expect("a document");
        picture
    }

    async fn rested(&self, frames: &str) -> Vec<u8> {
        let start = Instant::now();
        let mut before = Vec::new();
        loop {
            self.driver
                .execute_async(frames, json!([]))
                .await
                .expect("the window draws");
            let picture = self
                .driver
                .screenshot()
                .await
                .expect("the window can be photographed");
            if picture == before {
                return picture;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "the picture never comes to rest"
            );
            before = picture;
        }
    }

    /// Saves a picture of what is shown.
    pub async fn save_screenshot(&self, path: &Path) {
        std::fs::write(path, self.screenshot().await).expect("the picture is saved");
    }
}

/// Whether something that the accessibility tree gives this role and name is what a test calls so.
pub(super) fn is(role: &str, name: &str, found: &str, label: &str) -> bool {
    // A password has no role in ARIA, nor has what opens a disclosure, and WebKit has words of its own for a list to choose
    // from.
    let right_role = found == role
        || (role == "textbox" && matches!(found, "" | "generic" | "none" | "searchbox"))
        || (role == "button" && found.is_empty())
        || (role == "combobox" && matches!(found, "button" | "listbox" | "menulist"));
    // What is cut by an ellipsis asks for a beginning.
    let right_name = match name.strip_suffix('…') {
        Some(beginning) => label.starts_with(beginning),
        None => label == name,
    };
    right_role && right_name
}
