//! `try_except!({ … }, |e: E| { … }, else_ = { … }, finally = { … })`: Python's `try`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident, Lifetime, Pat, Type};

use super::bodies::Body;
use super::routes::{Routes, here, label, perhaps, variable};
use crate::arguments::validate::Given;
use crate::calls::Call;
use crate::errors::Errors;
use crate::fragments::ungrouped_type;
use crate::spans::located_at;

mod rules;

/// An arm, and what it catches.
struct Arm {
    body: Body,
    name: Pat,
    types: Vec<Type>,
    /// The types stand in parentheses: the error is lent as any.
    is_list: bool,
    /// Where the list of types stands.
    place: Span,
    /// Nothing comes past it.
    catches_all: bool,
    /// An error leaves it, as far as can be seen.
    raises: bool,
}

impl Arm {
    fn of(argument: &Expr) -> Option<Self> {
        let body = Body::of(argument);
        let Some(Pat::Type(typed)) = &body.name else { return None };
        let ty = ungrouped_type(&typed.ty);
        let types = match ty {
            Type::Tuple(tuple) => tuple.elems.iter().cloned().collect(),
            one => vec![one.clone()],
        };
        Some(Self {
            name: (*typed.pat).clone(),
            place: typed.ty.span(),
            catches_all: !body.is_starred && types.iter().any(|it| is_named(it, "BaseException")),
            raises: true,
            is_list: matches!(ty, Type::Tuple(_)),
            types,
            body,
        })
    }
}

/// Whether a type is written as this name, perhaps with a path before it.
fn is_named(written: &Type, name: &str) -> bool {
    let Type::Path(path) = ungrouped_type(written) else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == name)
}

/// All parts of the call, their ways out rewritten.
struct Parts {
    tried: Expr,
    arms: Vec<Arm>,
    else_: Option<Expr>,
    finally: Option<(Expr, bool)>,
}

