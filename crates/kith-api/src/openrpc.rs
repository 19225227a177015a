//! The method list as an OpenRPC document and as Markdown.

use std::fmt::Write as _;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use crate::{
    command::{METHODS, Place},
    event::Event,
};

/// The OpenRPC 1.3 document that describes every method.
#[must_use]
pub fn openrpc() -> Value {
    let mut generator =
        SchemaSettings::draft07().with(|s| s.definitions_path = "/components/schemas".into()).into_generator();
    let methods: Vec<Value> = METHODS
        .iter()
        .map(|method| {
            json!({
                "name": method.name,
                "description": method.doc.trim(),
                "paramStructure": "by-name",
                "params": [{ "name": "params", "schema": method.params_schema(&mut generator) }],
                "result": { "name": "result", "schema": method.reply_schema(&mut generator) },
                "x-scope": method.scope,
            })
        })
        .collect();
    let event = generator.subschema_for::<Event>();
    let schemas = generator.take_definitions(true);
    json!({
        "openrpc": "1.3.2",
        "info": { "title": "Kith node", "version": env!("CARGO_PKG_VERSION") },
        "methods": methods,
        "x-event": event,
        "components": { "schemas": schemas },
    })
}

/// The method list as the Markdown of `docs/API.md`.
#[must_use]
pub fn markdown() -> String {
    let document = openrpc();
    let schemas = document.pointer("/components/schemas").cloned().unwrap_or_default();
    let mut out = String::new();
    for (info, method) in METHODS.iter().zip(document["methods"].as_array().into_iter().flatten()) {
        let scope = method["x-scope"].as_str().unwrap_or_default();
        let place = match info.place {
            Place::Core => "",
            Place::Query => ", read-only connection",
            Place::Node => ", answered by the node",
        };
        let _infallible = writeln!(out, "### `{}`\n\n{} (scope `{scope}`{place})\n", info.name, info.doc.trim());
        fields(&mut out, "Takes", &resolve(&schemas, &method["params"][0]["schema"]));
        fields(&mut out, "Answers", &resolve(&schemas, &method["result"]["schema"]));
    }
    out.push_str("## Events\n\nEach carries `seq` and `kind`.\n\n");
    let event = resolve(&schemas, &document["x-event"]);
    for variant in event["oneOf"].as_array().into_iter().flatten() {
        let kind = variant.pointer("/properties/kind/const").and_then(Value::as_str).unwrap_or_default();
        let doc = variant["description"].as_str().unwrap_or_default();
        let _infallible = writeln!(out, "### `{kind}`\n\n{doc}\n");
        fields(&mut out, "Carries", variant);
    }
    out.push_str("## Shapes\n\n");
    for (name, schema) in schemas.as_object().into_iter().flatten() {
        if name.ends_with("Params") || name.ends_with("Reply") || name == "Event" {
            continue;
        }
        let _infallible = writeln!(out, "### {name}\n\n{}\n", schema["description"].as_str().unwrap_or_default());
        if schema["properties"].is_object() {
            fields(&mut out, "Fields", schema);
        }
        for variant in schema["oneOf"].as_array().into_iter().flatten() {
            let word = variant["const"].as_str().unwrap_or_default();
            let _infallible = writeln!(out, "- `{word}`: {}", variant["description"].as_str().unwrap_or_default());
        }
        out.push('\n');
    }
    out
}

fn resolve(schemas: &Value, schema: &Value) -> Value {
    let target = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next());
    target.map_or_else(|| schema.clone(), |name| schemas[name].clone())
}

fn fields(out: &mut String, title: &str, schema: &Value) {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object().cloned().unwrap_or_default();
    let shown: Vec<_> = properties
        .iter()
        .filter(|(name, _)| *name != "kind" || schema["type"] != "object" || properties["kind"]["const"].is_null())
        .collect();
    if shown.is_empty() {
        let _infallible = writeln!(out, "{title}: nothing.\n");
        return;
    }
    let _infallible = writeln!(out, "{title}:\n");
    for (name, property) in shown {
        let optional = if required.contains(&name.as_str()) { "" } else { "?" };
        let doc = property["description"].as_str().unwrap_or_default();
        let _infallible = writeln!(out, "- `{name}{optional}` {}: {doc}", type_name(property));
    }
    out.push('\n');
}

fn type_name(property: &Value) -> String {
    if let Some(target) = property["$ref"].as_str() {
        return target.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if let Some(inner) = property["allOf"][0]["$ref"].as_str().or_else(|| property["anyOf"][0]["$ref"].as_str()) {
        return inner.rsplit('/').next().unwrap_or_default().to_owned();
    }
    if property["type"] == "array" {
        return format!("[{}]", type_name(&property["items"]));
    }
    match &property["type"] {
        Value::String(name) => name.clone(),
        Value::Array(names) => names.first().and_then(Value::as_str).unwrap_or("any").to_owned(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => "any".to_owned(),
    }
}
