//! Stage `validate`: arguments to the values of parameters, by the rules of the signature.

mod values;

pub(crate) use values::{is_none, seconds};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{BinOp, Expr, ExprBinary, ExprUnary, Ident, Token, UnOp};

use crate::arguments::parse::{Argument, Arguments};
use crate::arguments::signature::{Default, Parameter, Place, Signature};
use crate::arguments::similar;
use crate::errors::Errors;

/// What each parameter got. Complete, and every value of the kind its parameter takes, once no
/// error was reported.
pub(crate) struct Bound {
    given: Vec<(&'static Parameter, Given)>,
    /// Values that were refused for where they stand: what they mention is not unused.
    pub(crate) strays: Vec<Expr>,
}

pub(crate) enum Given {
    /// One value.
    One(Expr),
    /// The positional arguments of a variadic parameter.
    Many(Vec<Expr>),
    /// Its `..iterator`.
    Spread(Expr),
}

impl Given {
    /// Whether this is code that has no meaning of its own: names stand for what the macro gives.
    pub(crate) fn is_bound_code(&self) -> bool {
        match self {
            Self::One(value) => values::is_arm(value),
            Self::Many(values) => values.iter().any(values::is_arm),
            Self::Spread(_) => false,
        }
    }
}

impl Bound {
    /// What a parameter got, if anything.
    pub(crate) fn get(&self, name: &str) -> Option<&Given> {
        self.given.iter().find(|(parameter, _)| parameter.name == name).map(|(_, given)| given)
    }

    /// The one value of a parameter.
    pub(crate) fn value(&self, name: &str) -> Option<&Expr> {
        match self.get(name)? {
            Given::One(value) => Some(value),
            Given::Many(_) | Given::Spread(_) => None,
        }
    }

    /// The value of a flag.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.value(name).and_then(values::flag)
    }

    /// Everything that was given, with its parameter.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static Parameter, &Given)> {
        self.given.iter().map(|(parameter, given)| (*parameter, given))
    }
}

/// Gives each argument to its parameter, and reports what does not fit.
pub(crate) fn bind(
    signature: &'static Signature,
    arguments: &Arguments,
    errors: &mut Errors,
) -> Bound {
    let mut binder = Binder {
        signature,
        errors,
        bound: Bound { given: Vec::new(), strays: Vec::new() },
        mentioned: Vec::new(),
        keyword: None,
        positions: 0,
        crowded: false,
        unplaced: arguments.damaged,
    };
    for argument in &arguments.list {
        match argument {
            Argument::Positional(value) => binder.positional(value),
            Argument::Spread { dots, value } => binder.spread(dots, value),
            Argument::Keyword { name, value } => binder.keyword(name, value),
        }
    }
    binder.left_out(arguments);
    binder.conflicts(arguments);
    binder.bound
}

/// The state while arguments are handed out.
struct Binder<'a> {
    signature: &'static Signature,
    errors: &'a mut Errors,
    bound: Bound,
    /// The parameters that got something, be it refused: they are neither missing nor free.
    mentioned: Vec<&'static str>,
    /// The last name that was seen.
    keyword: Option<String>,
    /// How many arguments stood without a name.
    positions: usize,
    /// A surplus was reported; once is enough.
    crowded: bool,
    /// An argument found no parameter, or could not even be read: it may be the one that is
    /// missing.
    unplaced: bool,
}

