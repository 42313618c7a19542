//! Python's reprs of things that Rust has; mirrors `format_helpers.py` and `reprlib`.

use std::any::{Any, type_name};
use std::mem;

pub(crate) use crate::exceptions::repr_str;
use crate::{coroutines, generators};

/// `True` or `False`.
pub(crate) fn repr_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Python's repr of a float.
pub(crate) fn repr_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf".to_owned() } else { "-inf".to_owned() };
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        // Rust writes `1e-7`, Python `1e-07`.
        let text = format!("{value:e}");
        let Some((mantissa, exponent)) = text.split_once('e') else { return text };
        let (sign, digits) = match exponent.strip_prefix('-') {
            Some(digits) => ('-', digits),
            None => ('+', exponent),
        };
        return format!("{mantissa}e{sign}{digits:0>2}");
    }
    format!("{value:?}")
}

/// Python's repr of a value whose type has a Python twin; else the name of its type. Long texts
/// are shortened.
pub(crate) fn repr_value<T: 'static>(value: &T) -> String {
    repr_with(value, repr_shortened)
}

/// The same with texts in full.
pub(crate) fn repr_in_full<T: 'static>(value: &T) -> String {
    repr_with(value, repr_str)
}

fn repr_with<T: 'static>(value: &T, repr_text: fn(&str) -> String) -> String {
    let any: &dyn Any = value;
    if any.is::<()>() {
        return "None".to_owned();
    }
    if let Some(value) = any.downcast_ref::<bool>() {
        return repr_bool(*value).to_owned();
    }
    if let Some(value) = any.downcast_ref::<f64>() {
        return repr_float(*value);
    }
    if let Some(value) = any.downcast_ref::<&'static str>() {
        return repr_text(value);
    }
    if let Some(value) = any.downcast_ref::<String>() {
        return repr_text(value);
    }
    macro_rules! integers {
        ($($integer:ty),*) => {
            $(if let Some(value) = any.downcast_ref::<$integer>() {
                return value.to_string();
            })*
        };
    }
    integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);
    format!("<{}>", type_name::<T>())
}

/// What `reprlib.repr` leaves of a repr, in characters.
const MAXSTRING: usize = 30;
const HEAD: usize = (MAXSTRING - 3) / 2;
const TAIL: usize = MAXSTRING - 3 - HEAD;

/// An object's repr with the middle cut out if it is long, as `reprlib.repr` does it.
fn cut(repr: &str) -> String {
    if repr.chars().count() <= MAXSTRING { repr.to_owned() } else { ends_of(repr) }
}

fn ends_of(repr: &str) -> String {
    let chars: Vec<char> = repr.chars().collect();
    let (head, tail) = (&chars[..HEAD], &chars[chars.len() - TAIL..]);
    format!("{}...{}", String::from_iter(head), String::from_iter(tail))
}

/// A text's repr with the middle cut out if it is long, as `reprlib.repr` does it.
fn repr_shortened(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let start: String = chars.iter().take(MAXSTRING).collect();
    let repr = repr_str(&start);
    if repr.chars().count() <= MAXSTRING {
        return repr;
    }
    // Python's slices: a short text whose repr is long may give its end twice.
    let length = chars.len();
    let tail = if length >= TAIL { length - TAIL } else { (2 * length).saturating_sub(TAIL) };
    let ends: String = chars[..HEAD.min(length)].iter().chain(&chars[tail..]).collect();
    ends_of(&repr_str(&ends))
}

/// A callback as Python's `repr` names it: `name()`.
pub(crate) fn format_callback<F>() -> String {
    callback_name(type_name::<F>())
}

/// The same of the callbacks that `make` makes.
pub(crate) fn name_of<A, F>(_make: impl Fn(A) -> F) -> String {
    format_callback::<F>()
}

/// The same with the repr of the argument that it gets, as debug mode shows it.
pub(crate) fn format_call<F>(argument: Option<String>) -> String {
    let argument = argument.map_or(String::new(), |argument| cut(&argument));
    format!("{}({argument})", qualname(type_name::<F>()))
}

/// The same from the type's name.
pub(crate) fn callback_name(type_name: &str) -> String {
    format!("{}()", qualname(type_name))
}

