//! A page worked by keyboard alone.

use serde_json::{Value, json};

use super::page::is;
use super::{Held, Key, Page};

/// More stops than any screen has.
const STOPS: usize = 80;

/// Whether the focus is on something, whether a ring shows it, and whether it is in view. The ring of a choice that is
/// drawn as a box is around that box.
const STOP: &str = r"
const stop = document.activeElement;
if (stop === null || stop === document.body) return null;
const { outlineStyle, outlineWidth } = getComputedStyle(stop.closest('.pick label') ?? stop);
const { top, bottom, left, right } = stop.getBoundingClientRect();
return {
  ring: stop.matches(':focus-visible') && outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
  inView: bottom > 0 && right > 0 && top < innerHeight && left < innerWidth,
  html: stop.outerHTML.slice(0, 200),
};";

impl Page {
    /// Presses Tab until something with this role and name has the focus. Every stop on the way must have a name, a ring
    /// around it, and be in view.
    pub async fn step_to(&self, role: &str, name: &str) {
        self.step(None, role, name).await;
    }

    /// As [`Self::step_to`], backwards.
    pub async fn step_back_to(&self, role: &str, name: &str) {
        self.step(Some(Held::Shift), role, name).await;
    }

    async fn step(&self, held: Option<Held>, role: &str, name: &str) {
        let mut passed = Vec::new();
        for _ in 0..STOPS {
            match held {
                None => self.key(Key::Tab).await,
                Some(held) => self.chord(held, Key::Tab.code()).await,
            }
            // Between the last stop and the first, the page itself has the focus.
            let Some((found, label)) = self.stop().await else {
                continue;
            };
            if is(role, name, &found, &label) {
                return;
            }
            passed.push(format!("{found} “{label}”"));
        }
        panic!(
            "Tab never reaches {role} “{name}”, but: {}",
            passed.join(", ")
        );
    }

    /// Role and name of what has the focus, which must be plain to see; `None` when nothing has it.
    pub async fn stop(&self) -> Option<(String, String)> {
        let stop = self.evaluate(STOP).await.expect("a document");
        if stop.is_null() {
            return None;
        }
        let (role, name) = self.focused().await;
        assert!(!name.is_empty(), "a stop without a name: {stop}");
        assert_eq!(stop["ring"], Value::Bool(true), "no ring is shown: {stop}");
        assert_eq!(stop["inView"], Value::Bool(true), "out of view: {stop}");
        Some((role, name))
    }

    /// Waits until something with this role and name has the focus.
    pub async fn see_focus(&self, role: &str, name: &str) {
        let what = format!("the focus is on {role} “{name}”");
        self.until(&what, async |_| {
            let (found, label) = self.focused().await;
            is(role, name, &found, &label)
        })
        .await;
    }

    /// Presses a key while another is held.
    pub async fn chord(&self, held: Held, key: char) {
        self.driver()
            .press_with(held, key)
            .await
            .expect("keys can be pressed");
    }

    /// Steps to the field with this label and replaces what stands there.
    pub async fn write(&self, label: &str, text: &str) {
        self.step_to("textbox", label).await;
        self.rewrite(label, text).await;
    }

    /// Replaces what stands in the field with this label, which has the focus.
    pub async fn rewrite(&self, label: &str, text: &str) {
        self.see_focus("textbox", label).await;
        self.chord(Held::Control, 'a').await;
        self.type_text(text).await;
        let held = self
            .driver()
            .execute("return document.activeElement.value", json!([]))
            .await;
        assert_eq!(held, Ok(json!(text)), "what “{label}” holds after typing");
    }
}