impl Binder<'_> {
    fn positional(&mut self, value: &Expr) {
        if !self.signature.has_positions() {
            return self.option_without_value(value);
        }
        if let Some((name, equals, meant)) = self.comparison(value) {
            self.unplaced = true;
            self.stray(meant);
            let message = format!("`==` compares: write `{name} = …` to give a value to `{name}`");
            return self.errors.at(equals, message);
        }
        let Some(parameter) = self.next_position() else {
            return self.surplus(value);
        };
        if let Some(name) = &self.keyword {
            let message = format!(
                "a positional argument stands after a named one: write it before `{name} = …`"
            );
            self.errors.at(value, message);
            self.unplaced = true;
        }
        self.positions += 1;
        if parameter.place == Place::Repeated {
            self.repeated(parameter, value);
        } else if matches!(parameter.place, Place::Variadic { .. }) {
            self.variadic(parameter, value);
        } else if self.mentioned.contains(&parameter.name) {
            self.stray(value);
        } else {
            self.accept(parameter, value);
        }
    }

    /// The parts of `name == value`, where the name is that of a parameter.
    fn comparison<'v>(&self, value: &'v Expr) -> Option<(&'static str, &'v BinOp, &'v Expr)> {
        let Expr::Binary(ExprBinary { left, op: op @ BinOp::Eq(_), right, .. }) = value else {
            return None;
        };
        let Expr::Path(left) = &**left else { return None };
        let parameter = self.signature.named(&left.path.get_ident()?.to_string())?;
        Some((parameter.name, op, right))
    }

    fn variadic(&mut self, parameter: &'static Parameter, value: &Expr) {
        if let Expr::Unary(ExprUnary { op: UnOp::Deref(star), .. }) = values::ungrouped(value) {
            return self.errors.at(star, "Python's `*` has two dots here: write `..tasks`");
        }
        self.repeated(parameter, value);
    }

    fn repeated(&mut self, parameter: &'static Parameter, value: &Expr) {
        if !values::check(parameter, value, self.errors) {
            if !parameter.takes.is_code() {
                self.stray(value);
            }
            return;
        }
        match self.bound.given.iter_mut().find(|(bound, _)| bound.name == parameter.name) {
            Some((_, Given::Many(values))) => values.push(value.clone()),
            Some(_) => {
                self.errors.at(value, mixed(self.signature));
                self.stray(value);
            }
            None => self.bound.given.push((parameter, Given::Many(vec![value.clone()]))),
        }
    }

    fn spread(&mut self, dots: &Token![..], value: &Expr) {
        let Signature { macro_name, usage, .. } = self.signature;
        let Some(parameter) = self.signature.variadic() else {
            self.unplaced = true;
            self.positions += 1;
            self.stray(value);
            return self.errors.at(dots, format!("`{macro_name}` takes no `..`: write `{usage}`"));
        };
        self.mentioned.push(parameter.name);
        match self.bound.get(parameter.name) {
            None if !values::check_spread(value, self.errors) => {}
            None => self.bound.given.push((parameter, Given::Spread(value.clone()))),
            Some(Given::Spread(_)) => {
                self.errors.at(dots, "only one `..` may be given: write `..first.chain(second)`");
                self.stray(value);
            }
            Some(_) => {
                self.errors.at(dots, mixed(self.signature));
                self.stray(value);
            }
        }
    }

    fn keyword(&mut self, name: &Ident, value: &Expr) {
        let written = name.unraw().to_string();
        self.keyword = Some(written.clone());
        let Some(parameter) = self.signature.named(&written) else {
            self.unplaced = true;
            self.stray(value);
            return self.errors.at(name, unknown(self.signature, &written));
        };
        if self.mentioned.contains(&parameter.name) {
            self.stray(value);
            return self
                .errors
                .at(name, format!("`{written}` is given twice: leave one of the two out"));
        }
        self.accept(parameter, value);
    }

    /// `#[asyncio::main(debug)]` and the like.
    fn option_without_value(&mut self, value: &Expr) {
        let name = match value {
            Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
            _ => None,
        };
        let message = match name.and_then(|name| self.signature.named(&name)) {
            Some(Parameter { name, example, .. }) => {
                format!("`{name}` has no value: write `{example}`")
            }
            None => format!("an option has a name and a value: write `{}`", self.signature.usage),
        };
        self.errors.at(value, message);
    }

    fn surplus(&mut self, value: &Expr) {
        self.unplaced = true;
        if let Some(star) = double_star(value) {
            let message = "there is no `**` as in Python: write each argument as `name = value`";
            return self.errors.at(star, message);
        }
        self.stray(value);
        if std::mem::replace(&mut self.crowded, true) {
            return;
        }
        let Signature { macro_name, usage, .. } = self.signature;
        let message = match self.signature.variadic().map(|parameter| parameter.place) {
            Some(Place::Variadic { most: 0 }) => {
                format!("`{macro_name}` takes one list, spread: write `..tasks` or `..[a(), b()]`")
            }
            Some(Place::Variadic { most }) => {
                format!(
                    "more than {most} arguments: collect them and write `{macro_name}(..tasks)`"
                )
            }
            None if self.signature.has_keywords() => {
                format!("`{macro_name}` takes its other arguments by name: write `{usage}`")
            }
            _ => format!("one argument too many: write `{usage}`"),
        };
        self.errors.at(value, message);
    }

    fn accept(&mut self, parameter: &'static Parameter, value: &Expr) {
        self.mentioned.push(parameter.name);
        if parameter.default == Default::None && is_none(value) {
            return;
        }
        if values::check(parameter, value, self.errors) {
            self.bound.given.push((parameter, Given::One(value.clone())));
        } else if !parameter.takes.is_code() {
            self.stray(value);
        }
    }

    /// Keeps a refused value, unless it would be a mistake of its own.
    fn stray(&mut self, value: &Expr) {
        if values::may_stand_alone(value) {
            self.bound.strays.push(value.clone());
        }
    }

    /// The parameter for the next argument without a name.
    fn next_position(&self) -> Option<&'static Parameter> {
        let mut first = 0;
        self.signature.parameters.iter().find(|parameter| {
            let room = match parameter.place {
                Place::Positional => 1,
                Place::Variadic { most } => most,
                Place::Repeated => usize::MAX / 2,
                Place::Keyword => 0,
            };
            first += room;
            self.positions < first
        })
    }

    /// Fills in defaults, and reports required arguments that are missing.
    fn left_out(&mut self, arguments: &Arguments) {
        for parameter in self.signature.parameters {
            if self.mentioned.contains(&parameter.name) {
                continue;
            }
            match parameter.default {
                Default::Value(text) => {
                    let value =
                        syn::parse_str(text).expect("a default in the table is an expression");
                    self.bound.given.push((parameter, Given::One(value)));
                }
                Default::Required => {
                    let Parameter { name, example, .. } = parameter;
                    let macro_name = self.signature.macro_name;
                    self.missing(
                        arguments,
                        &format!("`{macro_name}` needs `{name}`: write `{example}`"),
                    );
                }
                Default::Absent | Default::None => {}
            }
        }
    }

    fn missing(&mut self, arguments: &Arguments, message: &str) {
        if self.unplaced {
            return;
        }
        match arguments.list.last() {
            Some(last) => self.errors.at(last, message),
            None => self.errors.at_span(Span::call_site(), message),
        }
    }

    /// Reports parameters that exclude each other, at the name that is to go.
    fn conflicts(&mut self, arguments: &Arguments) {
        for (one, other, message) in self.signature.conflicts {
            if !self.mentioned.contains(one) {
                continue;
            }
            let named = arguments.list.iter().find_map(|argument| match argument {
                Argument::Keyword { name, .. } if name.unraw() == other => Some(name),
                _ => None,
            });
            if let Some(name) = named {
                self.errors.at(name, message);
            }
        }
    }
}

