//! Whatever stands between the parentheses, no macro panics, and what comes out can be parsed.

use std::fmt::Write;

use proc_macro2::TokenStream;
use syn::{Expr, File};

use crate::tests::{gather, main, test, wait_for};

const ROUNDS: u32 = 1_000;

const WORDS: &[&str] = &[
    ",",
    ",",
    ",",
    ";",
    ":",
    "::",
    "=",
    "==",
    "=>",
    "->",
    "..",
    "..=",
    "...",
    ".",
    "<",
    ">",
    "*",
    "&",
    "|",
    "!",
    "?",
    "#",
    "$",
    "+",
    "a",
    "b()",
    "c::<D, E>()",
    "await",
    ".await",
    "async",
    "fn",
    "main",
    "unsafe",
    "self",
    "crate",
    "if",
    "match",
    "return",
    "let",
    "timeout",
    "fut",
    "return_exceptions",
    "debug",
    "loop_factory",
    "true",
    "false",
    "r#loop",
    "'a",
    "1",
    "1.5",
    "5s",
    "\"text\"",
    "'c'",
    "|x| y",
    "_",
    "#[test]",
    "pub",
];

/// A linear congruential generator: the same programs in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn source(&mut self, depth: usize) -> String {
        let mut source = String::new();
        for _ in 0..self.below(9) {
            let (open, close) = [("(", ")"), ("[", "]"), ("{", "}")][self.below(3)];
            if depth > 0 && self.below(6) == 0 {
                let _ = write!(source, "{open} {} {close} ", self.source(depth - 1));
            } else {
                let _ = write!(source, "{} ", WORDS[self.below(WORDS.len())]);
            }
        }
        source
    }
}

#[test]
fn expressions_come_out_of_anything() {
    let mut random = Random(1);
    for _ in 0..ROUNDS {
        let source = random.source(2);
        for output in [gather(&source), wait_for(&source)] {
            let text = output.to_string();
            assert!(syn::parse2::<Expr>(output).is_ok(), "`{source}` became `{text}`");
        }
    }
}

#[test]
fn functions_come_out_of_any_options() {
    let mut random = Random(2);
    for _ in 0..ROUNDS {
        let source = random.source(1);
        for output in [main(&source, "async fn main() {}"), test(&source, "async fn works() {}")] {
            let text = output.to_string();
            assert!(syn::parse2::<File>(output).is_ok(), "`{source}` became `{text}`");
        }
    }
}

#[test]
fn any_item_comes_out_again() {
    let mut random = Random(3);
    for _ in 0..ROUNDS {
        let source = random.source(2);
        let item = format!("#[a] pub async fn f({source}) {{ {source} }}");
        for item in [source, item] {
            let whole: TokenStream = item.parse().expect("the delimiters are balanced");
            let output = main("", &item).to_string();
            let refused = output.contains("goes on a function") || output.contains("has no body");
            assert!(
                !refused || output.starts_with(&whole.to_string()),
                "`{item}` became `{output}`"
            );
        }
    }
}
