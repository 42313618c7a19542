//! What tracebacks print: causes and contexts first, groups as trees of their members.

use std::{
    error::Error as StdError,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{
    classes, convert,
    error::{Error, Preceding, Seen},
    group, os, own,
};

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";

/// Python's `max_group_width`: how many members of a group are printed.
const MAX_GROUP_WIDTH: usize = 15;
/// Python's `max_group_depth`: how deep the groups that are printed may be nested.
const MAX_GROUP_DEPTH: usize = 10;

/// Where Python's `str.splitlines` ends a line; `\r\n` is one end.
const LINE_ENDS: [char; 10] =
    ['\n', '\r', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\u{85}', '\u{2028}', '\u{2029}'];

/// Python's `traceback.format_exception` of what was never raised, and so has no frames,
/// without the end of the last line.
pub(super) fn format_exception(error: &Error) -> String {
    let reports = Collector::collect(error);
    let mut printer = Printer { reports: &reports, text: String::new(), depth: 0, is_open: false };
    printer.print(0);
    let mut text = printer.text;
    text.pop();
    text
}

/// What is printed of one exception. Other exceptions are known by their index.
struct Report {
    /// Its line and its notes, all with their ends.
    text: String,
    /// What connects it to the exception that is printed before it, and that exception.
    earlier: Option<(&'static str, usize)>,
    /// The members of a group.
    members: Vec<usize>,
}

/// Finds all that is printed of an exception.
#[derive(Default)]
struct Collector {
    reports: Vec<Report>,
    seen: Seen,
    /// Those whose causes and members are still to be found.
    pending: Vec<(usize, Error)>,
}

impl Collector {
    /// The reports; that of `error` is the first.
    fn collect(error: &Error) -> Vec<Report> {
        let mut collector = Collector::default();
        collector.seen.insert(error);
        collector.add(error);
        // The newest is next, as in CPython: of several members with one context it is the
        // last that prints it.
        while let Some((index, error)) = collector.pending.pop() {
            collector.add_earlier(index, &error);
            collector.add_members(index, &*error);
        }
        collector.reports
    }

    fn add(&mut self, error: &Error) -> usize {
        let mut text = name_and_text(error.class_name(), text_of(error));
        for note in error.notes() {
            text.push_str(&note);
            text.push('\n');
        }
        let index = self.push(text);
        self.pending.push((index, error.clone()));
        index
    }

    fn push(&mut self, text: String) -> usize {
        self.reports.push(Report { text, earlier: None, members: Vec::new() });
        self.reports.len() - 1
    }

    /// Adds what is printed before an exception. The sources of a Rust error are its causes.
    fn add_earlier(&mut self, index: usize, error: &Error) {
        let context = match error.preceding() {
            Preceding::Cause(cause) => return self.connect(index, CAUSE, &cause),
            Preceding::Context(context) => Some(context),
            Preceding::Nothing => None,
        };
        match (own::source_of(&**error), context) {
            (Some(source), _) => self.add_sources(index, source),
            (None, Some(context)) => self.connect(index, CONTEXT, &context),
            (None, None) => {}
        }
    }

    fn add_sources(&mut self, index: usize, source: &(dyn StdError + 'static)) {
        let mut later = index;
        let mut next = Some(source);
        while let Some(source) = next {
            if let Some(exception) = convert::unwrapped(source) {
                return self.connect(later, CAUSE, exception);
            }
            let earlier = self.push(source_text(source));
            self.reports[later].earlier = Some((CAUSE, earlier));
            self.add_members(earlier, source);
            later = earlier;
            next = own::source_of(source);
        }
    }

    /// Lets `earlier` be printed before `later`, unless it is printed elsewhere. The shared
    /// cancellation may be there any number of times: in Python it would be as many objects.
    fn connect(&mut self, later: usize, connection: &'static str, earlier: &Error) {
        if self.seen.insert(earlier) || own::is_shared(earlier) {
            let earlier = self.add(earlier);
            self.reports[later].earlier = Some((connection, earlier));
        }
    }

    /// Adds the members of a group. Each is printed there, even if it is elsewhere too.
    fn add_members(&mut self, index: usize, error: &(dyn StdError + 'static)) {
        for member in group::exceptions_of(error) {
            self.seen.insert(member);
            let member = self.add(member);
            self.reports[index].members.push(member);
        }
    }
}

/// Prints reports, those of a group's members in a frame.
struct Printer<'a> {
    reports: &'a [Report],
    text: String,
    /// How many frames there are around what is printed, the outermost group's line included.
    depth: usize,
    /// Whether the frame of a group's last member is still to be closed. The group in which
    /// that member ends may do so.
    is_open: bool,
}

impl Printer<'_> {
    /// Prints an exception after its causes and contexts.
    fn print(&mut self, index: usize) {
        let mut chain = vec![&self.reports[index]];
        while let Some((_, earlier)) = chain[chain.len() - 1].earlier {
            chain.push(&self.reports[earlier]);
        }
        for report in chain.into_iter().rev() {
            if let Some((connection, _)) = report.earlier {
                self.emit(connection);
            }
            if report.members.is_empty() {
                self.emit(&report.text);
            } else if self.depth > MAX_GROUP_DEPTH {
                self.emit(&format!("... (max_group_depth is {MAX_GROUP_DEPTH})\n"));
            } else {
                self.print_group(report);
            }
        }
    }

    fn print_group(&mut self, group: &Report) {
        let is_outermost = self.depth == 0;
        if is_outermost {
            self.depth = 1;
        }
        self.emit(&group.text);
        self.is_open = false;

        let count = group.members.len();
        for (position, &member) in group.members.iter().take(MAX_GROUP_WIDTH).enumerate() {
            self.is_open = position + 1 == count;
            let start = if position == 0 { "+-" } else { "  " };
            let title = (position + 1).to_string();
            self.print_member(start, &title, |printer| printer.print(member));
        }
        if count > MAX_GROUP_WIDTH {
            let hidden = count - MAX_GROUP_WIDTH;
            let plural = if hidden == 1 { "" } else { "s" };
            self.is_open = true;
            self.print_member("  ", "...", |printer| {
                printer.emit(&format!("and {hidden} more exception{plural}\n"));
            });
        }
        if is_outermost {
            self.depth = 0;
        }
    }

    /// Prints a member below the line with its title.
    fn print_member(&mut self, start: &str, title: &str, print: impl FnOnce(&mut Self)) {
        self.indent();
        self.text.push_str(start);
        self.text.push_str(&format!("+---------------- {title} ----------------\n"));
        self.depth += 1;
        print(self);
        if self.is_open {
            self.indent();
            self.text.push_str("+------------------------------------\n");
            self.is_open = false;
        }
        self.depth -= 1;
    }

    /// Prints a text, inside a group with a margin before each line.
    fn emit(&mut self, text: &str) {
        if self.depth == 0 {
            return self.text.push_str(text);
        }
        let mut rest = text;
        while !rest.is_empty() {
            let (line, others) = rest.split_at(line_length(rest));
            self.indent();
            self.text.push_str("| ");
            self.text.push_str(line);
            rest = others;
        }
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// The bytes of the first line, its end included.
fn line_length(text: &str) -> usize {
    let Some((start, end)) = text.match_indices(LINE_ENDS).next() else {
        return text.len();
    };
    let end = if text[start..].starts_with("\r\n") { "\r\n" } else { end };
    start + end.len()
}

/// The text of an error, or what Python's traceback says of one that cannot tell it.
fn text_of(error: &(impl ToString + ?Sized)) -> String {
    catch_unwind(AssertUnwindSafe(|| error.to_string()))
        .unwrap_or_else(|_| "<exception str() failed>".to_owned())
}

fn source_text(error: &(dyn StdError + 'static)) -> String {
    let class = classes::row_of_value(error)
        .or_else(|| error.downcast_ref::<io::Error>().map(os::class_of))
        .unwrap_or(&classes::BOXED);
    let text = match error.downcast_ref::<io::Error>().and_then(os::errno_and_text) {
        Some((errno, text)) => format!("[Errno {errno}] {text}"),
        None => text_of(error),
    };
    name_and_text(class.qualified_name(), text)
}

/// `ValueError: Oops!`, or the name alone if there is no text.
fn name_and_text(name: String, text: String) -> String {
    if text.is_empty() { name + "\n" } else { format!("{name}: {text}\n") }
}