/// The stars of `**options`.
fn double_star(value: &Expr) -> Option<TokenStream> {
    let Expr::Unary(ExprUnary { op: UnOp::Deref(first), expr, .. }) = values::ungrouped(value)
    else {
        return None;
    };
    let Expr::Unary(ExprUnary { op: UnOp::Deref(second), .. }) = &**expr else { return None };
    Some(quote!(#first #second))
}

fn mixed(signature: &Signature) -> String {
    let name = signature.macro_name;
    format!("positional arguments and `..` do not mix: write `{name}(a(), {name}(..tasks))`")
}

fn unknown(signature: &Signature, written: &str) -> String {
    if let Some((_, answer)) = signature.habits.iter().find(|(habit, _)| *habit == written) {
        return (*answer).to_owned();
    }
    let names = signature
        .parameters
        .iter()
        .filter(|parameter| parameter.may_be_named())
        .map(|parameter| parameter.name);
    let meant = similar::nearest(written, names.clone());
    let others: Vec<String> =
        names.filter(|name| meant != Some(name)).map(|name| format!("`{name}`")).collect();
    let others = others.join(", ");
    let macro_name = signature.macro_name;
    match meant {
        Some(name) if others.is_empty() => {
            format!("`{macro_name}` has no `{written}`: did you mean `{name}`?")
        }
        Some(name) => {
            format!(
                "`{macro_name}` has no `{written}`: did you mean `{name}`? it also takes {others}"
            )
        }
        None => format!("`{macro_name}` has no `{written}`: it takes {others}"),
    }
}