/// A coroutine as Python's `repr` names it, without the place, which Rust does not know.
pub(crate) fn format_coroutine(type_name: &str, done: bool) -> String {
    // A coroutine without code has no state to show, either.
    if let Some(name) = generators::request_name(type_name) {
        return format!("{name}()");
    }
    let state = if done { "done" } else { "running" };
    format!("{}() {state}", coroutine_name(type_name))
}

/// The name of a coroutine function.
pub(crate) fn coroutine_name(type_name: &str) -> String {
    if let Some(name) = generators::request_name(type_name) {
        return name.to_owned();
    }
    // A future of ours that is no `async fn` is called as its function, in Rust's letters.
    if type_name == self::type_name::<crate::tasks::Sleep>() {
        return "sleep".to_owned();
    }
    // The future of `async fn f` is called `f::{{closure}}`.
    let type_name = coroutines::body_of(type_name);
    let function = type_name.strip_suffix("::{{closure}}").unwrap_or(type_name);
    qualname(function)
}

/// The name of a function without the modules in front of it; a closure keeps the name of the
/// function that it stands in.
fn qualname(type_name: &str) -> String {
    let path = without_generics(type_name);
    let segments: Vec<&str> = path.split("::").collect();
    let mut start = segments.len() - 1;
    while start > 0 && segments[start] == "{{closure}}" {
        start -= 1;
    }
    // Ours, made by the function, or the type's, that has its Python name.
    if segments[start].starts_with('_') {
        let is_type = |name: &&&str| name.trim_start_matches('_').starts_with(char::is_uppercase);
        let class = segments[..start].last().filter(is_type);
        return class.map_or(String::new(), |class| format!("{class}.")) + segments[start];
    }
    if let ["asyncio", modules @ .., last] = &segments[..]
        && let Some(name) = method_name(modules.last().copied(), last)
    {
        return name;
    }
    let function = segments[start..].join("::");
    match start.checked_sub(1).and_then(|before| class(type_name, segments[before])) {
        Some(class) => format!("{class}.{function}"),
        None => function,
    }
}

/// The type that a function belongs to, by the segment in front of it: `C` of `a::C::f`, of
/// `<a::C as b::T>::f` and of `a::<impl b::C>::f`.
fn class(type_name: &str, segment: &str) -> Option<String> {
    let class = if !segment.is_empty() {
        segment.to_owned()
    } else if let Some((_, within)) = type_name.split_once("<impl ") {
        own_name(within)
    } else {
        own_name(type_name.strip_prefix('<')?)
    };
    class.starts_with(char::is_uppercase).then_some(class)
}

/// The name of the type that a path begins with, without its modules.
fn own_name(path: &str) -> String {
    let mut depth = 0_usize;
    let mut before = ' ';
    let end = path.find(|c| {
        let is_arrow = mem::replace(&mut before, c) == '-' && c == '>';
        match c {
            '<' => depth += 1,
            '>' if is_arrow => {}
            '>' if depth > 0 => depth -= 1,
            // As in `a::C as b::T>`.
            ' ' | '>' if depth == 0 => return true,
            _ => {}
        }
        false
    });
    let name = without_generics(&path[..end.unwrap_or(path.len())]);
    name.rsplit("::").next().unwrap_or_default().to_owned()
}

/// Python's name of a coroutine of ours that belongs to a class: the function `wait` of the type
/// `Barrier`, or the future `LockAcquire` by itself; and of one with its optional arguments.
fn method_name(class: Option<&str>, name: &str) -> Option<String> {
    let is_type = |name: &&str| name.starts_with(char::is_uppercase);
    if let Some(class) = class.filter(is_type) {
        return Some(format!("{class}.{name}"));
    }
    if let "sleep_with" | "wait_with" = name {
        return name.strip_suffix("_with").map(str::to_owned);
    }
    // What `Runner.close` runs: methods of the loop.
    if let "shutdown_asyncgens" | "shutdown_default_executor" = name {
        return Some(format!("BaseEventLoop.{name}"));
    }
    let verb = name.rfind(char::is_uppercase).filter(|place| *place > 0)?;
    let (class, verb) = name.split_at(verb);
    Some(format!("{class}.{}", verb.to_lowercase()))
}

