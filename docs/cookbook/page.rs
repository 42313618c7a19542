//! The page: an introduction written by hand, and all that the files say.

use std::collections::BTreeSet;
use std::fs;

use crate::{CHAPTERS, Program, path, programs, read};

const PAGE: &str = "../COOKBOOK.md";
/// From here on the page is made of the files.
const START: &str = "## Contents\n";

const MAX_LINES: usize = 40;
/// Of the left side; that of the right one is rustfmt's.
const MAX_WIDTH: usize = 60;

/// Both sides of a program, as they are shown.
struct Pair {
    name: &'static str,
    /// The comment that opens the original.
    title: String,
    /// The comment that opens the translation.
    note: String,
    python: String,
    rust: String,
}

impl Pair {
    fn read(program: &Program) -> Pair {
        let name = program.name;
        let python = read(&format!("{name}.py"));
        let (title, python) = python
            .strip_prefix("\"\"\"")
            .and_then(|text| text.split_once(".\"\"\"\n\n"))
            .unwrap_or_else(|| {
                panic!("{name}.py opens with no title")
            });
        let rust = read(&format!("{name}.rs"));
        let (note, rust) =
            rust.split_once("\n\n").unwrap_or_else(|| {
                panic!("{name}.rs opens with no note")
            });
        let note = note.replace("//! ", "").replace("//!", "");
        // In a program of its own it needs no `pub`.
        let rust = rust.replace("pub(crate) ", "");
        Pair {
            name,
            title: title.to_owned(),
            note,
            python: python.to_owned(),
            rust,
        }
    }

    fn section(&self) -> String {
        let Pair { name, title, note, python, rust } = self;
        let output = read(&format!("expected/{name}.txt"));
        format!(
            "\n### {title}\n\n{note}\n\n<table>\n\
             <tr><th><a href=\"cookbook/{name}.py\">Python</a></th>\
             <th><a href=\"cookbook/{name}.rs\">Rust</a></th></tr>\n\
             <tr valign=\"top\"><td>\n\n```python\n{python}```\n\n\
             </td><td>\n\n```rust\n{rust}```\n\n</td></tr>\n</table>\n\n\
             ```text\n{output}```\n"
        )
    }

    /// To the section, with what it is about.
    fn link(&self) -> String {
        let (_, subject) =
            self.title.split_once(": ").unwrap_or(("", &self.title));
        format!("[{subject}](#{})", self.anchor())
    }

    /// By which a forge knows the heading.
    fn anchor(&self) -> String {
        self.title
            .to_lowercase()
            .chars()
            .filter(|it| it.is_alphanumeric() || " -_".contains(*it))
            .map(|it| if it == ' ' { '-' } else { it })
            .collect()
    }
}

fn contents() -> String {
    let mut lines = format!("{START}\n");
    for chapter in CHAPTERS {
        let pairs = chapter.programs.iter().map(Pair::read);
        let links: Vec<String> =
            pairs.map(|pair| pair.link()).collect();
        let links = links.join(",\n  ");
        lines += &format!("- **{}**: {links}\n", chapter.title);
    }
    lines
}

/// The page as it should be.
fn page() -> String {
    let shown = read(PAGE);
    let by_hand = shown.split(START).next().unwrap_or_default();
    let mut page = format!("{by_hand}{}", contents());
    for chapter in CHAPTERS {
        page += &format!("\n## {}\n", chapter.title);
        let pairs = chapter.programs.iter().map(Pair::read);
        page.extend(pairs.map(|pair| pair.section()));
    }
    page
}

pub(crate) fn write() {
    fs::write(path(PAGE), page()).expect("the page can be written");
}

pub(crate) fn differences() -> Vec<String> {
    let (shown, wanted) = (read(PAGE), page());
    if shown == wanted {
        return Vec::new();
    }
    let mut lines = shown.lines().zip(wanted.lines()).zip(1..);
    let first = lines.find(|((shown, wanted), _)| shown != wanted);
    let line = first.map_or(shown.lines().count(), |(_, line)| line);
    vec![format!(
        "docs/COOKBOOK.md shows something else from line {line} on: \
         run `cargo test --test cookbook -- --write`"
    )]
}

pub(crate) fn too_long() -> Vec<String> {
    let finding = |pair: Pair| {
        let Pair { name, python, rust, .. } = pair;
        let sides = [&python, &rust].map(|side| side.lines().count());
        let width =
            python.lines().map(|line| line.chars().count()).max();
        if sides.iter().any(|lines| *lines > MAX_LINES) {
            return Some(format!("{name}: {sides:?} lines"));
        }
        width
            .is_some_and(|width| width > MAX_WIDTH)
            .then(|| format!("{name}.py: {width:?} columns"))
    };
    programs().map(Pair::read).filter_map(finding).collect()
}

/// The names of the files in a folder beside this one.
fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(path(folder)).expect("it is a folder");
    entries
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.is_file())
        .filter_map(|path| {
            path.file_name()?.to_str().map(str::to_owned)
        })
        .filter(|name| !name.starts_with('.'))
        .collect()
}

/// What is in the folders and belongs to no program, or the other way.
pub(crate) fn unknown_files() -> Vec<String> {
    let ours = ["main.rs", "page.rs"].map(str::to_owned);
    let sources = programs()
        .flat_map(|it| {
            ["py", "rs"].map(|end| format!("{}.{end}", it.name))
        })
        .chain(ours)
        .collect();
    let outputs =
        programs().map(|it| format!("{}.txt", it.name)).collect();
    let found = [(names("."), sources), (names("expected"), outputs)];
    let mut findings = Vec::new();
    for (there, wanted) in found {
        let unknown: &BTreeSet<String> = &wanted;
        let differing = there.symmetric_difference(unknown);
        findings.extend(
            differing.map(|name| format!("{name} stands alone")),
        );
    }
    findings
}