pub(crate) fn expand(call: &Call<'_>, errors: &mut Errors) -> TokenStream {
    let Some(tried) = call.bound.value("body") else { return TokenStream::new() };
    let arms = match call.bound.get("except") {
        Some(Given::Many(arms)) => arms.iter().filter_map(Arm::of).collect(),
        _ => Vec::new(),
    };
    rules::check(call, &arms, errors);
    let mut routes = Routes::new(call.private, call.told);
    let code = |name| call.bound.value(name).map(|body| Body::of(body).code);
    let mut parts = Parts {
        tried: Body::of(tried).code,
        arms,
        else_: code("else_"),
        finally: code("finally").map(|finally| (finally, false)),
    };
    rewrite(&mut routes, &mut parts, errors);
    let whole = whole(&routes, &parts);
    quote!({ #whole })
}

/// Rewrites all parts, before any of the expansion is written: how they are left decides on it.
fn rewrite(routes: &mut Routes<'_>, parts: &mut Parts, errors: &mut Errors) {
    if let Some((finally, raises)) = &mut parts.finally {
        routes.confined = Some(
            "`finally` must not be left like this, for the error on its way would be lost: leave \
             behind the block",
        );
        routes.body("finally", finally, errors);
        *raises = routes.raises.get();
        routes.confined = None;
        routes.has_exit = true;
    }
    routes.body("raise", &mut parts.tried, errors);
    for arm in &mut parts.arms {
        let handled = if arm.body.is_starred { "part" } else { "error" };
        routes.handled = Some(variable(handled));
        if arm.body.is_starred {
            routes.confined = Some(
                "an `except*` arm must not be left like this, for other arms may come behind it: \
                 leave behind the block",
            );
        }
        arm.raises = rules::raises(&arm.body.code);
        routes.body("again", &mut arm.body.code, errors);
        (routes.handled, routes.confined) = (None, None);
    }
    if let Some(else_) = &mut parts.else_ {
        routes.body("raised", else_, errors);
    }
}

fn whole(routes: &Routes<'_>, parts: &Parts) -> TokenStream {
    let private = routes.private;
    let (error, outcome) = (variable("error"), variable("outcome"));
    let value = value(routes, parts);
    let finally = |raise: &dyn Fn(TokenStream) -> TokenStream| {
        parts.finally.as_ref().map(|(code, raises)| run_finally(routes, code, *raises, raise))
    };
    let behind_value = finally(&|error| routes.err(error));
    let ok = routes.ok(&outcome);
    let ok = perhaps(quote_spanned!(here()=> #behind_value #ok));
    let succeeds = quote_spanned!(here()=> let #outcome = #value; #ok);
    let succeeds = with_error(routes, &label("raised"), &succeeds);
    let behind_error =
        finally(&|again| routes.err(quote_spanned!(here()=> #private::handling(#again, &#error))));
    let failed = routes.err(&error);
    let failed = perhaps(quote_spanned!(here()=> #behind_error #failed));
    let inner = quote_spanned!(here()=> #succeeds #failed);
    routes.whole(inner, |raise| finally(raise).unwrap_or_default())
}

/// Code whose errors are then in the variable `error`.
fn with_error(routes: &Routes<'_>, raise: &Lifetime, code: &TokenStream) -> TokenStream {
    let private = routes.private;
    let error = variable("error");
    quote_spanned!(here()=> let #error: #private::Error = #raise: { #code };)
}

/// Code with whose value, or after which, the label is left.
fn ending(code: &Expr, label: &Lifetime, is_unit: bool) -> TokenStream {
    let outcome = variable("outcome");
    let place = code.span();
    // A block that is a jump alone would be called one that diverges.
    let alone = match code {
        Expr::Block(block) => block.block.stmts.len() == 1,
        _ => true,
    };
    let code = match alone {
        true => Expr::Verbatim(quote_spanned!(here()=> { let () = (); #code })),
        false => code.clone(),
    };
    if is_unit {
        let end = perhaps(quote_spanned!(here()=> break #label;));
        return quote_spanned!(here()=> let (): () = #code; #end);
    }
    // A value of another type than the other blocks have is shown at its own block.
    let value = Ident::new("__outcome", here().located_at(place));
    let end = perhaps(quote_spanned!(here()=> break #label #value;));
    quote_spanned!(here()=> let #outcome = #code; #end)
}

/// The `finally` block, on one of the ways that lead through it.
fn run_finally(
    routes: &Routes<'_>,
    finally: &Expr,
    raises: bool,
    raise: &dyn Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    if !raises {
        return quote_spanned!(here()=> let (): () = #finally;);
    }
    let private = routes.private;
    let (over, stop, again) = (label("over"), label("finally"), variable("again"));
    let raised = perhaps(raise(again.to_token_stream()));
    let code = ending(finally, &over, true);
    quote_spanned! {here()=>
        #over: {
            let #again: #private::Error = #stop: { #code };
            #raised
        };
    }
}

/// The value of the tried block, an arm or `else_`; errors go to the label `raised`.
fn value(routes: &Routes<'_>, parts: &Parts) -> TokenStream {
    let (value, without, raised) = (label("value"), label("else"), label("raised"));
    let error = variable("error");
    let Parts { tried, arms, else_, .. } = parts;
    let is_starred = arms.iter().any(|arm| arm.body.is_starred);
    let tried = match else_ {
        Some(_) => ending(tried, &without, true),
        None => ending(tried, &value, is_starred),
    };
    let tried = with_error(routes, &label("raise"), &tried);
    let arms = perhaps(match arms.is_empty() {
        true => quote_spanned!(here()=> break #raised #error;),
        false if is_starred => starred(routes, arms),
        false => plain(routes, arms),
    });
    match else_ {
        Some(else_) => quote_spanned!(here()=> #value: { #without: { #tried #arms } #else_ }),
        None => quote_spanned!(here()=> #value: { #tried #arms }),
    }
}

/// The first arm that catches the error runs; without one it goes on.
fn plain(routes: &Routes<'_>, arms: &[Arm]) -> TokenStream {
    let private = routes.private;
    let (value, raised, again) = (label("value"), label("raised"), label("again"));
    let (error, caught, raised_again) =
        (variable("error"), variable("caught"), variable("raised_again"));
    let code = arms.iter().map(|arm| {
        let name = &arm.name;
        let body = ending(&arm.body.code, &value, false);
        let warning = warning(arm);
        let goes_on = perhaps(quote_spanned! {here()=>
            break #raised #private::handling(#raised_again, &#error);
        });
        let run = quote_spanned! {here()=>
            #warning
            let #raised_again: #private::Error = #again: {
                #[allow(clippy::no_effect_underscore_binding)]
                let #name = #caught;
                #body
            };
            #goes_on
        };
        if arm.catches_all {
            let checks = checks(routes, arm);
            return quote_spanned!(here()=> #checks let #caught = &#error; #run);
        }
        let condition = catch(routes, arm, &error);
        quote_spanned!(here()=> if let ::core::option::Option::Some(#caught) = #condition { #run })
    });
    let all = arms.iter().any(|arm| arm.catches_all);
    let unmatched = (!all).then(|| quote_spanned!(here()=> break #raised #error;));
    quote_spanned!(here()=> #(#code)* #unmatched)
}

/// Each arm gets the part of the group that is its own.
fn starred(routes: &Routes<'_>, arms: &[Arm]) -> TokenStream {
    let private = routes.private;
    let (value, raised) = (label("value"), label("raised"));
    let (again, over) = (label("again"), label("over"));
    let (error, part) = (variable("error"), variable("part"));
    let (group, raised_again) = (variable("group"), variable("raised_again"));
    let code = arms.iter().map(|arm| {
        let is = is(routes, arm, &error);
        let name = &arm.name;
        let body = ending(&arm.body.code, &over, true);
        let goes_on = perhaps(quote_spanned!(here()=> #group.raised(#raised_again, &#part);));
        quote_spanned! {here()=>
            if let ::core::option::Option::Some(#part) = #group.take(|#error| #is) {
                #over: {
                    let #raised_again: #private::Error = #again: {
                        #[allow(clippy::no_effect_underscore_binding)]
                        let #name = &#part;
                        #body
                    };
                    #goes_on
                };
            }
        }
    });
    quote_spanned! {here()=>
        let mut #group = #private::starred(#error);
        #(#code)*
        match #group.finish() {
            ::core::result::Result::Ok(()) => break #value,
            ::core::result::Result::Err(#error) => break #raised #error,
        }
    }
}

/// The error as what the arm's type says, if it is one of them.
fn catch(routes: &Routes<'_>, arm: &Arm, error: &Ident) -> TokenStream {
    let (false, [one]) = (arm.is_list, &*arm.types) else {
        let is = is(routes, arm, error);
        return quote_spanned!(here()=> if #is {
            ::core::option::Option::Some(&#error)
        } else {
            ::core::option::Option::None
        });
    };
    let private = routes.private;
    let place = here().located_at(one.span());
    let located = located_at(place, private);
    let caught = quote_spanned!(place=> #located::caught::<#one>());
    quote_spanned! {here()=> {
        #[allow(unused_imports)]
        use #private::{CatchAny as _, CatchExact as _};
        #caught.catch(&#error)
    }}
}

/// Whether the error is of one of the arm's types.
fn is(routes: &Routes<'_>, arm: &Arm, error: &Ident) -> TokenStream {
    let checks = arm.types.iter().map(|it| {
        let place = here().located_at(it.span());
        let private = located_at(place, routes.private);
        quote_spanned!(place=> #private::is::<#it>(&#error))
    });
    quote_spanned!(here()=> #(#checks)||*)
}

/// That the types of an arm exist, where nothing depends on them.
fn checks(routes: &Routes<'_>, arm: &Arm) -> TokenStream {
    let private = routes.private;
    let types = &arm.types;
    quote_spanned!(here()=> #(let _ = #private::is::<#types>;)*)
}

/// A warning at the type of an arm that catches everything and keeps it: stable Rust warns of what
/// is deprecated.
fn warning(arm: &Arm) -> Option<TokenStream> {
    if !arm.catches_all || arm.raises {
        return None;
    }
    let used = Ident::new("this_arm_swallows_cancellation", arm.place);
    let defined = Ident::new("this_arm_swallows_cancellation", here());
    Some(quote_spanned! {here()=>
        #[deprecated = "a task that cannot be cancelled is never got rid of: write `raise!()` at \
                        the end of the arm, or catch `Exception`"]
        #[allow(non_upper_case_globals)]
        const #defined: () = ();
        _ = #used;
    })
}