/// Removes `<…>` with all that is in it; the arrow of a function's type closes nothing.
fn without_generics(type_name: &str) -> String {
    let mut depth = 0_usize;
    let mut path = String::with_capacity(type_name.len());
    let mut before = ' ';
    for c in type_name.chars() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth = depth.saturating_sub(1),
            c if depth == 0 => path.push(c),
            _ => {}
        }
        before = c;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_pythons() {
        let floats = [0.1, 1.0, 1e16, 123456789.125, 1e-4, 1e-5, 1.5e-7, -0.0, 1e300];
        let reprs = [
            "0.1",
            "1.0",
            "1e+16",
            "123456789.125",
            "0.0001",
            "1e-05",
            "1.5e-07",
            "-0.0",
            "1e+300",
        ];
        for (float, repr) in floats.into_iter().zip(reprs) {
            assert_eq!(repr_float(float), repr);
        }
    }

    #[test]
    fn values_are_pythons() {
        assert_eq!(repr_value(&()), "None");
        assert_eq!(repr_value(&true), "True");
        assert_eq!(repr_value(&42_u8), "42");
        assert_eq!(repr_value(&"it's"), "\"it's\"");
        assert_eq!(repr_value(&"x".repeat(40)), "'xxxxxxxxxxxx...xxxxxxxxxxxxx'");
        assert_eq!(repr_value(&"\u{1}".repeat(9)), r"'\x01\x01\x01...1\x01\x01\x01'");
        assert_eq!(repr_value(&vec![1]), "<alloc::vec::Vec<i32>>");
    }

    #[test]
    fn names_lose_their_modules() {
        assert_eq!(callback_name("a::b::cb"), "cb()");
        assert_eq!(callback_name("a::main::{{closure}}"), "main::{{closure}}()");
        assert_eq!(format_coroutine("a::work<b::C>::{{closure}}", false), "work() running");
    }

    #[test]
    fn methods_have_the_name_of_their_type() {
        for (type_name, expected) in [
            ("a::C<b::D>::f::{{closure}}", "C.f"),
            ("<a::C<b::D> as b::T>::f<e::G>::{{closure}}", "C.f"),
            ("<a::C as b::T<d::E>>::f::{{closure}}", "C.f"),
            ("a::b::<impl a::C<d::E>>::f::{{closure}}", "C.f"),
            ("a::C::f::{{closure}}::g::{{closure}}", "g"),
            ("<&str as a::T>::f::{{closure}}", "f"),
            ("asyncio::coroutines::Coroutine<a::C<b::D>::f::{{closure}}>", "C.f"),
            ("core::pin::Pin<alloc::boxed::Box<a::C::f::{{closure}}>>", "C.f"),
            ("core::pin::Pin<alloc::boxed::Box<dyn core::future::Future<Output = a::B>>>", "Pin"),
            ("asyncio::coroutines::Coroutine<<a::C as b::T>::f::{{closure}}>", "C.f"),
            ("a::f<fn(a::B) -> a::C, a::D>::{{closure}}", "f"),
            ("<a::C<fn() -> b::D, b::E> as b::T>::f::{{closure}}", "C.f"),
        ] {
            assert_eq!(coroutine_name(type_name), expected);
        }
        assert_eq!(callback_name("a::C::f"), "C.f()");
    }

    #[test]
    fn coroutines_of_ours_have_pythons_names() {
        for (type_name, expected) in [
            ("asyncio::locks::lock::LockAcquire", "Lock.acquire"),
            ("asyncio::queues::get::QueueGet<a::B>", "Queue.get"),
            ("asyncio::locks::barrier::Barrier::wait::{{closure}}", "Barrier.wait"),
            ("asyncio::tasks::sleep::sleep<f64>::{{closure}}", "sleep"),
            ("asyncio::tasks::sleep::sleep_with<&str, f64>::{{closure}}", "sleep"),
            ("asyncio::tasks::wait::wait_with<[i32; 2]>::{{closure}}", "wait"),
            (
                "asyncio::runners::shutdown_asyncgens::{{closure}}",
                "BaseEventLoop.shutdown_asyncgens",
            ),
        ] {
            assert_eq!(coroutine_name(type_name), expected);
        }
    }
}
