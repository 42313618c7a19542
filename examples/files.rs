//! Files: threads read and write them, as no system can wait for a file as it waits for a socket.
//!
//! The Python it mirrors is `files.py`, beside this file. Run it with `cargo run --example files`; it prints
//!
//! ```text
//! one.txt has 5 words
//! two.txt has 3 words
//! three.txt has 13 words
//! three.txt:1: If the implementation is easy to explain,
//! three.txt:2: it may be a good idea.
//! There is no four.txt
//! ```

use std::{
    env,
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process,
};

use asyncio::{FileNotFoundError, Result, gather, to_thread};

const TEXTS: [(&str, &str); 3] = [
    ("one.txt", "Errors should never pass silently.\n"),
    ("two.txt", "Unless explicitly silenced.\n"),
    ("three.txt", "If the implementation is easy to explain,\nit may be a good idea.\n"),
];

async fn count_words(path: PathBuf) -> Result<usize> {
    let text = to_thread(move || fs::read_to_string(path)).await?;
    Ok(text.split_whitespace().count())
}

async fn show(name: &str, path: PathBuf) -> Result<()> {
    let mut file = to_thread(|| File::open(path).map(BufReader::new)).await?;
    for number in 1.. {
        let line;
        // The file goes to the thread and comes back.
        (file, line) = to_thread(move || read_line(file)).await?;
        if line.is_empty() {
            break;
        }
        println!("{name}:{number}: {}", line.trim_end());
    }
    Ok(())
}

fn read_line(mut file: BufReader<File>) -> io::Result<(BufReader<File>, String)> {
    let mut line = String::new();
    file.read_line(&mut line)?;
    Ok((file, line))
}

async fn work_in(folder: &Path) -> Result<()> {
    let writes = TEXTS.map(|(name, text)| {
        let path = folder.join(name);
        to_thread(move || fs::write(path, text))
    });
    gather!(..writes).await?;

    // All at once: as many threads as there are files.
    let counts = gather!(..TEXTS.map(|(name, _)| count_words(folder.join(name)))).await?;
    for ((name, _), count) in TEXTS.iter().zip(counts) {
        println!("{name} has {count} words");
    }

    show("three.txt", folder.join("three.txt")).await?;

    match count_words(folder.join("four.txt")).await {
        Err(error) if error.is::<FileNotFoundError>() => println!("There is no four.txt"),
        outcome => drop(outcome?),
    }
    Ok(())
}

#[asyncio::main]
async fn main() -> Result<()> {
    let folder = env::temp_dir().join(format!("asyncio-files-{}", process::id()));
    fs::create_dir(&folder)?;
    let outcome = work_in(&folder).await;
    fs::remove_dir_all(&folder)?;
    outcome
}
