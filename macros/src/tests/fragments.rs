//! What a macro of the caller passes on comes in invisible delimiters.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use crate::fragments::{arguments, statements};
use crate::tests::coroutines::coroutine;
use crate::tests::{check_errors, tokens};

/// The tokens with `<…>` for invisible delimiters.
fn shown(tokens: TokenStream) -> String {
    let show = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let inner = shown(group.stream());
            match group.delimiter() {
                Delimiter::None => format!("<{inner}>"),
                Delimiter::Brace => format!("{{{inner}}}"),
                _ => format!("({inner})"),
            }
        }
        other => other.to_string(),
    };
    tokens.into_iter().map(show).collect::<Vec<_>>().join(" ")
}

/// The tokens in which `__(…)` stands for a fragment.
fn with_fragments(source: &str) -> TokenStream {
    fn replaced(tokens: TokenStream) -> TokenStream {
        let mut result: Vec<TokenTree> = Vec::new();
        for token in tokens {
            let TokenTree::Group(group) = token else {
                result.push(token);
                continue;
            };
            let inner = replaced(group.stream());
            let is_fragment = result.last().is_some_and(|last| last.to_string() == "__");
            let delimiter = match is_fragment {
                true => {
                    result.pop();
                    Delimiter::None
                }
                false => group.delimiter(),
            };
            result.push(TokenTree::Group(Group::new(delimiter, inner)));
        }
        result.into_iter().collect()
    }
    replaced(tokens(source))
}

#[test]
fn statements_lose_their_delimiters() {
    for (source, expected) in [
        ("__({ a }) b ;", "{a} b ;"),
        ("a ; __({ b }) __({ c }) # (d) e", "a ; {b} {c} # (d) e"),
        ("__(let a = 1) ; __(fn f() {}) b", "let a = 1 ; fn f () {} b"),
        ("if a { __({ b }) c }", "if a {{b} c}"),
        ("f(|| { __(let b = 1) ; })", "f (| | {let b = 1 ;})"),
    ] {
        assert_eq!(shown(statements(with_fragments(source))), expected, "{source}");
    }
}

#[test]
fn expressions_keep_theirs() {
    for source in [
        "__({ a })",
        "__({ a }) ;",
        "__({ a }) . b ()",
        "__({ a }) + b",
        "__({ a }) as u8",
        "__(a + b) * c",
        "f (__({ a }) , b)",
        "let a = __({ b }) ;",
    ] {
        let expected = shown(with_fragments(source));
        assert_eq!(shown(statements(with_fragments(source))), expected, "{source}");
    }
    assert_eq!(shown(arguments(with_fragments("__({ a }) b"))), "<{a}> b");
}

#[test]
fn a_body_is_found_in_its_delimiters() {
    let attribute = |item: &str| {
        crate::coroutines::attribute(
            crate::coroutines::Kind::Coroutine,
            TokenStream::new(),
            with_fragments(item),
        )
    };
    let expected = coroutine("", "async fn f() -> R { std::fs::read(a) }").to_string();
    let passed = attribute("async fn f() -> R __(__({ std::fs::read(a) }))");
    assert_eq!(passed.to_string(), expected);
    check_errors(attribute("async fn f() -> R __(a)"), "`the whole call`: expected curly braces");
}
