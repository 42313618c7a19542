//! Makes a program that shows a difference as small as it can be.
//!
//! A program is shrunk as the JSON that it is: lists lose elements, blocks give way to what is
//! in them, numbers and texts become nothing. So an operation that is added needs no line here.

use std::io;

use serde_json::{Value, json};

use crate::program::Program;
use crate::python::Python;
use crate::run::run;

/// How many variants Python gets at once.
const BATCH: usize = 16;

/// The smallest program found that still differs.
pub(crate) fn shrink(program: &Program, python: &mut Python) -> io::Result<Program> {
    let mut smallest = program.clone();
    while let Some(smaller) = first_that_differs(&smallest, python)? {
        smallest = smaller;
    }
    Ok(smallest)
}

/// The first variant, from the boldest on, that still differs.
fn first_that_differs(program: &Program, python: &mut Python) -> io::Result<Option<Program>> {
    let value = serde_json::to_value(program)?;
    let mut smaller: Vec<Value> = variants(&value);
    // The boldest first.
    smaller.sort_by_cached_key(|variant| variant.to_string().len());
    let smaller: Vec<Program> = smaller
        .into_iter()
        .filter_map(|variant| serde_json::from_value(variant).ok())
        .filter(|variant| variant != program)
        .collect();
    for batch in smaller.chunks(BATCH) {
        for (variant, theirs) in batch.iter().zip(python.run(batch)?) {
            if run(variant) != theirs {
                return Ok(Some(variant.clone()));
            }
        }
    }
    Ok(None)
}

/// All values that are simpler by one change.
fn variants(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => variants_of_list(items),
        Value::Object(_) => variants_of_object(value),
        Value::Number(number) if number.as_f64() != Some(0.0) => {
            // A count or a slot is no float, and a delay no integer.
            if number.is_f64() { vec![json!(0.0), json!(1.0), Value::Null] } else { vec![json!(0)] }
        }
        Value::Bool(true) => vec![json!(false), Value::Null],
        Value::Bool(false) => vec![Value::Null],
        Value::String(_) => vec![Value::Null],
        _ => Vec::new(),
    }
}

fn variants_of_list(items: &[Value]) -> Vec<Value> {
    let mut variants_ = Vec::new();
    let mut size = items.len();
    while size > 0 {
        for start in (0..items.len()).step_by(size) {
            let end = (start + size).min(items.len());
            variants_.push(json!([&items[..start], &items[end..]].concat()));
        }
        size /= 2;
    }
    for (index, item) in items.iter().enumerate() {
        let mut replace = |by: &[Value]| {
            variants_.push(json!([&items[..index], by, &items[index + 1..]].concat()));
        };
        // A block gives way to what is in it.
        for inner in bodies(item) {
            replace(inner);
        }
        for variant in variants(item) {
            replace(&[variant]);
        }
    }
    variants_
}

fn variants_of_object(value: &Value) -> Vec<Value> {
    let mut variants_ = Vec::new();
    let Value::Object(fields) = value else { return variants_ };
    if fields.contains_key("await") {
        variants_.push(json!({"await": "sleep", "delay": 0.0, "value": 0}));
        variants_.extend(fields.get("what").cloned());
        variants_.extend(
            fields.get("children").and_then(Value::as_array).into_iter().flatten().cloned(),
        );
    }
    for (key, field) in fields {
        for variant in variants(field) {
            let mut changed = fields.clone();
            changed.insert(key.clone(), variant);
            variants_.push(Value::Object(changed));
        }
    }
    variants_
}

/// The lists of operations directly in an operation.
fn bodies(item: &Value) -> impl Iterator<Item = &[Value]> {
    let fields = item.as_object().into_iter().flatten();
    let coroutine = item.pointer("/what/body").into_iter();
    fields
        .filter(|(key, _)| ["body", "handler", "cleanup", "otherwise"].contains(&key.as_str()))
        .map(|(_, field)| field)
        .chain(coroutine)
        .filter_map(|field| field.as_array().map(Vec::as_slice))
}

#[test]
fn blocks_give_way_to_what_is_in_them() {
    let program = json!([{"op": "group", "body": [{"op": "stop"}]}]);
    let smaller = variants(&program);
    assert!(smaller.contains(&json!([])));
    assert!(smaller.contains(&json!([{"op": "stop"}])));
    assert!(smaller.contains(&json!([{"op": "group", "body": []}])));
}

#[test]
fn numbers_become_nothing() {
    assert_eq!(variants(&json!({"slot": 3})), [json!({"slot": 0})]);
    let smaller = variants(&json!({"delay": 2.5}));
    assert_eq!(smaller, [json!({"delay": 0.0}), json!({"delay": 1.0}), json!({"delay": null})]);
}
