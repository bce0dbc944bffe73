//! The description of the API (`/v1/openapi.json`): what utoipa makes of the routes, with what is the same for all of them
//! put in at one place, and what differs taken from the table of access.

use serde_json::{Value, json};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use crate::access::{self, Body, Callers, Limit, Probation, Routes, Row, StepUp};

/// What the routes are put into.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Latchkey",
        description = "Accounts, sessions and sync. Errors are RFC 9457 problems with a stable code.",
        license(name = "Not licensed to the public", identifier = "LicenseRef-None")
    ),
    servers((url = "/", description = "The server that gives this description")),
    components(schemas(
        latchkey_protocol::identifiers::PasskeyId,
        latchkey_protocol::problem::Problem
    )),
    modifiers(&SessionScheme)
)]
struct Start;

struct SessionScheme;

impl utoipa::Modify for SessionScheme {
    fn modify(&self, description: &mut OpenApi) {
        use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        description
            .components
            .get_or_insert_default()
            .add_security_scheme("session", SecurityScheme::Http(scheme));
    }
}

/// The description with what holds for every operation: a name of its own, what its row says of who may ask and of the errors
/// that it may answer with, and the ranges of numbers.
pub(super) fn of(routes: &Routes) -> Value {
    let described = routes.describe_in(Start::openapi());
    let mut description = serde_json::to_value(described).unwrap_or_default();
    bound_numbers(&mut description);
    close_variants(&mut description);
    let paths = description["paths"].as_object_mut();
    for (path, methods) in paths.into_iter().flatten() {
        let operations = methods.as_object_mut();
        for (method, operation) in operations.into_iter().flatten() {
            // One without a row keeps the server from starting.
            if let Some(row) = access::row(method, path) {
                complete(operation, row);
            }
        }
    }
    description
}

/// The variants of an enum have no members but those described: bodies are read strictly.
fn close_variants(description: &mut Value) {
    let schemas = description["components"]["schemas"].as_object_mut();
    for (_, schema) in schemas.into_iter().flatten() {
        let variants = schema.get_mut("oneOf").and_then(Value::as_array_mut);
        for variant in variants.into_iter().flatten() {
            if variant["type"] == "object" {
                variant["additionalProperties"] = json!(false);
            }
        }
    }
}

fn complete(operation: &mut Value, row: &Row) {
    let text = |value: &Value| value.as_str().unwrap_or_default().replace(' ', "_");
    let name = format!(
        "{}_{}",
        text(&operation["tags"][0]),
        text(&operation["operationId"])
    );
    operation["operationId"] = json!(name);
    operation["security"] = match row.callers {
        Callers::Anybody => json!([]),
        Callers::Session | Callers::Administrator => json!([{ "session": [] }]),
    };
    if row.once.is_some() {
        let key = json!({
            "name": "Idempotency-Key", "in": "header", "required": false, "description": "A UUID",
            "schema": { "type": "string", "format": "uuid" }
        });
        match operation["parameters"].as_array_mut() {
            Some(parameters) => parameters.push(key),
            None => operation["parameters"] = json!([key]),
        }
    }
    let takes_parameters = operation["parameters"].is_array();
    for (status, meaning) in errors(row, takes_parameters) {
        operation["responses"][status] = json!({
            "description": meaning,
            "content": {
                "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } }
            }
        });
    }
}

/// The errors that a row may answer with, and what each means.
fn errors(row: &Row, takes_parameters: bool) -> impl Iterator<Item = (&'static str, &'static str)> {
    let anybody = row.callers == Callers::Anybody;
    let takes_a_body = row.body != Body::None;
    [
        ("400", Some("Not as it is described here")),
        (
            "401",
            match row.callers {
                Callers::Anybody => row
                    .proof
                    .then_some("Name or password is wrong, or the device's proof; or a code is needed beside them"),
                Callers::Session | Callers::Administrator => Some("No session, or one that is over"),
            },
        ),
        (
            "403",
            match (row.callers, row.step_up, row.probation) {
                (Callers::Administrator, _, _) => Some("For administrators, within a step-up"),
                (_, StepUp::Recent, _) => Some("Step-up is needed, or nobody has answered for this device"),
                (_, _, Probation::Harmless) => None,
                _ => (!anybody).then_some("Nobody has answered for this device"),
            },
        ),
        (
            "404",
            (row.path.contains('{') || row.names).then_some("Nothing that the caller may know of"),
        ),
        ("409", row.conflict),
        (
            "410",
            row.link
                .then_some("The link was used, replaced or is too old"),
        ),
        ("413", takes_a_body.then_some("The body is over the limit")),
        (
            "415",
            takes_a_body.then_some("The body is not application/json"),
        ),
        (
            "422",
            (takes_a_body || takes_parameters).then_some(
                "Fields break a rule, or the idempotency key was used for another request",
            ),
        ),
        (
            "429",
            Some(match row.limit {
                Limit::None | Limit::Tries | Limit::Mails => "Too many tries",
                Limit::Changes | Limit::SecurityChanges | Limit::Edits => {
                    "A quota is used up, or too many tries"
                }
            }),
        ),
        ("500", Some("A fault of the server")),
        ("503", Some("Too much to do, or the database is away")),
    ]
    .into_iter()
    .filter_map(|(status, meaning)| Some((status, meaning?)))
}

/// Says what numbers there may be: utoipa calls an unsigned number of 32 bits an `int32`, and leaves out where it ends.
fn bound_numbers(schema: &mut Value) {
    match schema {
        Value::Array(parts) => parts.iter_mut().for_each(bound_numbers),
        Value::Object(members) => {
            let is_integer = match members.get("type") {
                Some(Value::Array(kinds)) => kinds.contains(&json!("integer")),
                Some(kind) => kind == "integer",
                None => false,
            };
            if is_integer {
                let is_long = members.get("format") == Some(&json!("int64"));
                let is_unsigned = members.contains_key("minimum");
                let (least, most) = match (is_long, is_unsigned) {
                    (true, _) => (i64::MIN, i64::MAX),
                    (false, true) => (0, i64::from(u32::MAX)),
                    (false, false) => (i64::from(i32::MIN), i64::from(i32::MAX)),
                };
                if !is_long && is_unsigned {
                    members.insert("format".to_owned(), json!("int64"));
                }
                members.entry("minimum").or_insert(json!(least));
                members.entry("maximum").or_insert(json!(most));
            }
            members.values_mut().for_each(bound_numbers);
        }
        _ => {}
    }
}
