//! axe on what is shown.

use std::fs;

use serde_json::{Value, json};

use super::Page;
use crate::workspace;

const RUN: &str = "
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ['violations'] }).then(
  ({ violations }) => done(violations.map(({ id, help, nodes }) =>
    `${id}: ${help}\\n` + nodes.map((node) => `    ${node.html}\\n      ${node.failureSummary}`).join('\\n'))),
  (error) => done([`axe itself failed: ${error}`]),
);";

impl Page {
    /// Fails when axe finds anything to say about what is shown.
    pub async fn expect_no_axe_violations(&self, screen: &str) {
        let file = workspace().join("ui/node_modules/axe-core/axe.min.js");
        let axe =
            fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let loaded = self
            .driver()
            .execute("return typeof axe === 'object'", json!([]))
            .await;
        if loaded != Ok(Value::Bool(true)) {
            // The page's own policy lets no script be added, so it comes in as the driver's own.
            let script =
                format!("{axe}\n;window.axe = window.axe ?? axe; return typeof window.axe;");
            let kind = self.driver().execute(&script, json!([])).await;
            assert_eq!(kind, Ok(json!("object")), "axe could not be loaded");
        }
        let violations = self
            .driver()
            .execute_async(RUN, json!([]))
            .await
            .expect("axe answers");
        let list: Vec<&str> = violations
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        assert!(list.is_empty(), "axe on {screen}:\n{}", list.join("\n"));
    }
}
