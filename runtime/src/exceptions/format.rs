//! The texts: `str` and `repr`.

use std::{
    error::Error as StdError,
    fmt::{self, Write},
    io,
};

use super::{args::Args, classes::Kind, error::Error, os};

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
