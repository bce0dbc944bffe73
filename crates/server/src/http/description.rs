//! The description of the API (`/v1/openapi.json`): what utoipa makes of the routes, with what is the same for all of them
//! put in at one place.

use serde_json::{Map, Value, json};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

/// What the routes are put into.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Latchkey",
        description = "Accounts, sessions and sync. Errors are RFC 9457 problems with a stable code.",
        license(name = "Not licensed to the public", identifier = "LicenseRef-None")
    ),
    servers((url = "/", description = "The server that gives this description")),
    components(schemas(latchkey_protocol::identifiers::PasskeyId)),
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

/// A description without routes.
pub(super) fn start() -> OpenApi {
    Start::openapi()
}

/// The description with what holds for every operation: a name of its own, whether a session is needed, the errors that
/// any of its kind may answer with, and the ranges of numbers.
pub(super) fn complete(description: &OpenApi) -> Value {
    let mut description = serde_json::to_value(description).unwrap_or_default();
    bound_numbers(&mut description);
    let paths = description["paths"].as_object_mut();
    for methods in paths.into_iter().flat_map(Map::values_mut) {
        let operations = methods.as_object_mut();
        for operation in operations.into_iter().flat_map(Map::values_mut) {
            complete_operation(operation);
        }
    }
    description
}

fn complete_operation(operation: &mut Value) {
    let text = |value: &Value| value.as_str().unwrap_or_default().replace(' ', "_");
    let name = format!(
        "{}_{}",
        text(&operation["tags"][0]),
        text(&operation["operationId"])
    );
    operation["operationId"] = json!(name);
    if operation["security"].is_null() {
        operation["security"] = json!([]);
    }
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        if parameter["name"] == "Idempotency-Key" {
            parameter["schema"] = json!({ "type": "string", "format": "uuid" });
        }
    }
    let takes_a_body = operation["requestBody"].is_object();
    let needs_a_session = operation["security"] != json!([]);
    let takes_parameters = operation["parameters"].is_array();
    for (status, applies, meaning) in [
        ("400", true, "Not as it is described here"),
        ("401", needs_a_session, "No session, or one that is over"),
        ("413", takes_a_body, "The body is over the limit"),
        ("415", takes_a_body, "The body is not application/json"),
        (
            "422",
            takes_a_body || takes_parameters,
            "Fields break a rule, or the idempotency key was used for another request",
        ),
        ("429", true, "Too many tries"),
        ("500", true, "A fault of the server"),
        ("503", true, "Too much to do, or the database is away"),
    ] {
        if applies && operation["responses"][status].is_null() {
            operation["responses"][status] = json!({
                "description": meaning,
                "content": {
                    "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } }
                }
            });
        }
    }
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
