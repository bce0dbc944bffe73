//! The routes of a server, from its own description, so that a suite meets routes that were added after it.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::Http;

/// One method of one path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path with its parameters in braces.
    pub template: String,
    /// A body that has the right shape, when the operation takes one. Its content need not be accepted.
    pub body: Option<Value>,
    /// The members of that body that may be left out.
    pub optional: Vec<String>,
}

impl Operation {
    /// `METHOD /path/{parameter}`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    /// The path with `parameter` in the place of every parameter.
    pub fn path(&self, parameter: &str) -> String {
        let mut path = String::new();
        let mut rest = self.template.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            path.push_str(before);
            path.push_str(parameter);
            rest = after.split_once('}').map_or("", |(_, after)| after);
        }
        path + rest
    }
}

/// Every operation that the server describes at `/v1/openapi.json`.
pub async fn operations(http: &Http) -> Vec<Operation> {
    let description: Value = http.get("/v1/openapi.json").await.expect(200).json();
    let paths = description["paths"].as_object().expect("paths");
    let mut operations = Vec::new();
    for (template, methods) in paths {
        for (method, operation) in methods.as_object().expect("methods") {
            let Ok(method) = Method::from_bytes(method.to_ascii_uppercase().as_bytes()) else {
                continue;
            };
            if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
                continue;
            }
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            operations.push(Operation {
                method,
                template: template.clone(),
                body: (!schema.is_null()).then(|| sample(&description, schema, 0)),
                optional: optional(&description, schema),
            });
        }
    }
    assert!(operations.len() >= 10, "too few operations: {operations:?}");
    operations
}

/// The members of an object that a schema does not require.
fn optional(description: &Value, schema: &Value) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return description
            .pointer(reference.trim_start_matches('#'))
            .map_or_else(Vec::new, |pointed| optional(description, pointed));
    }
    let required: Vec<&Value> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    schema["properties"]
        .as_object()
        .into_iter()
        .flat_map(Map::keys)
        .filter(|name| !required.iter().any(|required| *required == name.as_str()))
        .cloned()
        .collect()
}

/// A value of the shape that a schema (OpenAPI 3.1) asks for.
fn sample(description: &Value, schema: &Value, depth: usize) -> Value {
    assert!(depth < 32, "a schema that contains itself");
    if let Some(reference) = schema["$ref"].as_str() {
        let pointed = description
            .pointer(reference.trim_start_matches('#'))
            .unwrap_or_else(|| panic!("{reference} leads nowhere"));
        return sample(description, pointed, depth + 1);
    }
    if let Some(choice) = schema["enum"]
        .as_array()
        .and_then(|choices| choices.first())
    {
        return choice.clone();
    }
    for alternatives in ["oneOf", "anyOf"] {
        if let Some(first) = schema[alternatives]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            return sample(description, first, depth + 1);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut whole = Map::new();
        for part in parts {
            if let Value::Object(members) = sample(description, part, depth + 1) {
                whole.extend(members);
            }
        }
        return Value::Object(whole);
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds
            .iter()
            .find_map(|kind| kind.as_str().filter(|kind| *kind != "null")),
        kind => kind.as_str(),
    };
    match kind {
        Some("object") | None => {
            let mut object = Map::new();
            for (name, member) in schema["properties"].as_object().into_iter().flatten() {
                object.insert(name.clone(), sample(description, member, depth + 1));
            }
            if !schema["additionalProperties"].is_null()
                && schema["additionalProperties"].is_object()
            {
                object.insert(
                    "display_name".to_owned(),
                    sample(description, &schema["additionalProperties"], depth + 1),
                );
            }
            Value::Object(object)
        }
        Some("array") => json!([sample(description, &schema["items"], depth + 1)]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        Some(_) if schema["format"] == "uuid" => json!("0190f3a0-0000-7000-8000-000000000000"),
        Some(_) => json!("text"),
    }
}
