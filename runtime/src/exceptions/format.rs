//! The texts: `str`, `repr`, and what tracebacks print.

use std::{
    error::Error as StdError,
    fmt::{self, Write},
    io,
};

use super::{
    args::Args,
    classes::{self, Kind},
    convert,
    error::{Error, Preceding, Seen},
    os,
};

const CAUSE: &str = "\n\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\n\nDuring handling of the above exception, another exception occurred:\n\n";

/// Python's `str(error)`.
pub(super) fn write_str(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match os_args(&**error) {
        Some(args) => args.write_str(f),
        None => fmt::Display::fmt(&**error, f),
    }
}

/// Python's `repr(error)`; of a Rust error its `Debug`.
pub(super) fn write_repr(error: &Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let class = error.class();
    if let Some(args) = os_args(&**error) {
        return args.write_repr((class.name)(), f);
    }
    if class.kind == Kind::Boxed {
        let text = error.to_string();
        // A text in a box: a private type of the standard library, whose `Debug` is the text's.
        if format!("{:?}", &**error) == format!("{text:?}") {
            return Args::Text(text).write_repr((class.name)(), f);
        }
    }
    fmt::Debug::fmt(&**error, f)
}

/// What Python would keep as the `args` of an `io::Error`.
fn os_args(error: &(dyn StdError + 'static)) -> Option<Args> {
    let error = error.downcast_ref::<io::Error>()?;
    Some(match os::errno_and_text(error) {
        Some((errno, text)) => Args::Os(errno, text),
        None => Args::Text(error.to_string()),
    })
}

/// Python's `traceback.format_exception`, without frames and the last line's end.
pub(super) fn format_exception(error: &Error) -> String {
    // The lines of the chain, last first, and what connects each to the one before it.
    let mut lines = vec![last_line(error)];
    let mut connections = Vec::new();
    let mut seen = Seen::default();
    seen.insert(error);
    let mut current = error.clone();
    while let Some((connection, next)) = preceding(&current, &mut lines, &mut connections) {
        if !seen.insert(&next) {
            break;
        }
        connections.push(connection);
        lines.push(last_line(&next));
        current = next;
    }
    join(&lines, &connections)
}

/// The exception that is printed before `error`, and what connects them. The sources of a Rust
/// error are its causes, and are added here.
fn preceding(
    error: &Error,
    lines: &mut Vec<String>,
    connections: &mut Vec<&'static str>,
) -> Option<(&'static str, Error)> {
    let context = match error.preceding() {
        Preceding::Cause(cause) => return Some((CAUSE, cause)),
        Preceding::Context(context) => Some((CONTEXT, context)),
        Preceding::Nothing => None,
    };
    let Some(mut source) = StdError::source(&**error) else {
        return context;
    };
    loop {
        if let Some(exception) = convert::unwrapped(source) {
            return Some((CAUSE, exception.clone()));
        }
        connections.push(CAUSE);
        lines.push(source_line(source));
        source = source.source()?;
    }
}

fn join(lines: &[String], connections: &[&str]) -> String {
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate().rev() {
        text.push_str(line);
        if index > 0 {
            text.push_str(connections[index - 1]);
        }
    }
    text
}

/// `ValueError: Oops!`, or the name alone if there is no text.
fn last_line(error: &Error) -> String {
    name_and_text(error.class_name(), error.to_string())
}

fn source_line(error: &(dyn StdError + 'static)) -> String {
    let class = classes::row_of_value(error)
        .or_else(|| error.downcast_ref::<io::Error>().map(os::class_of))
        .unwrap_or(&classes::BOXED);
    name_and_text(class.qualified_name(), os_text(error))
}

fn os_text(error: &(dyn StdError + 'static)) -> String {
    match error.downcast_ref::<io::Error>().and_then(os::errno_and_text) {
        Some((errno, text)) => format!("[Errno {errno}] {text}"),
        None => error.to_string(),
    }
}

fn name_and_text(name: String, text: String) -> String {
    if text.is_empty() { name } else { format!("{name}: {text}") }
}

/// Python's `repr` of a string: quotes chosen, everything unprintable escaped.
pub(crate) fn repr_str(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut repr = String::with_capacity(text.len() + 2);
    repr.push(quote);
    for c in text.chars() {
        match c {
            '\n' => repr.push_str("\\n"),
            '\r' => repr.push_str("\\r"),
            '\t' => repr.push_str("\\t"),
            '\\' => repr.push_str("\\\\"),
            _ if c == quote => repr.extend(['\\', c]),
            _ if is_printable(c) => repr.push(c),
            _ => push_escape(&mut repr, c),
        }
    }
    repr.push(quote);
    repr
}

fn push_escape(repr: &mut String, c: char) {
    let code = u32::from(c);
    let written = match code {
        0..=0xff => write!(repr, "\\x{code:02x}"),
        0x100..=0xffff => write!(repr, "\\u{code:04x}"),
        _ => write!(repr, "\\U{code:08x}"),
    };
    written.expect("writing to a String cannot fail");
}

/// Python's `str.isprintable` of one character.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // The standard library has the table but not the question. A combining mark is escaped
    // only at the start of a text, where Python does not: hence the letter before it.
    let text = ['a', c].iter().collect::<String>();
    text.escape_debug().nth(1) == Some(c)
}
