//! What holds for every file of the project: where `unsafe` may stand, how a file
//! opens, how long it may be, and which files come in pairs.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};

const MAX_LINES: usize = 800;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        // A link leads to a file that is met elsewhere.
        let kind = entry.file_type().unwrap();
        let skipped = ["target", ".git", "__pycache__"].map(OsStr::new);
        if kind.is_dir() && !skipped.contains(&entry.file_name().as_os_str()) {
            collect(&entry.path(), files);
        } else if kind.is_file() {
            files.push(entry.path().strip_prefix(root()).unwrap().to_owned());
        }
    }
}

/// All files with one of these extensions, relative to the project's root.
fn files(extensions: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(root(), &mut files);
    files.retain(|path| extensions.iter().any(|its| has_extension(path, its)));
    files.sort();
    files
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|its| its == extension)
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Fails with all that `check` has to say about the given files.
fn hold(files: &[PathBuf], check: impl Fn(&str) -> Option<String>) {
    assert!(!files.is_empty(), "no file to look at");
    let complaints: Vec<String> = files
        .iter()
        .filter_map(|path| check(&read(path)).map(|text| format!("{} {text}", path.display())))
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

/// Whether a token, seen with the one before it, is `wanted`; comments and strings hold none.
fn holds(source: &str, wanted: impl Fn(Option<&TokenTree>, &TokenTree) -> bool) -> bool {
    let mut streams = vec![source.parse::<TokenStream>().expect("Rust tokens")];
    while let Some(stream) = streams.pop() {
        let mut before = None;
        for token in stream {
            if wanted(before.as_ref(), &token) {
                return true;
            }
            if let TokenTree::Group(group) = &token {
                streams.push(group.stream());
            }
            before = Some(token);
        }
    }
    false
}

#[test]
fn unsafe_stands_only_where_the_design_allows_it() {
    let allowed = [
        "runtime/src/raw",
        "runtime/src/raw.rs",
        "runtime/src/sys.rs",
        // Not part of the crates: what they are measured against, and mistakes.
        "benches/src/sketch.rs",
        "tests/ui",
    ];
    let mut sources = files(&["rs"]);
    // What a macro expands to stands as tokens in its source, and is held to the same rule.
    sources.retain(|path| !allowed.iter().any(|place| path.starts_with(place)));
    hold(&sources, |source| {
        holds(source, |_, token| matches!(token, TokenTree::Ident(name) if name == "unsafe"))
            .then(|| "holds `unsafe`".to_owned())
    });
}

#[test]
fn sources_open_with_a_comment_on_themselves() {
    hold(&files(&["rs"]), |source| {
        (!source.starts_with("//! ")).then(|| "does not open with `//!`".to_owned())
    });
}

#[test]
fn files_end_before_they_are_too_long() {
    hold(&files(&["rs", "py", "toml"]), |source| {
        let lines = source.lines().count();
        (lines > MAX_LINES).then(|| format!("has {lines} lines, {MAX_LINES} are the limit"))
    });
}

#[test]
fn ignored_tests_say_why() {
    let is_ignore = |before: Option<&TokenTree>, token: &TokenTree| {
        matches!(before, Some(TokenTree::Punct(hash)) if hash.as_char() == '#')
            && matches!(token, TokenTree::Group(group) if group.stream().to_string() == "ignore")
    };
    hold(&files(&["rs"]), |source| {
        holds(source, is_ignore).then(|| "ignores a test without a reason".to_owned())
    });
}

#[test]
fn nothing_is_left_to_do() {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];
    hold(&files(&["rs", "py", "md", "toml"]), |text| {
        let mark = marks.iter().find(|mark| text.contains(*mark))?;
        Some(format!("says {mark}"))
    });
}

/// The files of a folder with this extension, by their path in it and without the extension.
fn stems(folder: &str, extension: &str) -> BTreeSet<PathBuf> {
    let stems: BTreeSet<PathBuf> = files(&[extension])
        .iter()
        .filter_map(|path| path.strip_prefix(folder).ok())
        .map(|path| path.with_extension(""))
        .collect();
    assert!(!stems.is_empty(), "no .{extension} file in {folder}");
    stems
}

#[test]
fn examples_have_their_original_and_its_output() {
    let examples = stems("examples", "rs");
    assert_eq!(examples, stems("examples", "py"));
    assert_eq!(examples, stems("examples/expected", "txt"));
}

#[test]
fn mistakes_have_their_message() {
    assert_eq!(stems("tests/ui", "rs"), stems("tests/ui", "stderr"));
}

/// What the compiler says first in each of its errors, by the mistake.
fn messages() -> Vec<(PathBuf, Vec<String>)> {
    let mut recorded = files(&["stderr"]);
    recorded.retain(|path| path.starts_with("tests/ui"));
    let errors = |text: &str| {
        text.lines().filter(|line| line.starts_with("error")).map(str::to_owned).collect()
    };
    recorded.into_iter().map(|path| (path.clone(), errors(&read(&path)))).collect()
}

#[test]
fn no_two_mistakes_have_one_message() {
    let mut seen = BTreeSet::new();
    for (path, errors) in messages() {
        assert!(!errors.is_empty(), "{} has no error", path.display());
        assert!(seen.insert(errors), "{} says what another one says", path.display());
    }
    assert!(seen.len() >= 70, "there are {} mistakes", seen.len());
}

/// Those of the macros have no number; rustc's have one.
#[test]
fn messages_are_neither_capitalized_nor_sentences() {
    for (path, errors) in messages() {
        let ours = errors.iter().filter_map(|line| line.strip_prefix("error: "));
        for message in ours.filter(|message| !message.starts_with("aborting")) {
            let name = ["Python", "Rust"].iter().any(|name| message.starts_with(name));
            let lower = !message.starts_with(char::is_uppercase) || name;
            assert!(lower && !message.ends_with('.'), "{}: {message}", path.display());
        }
    }
}

/// The targets of a Markdown text's links that are neither elsewhere nor in the text itself.
fn relative_links(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .map(|target| target.split('#').next().unwrap_or(target))
        .collect()
}

#[test]
fn links_lead_somewhere() {
    let mut documents = files(&["md"]);
    // A package holds the README as its own, and so what that links to.
    documents.extend(["runtime/README.md", "macros/README.md"].map(PathBuf::from));
    for document in documents {
        let text = read(&document);
        let folder = root().join(&document).parent().unwrap().to_owned();
        for target in relative_links(&text) {
            let document = document.display();
            assert!(folder.join(target).exists(), "{document} links to {target}");
        }
    }
}
