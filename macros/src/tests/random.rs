//! Whatever stands between the parentheses, no macro panics, and what comes out can be parsed.
//!
//! `ASYNCIO_FUZZ_ROUNDS=100000 cargo test -p asyncio-macros random` tries more than usual.

use std::fmt::Write;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{Expr, File};

use crate::calls;
use crate::tests::coroutines::{coroutine, generator};
use crate::tests::{CALLS, main, test, tokens};

/// How often each test tries, unless the environment says otherwise.
const ROUNDS: u64 = 1_000;

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
    "return_when",
    "name",
    "context",
    "eager_start",
    "from",
    "exception",
    "debug",
    "loop_factory",
    "virtual_time",
    "cancel",
    "\"each_await\"",
    "asyncio",
    "asyncio.sleep",
    "vec!",
    "Err",
    "true",
    "false",
    "True",
    "None",
    "&mut",
    "||",
    "**",
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
    "|e: E| { e? }",
    "*|_: (E, F)| {}",
    "{ break 'a b; }",
    "loop { continue }",
    "raise!()",
    "timeout!(1, { return })",
    "else_",
    "finally",
    "BaseException",
    "@raise('a)",
];

/// Calls from which one or the other word is missing, or where one stands that does not belong.
const ALMOST: &[&str] = &[
    "a ( ) , b ( ) , return_exceptions = true ,",
    ".. tasks , return_exceptions = false",
    ".. [ a ( ) , b ( ) ] , timeout = 1.5",
    "fut = work ( ) , timeout = None",
    "tasks , timeout = 5 , return_when = FIRST_COMPLETED",
    "{ a , b } , timeout = asyncio . limit ( )",
    "work ( ) , name = \"worker\" , context = copied , eager_start = true",
    "main ( ) , debug = true , loop_factory = asyncio :: new_event_loop",
    "ValueError ( \"x\" ) , from = error",
    "Err ( error ) from None",
    "1.5 , | t | { a . await ? ; return b ; }",
    "lock , { break ; }",
    "stream , | x | { continue ; } , else_ = { a ? }",
    "{ a ? ; } , | e : A | { raise! ( ) } , | _ : ( B , C ) | return , else_ = { d } , finally = { f ( ) . await ; }",
    "{ a ? } , * | e : A | { loop { break } } , finally = { return }",
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

    /// A call of [`ALMOST`] with up to three mistakes.
    fn mistaken(&mut self) -> String {
        let mut words: Vec<&str> = ALMOST[self.below(ALMOST.len())].split(' ').collect();
        for _ in 0..self.below(4) {
            let place = self.below(words.len());
            // A delimiter stays, so that there is always another.
            if ["(", ")", "[", "]", "{", "}"].contains(&words[place]) {
                continue;
            }
            match self.below(3) {
                0 => words[place] = "",
                1 => words[place] = WORDS[self.below(WORDS.len())],
                _ => words.insert(place, WORDS[self.below(WORDS.len())]),
            }
        }
        words.join(" ")
    }

    /// The tokens of a source, some of them in invisible delimiters: a fragment of a macro.
    fn tokens(&mut self, source: &str) -> TokenStream {
        tokens(source).into_iter().map(|token| self.perhaps_grouped(token)).collect()
    }

    fn perhaps_grouped(&mut self, token: TokenTree) -> TokenTree {
        match self.below(12) {
            0 => Group::new(Delimiter::None, token.into()).into(),
            _ => token,
        }
    }
}

fn rounds() -> u64 {
    std::env::var("ASYNCIO_FUZZ_ROUNDS")
        .map_or(ROUNDS, |rounds| rounds.parse().expect("ASYNCIO_FUZZ_ROUNDS is a number"))
}

#[test]
fn expressions_come_out_of_anything() {
    let mut random = Random(1);
    for _ in 0..rounds() {
        let source = match random.below(2) {
            0 => random.source(2),
            _ => random.mistaken(),
        };
        let arguments = random.tokens(&source);
        for (signature, expand) in CALLS {
            let mut input = tokens("(::asyncio)");
            input.extend(arguments.clone());
            let output = calls::call(signature, expand, input);
            let text = output.to_string();
            assert!(
                syn::parse2::<Expr>(output).is_ok(),
                "{} of `{source}` became `{text}`",
                signature.macro_name
            );
        }
    }
}

#[test]
fn functions_come_out_of_any_options() {
    let mut random = Random(2);
    for _ in 0..rounds() {
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
    for _ in 0..rounds() {
        let source = random.source(2);
        let item = format!("#[a] pub async fn f({source}) {{ {source} }}");
        for item in [source, item] {
            let whole: TokenStream = item.parse().expect("the delimiters are balanced");
            for output in [main("", &item), coroutine("", &item), generator("", &item)] {
                let output = output.to_string();
                let refused = output.contains("goes on a function");
                assert!(
                    !refused || output.starts_with(&whole.to_string()),
                    "`{item}` became `{output}`"
                );
            }
        }
    }
}
