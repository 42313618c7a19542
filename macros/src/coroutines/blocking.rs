//! Calls that are known to block the thread, and with it the loop: by their path, as it is written.

use quote::ToTokens;
use syn::{Expr, ExprCall};

use crate::errors::Errors;

/// How a path is compared: all of it, how it begins, the function it ends in, or what is in it.
enum Written {
    Exactly(&'static str),
    Below(&'static str),
    Function(&'static str),
    Contains(&'static str),
}

use Written::{Below, Contains, Exactly, Function};

const IN_A_THREAD: &str = "write `asyncio::to_thread(move || …).await?` around it";

/// What blocks, and what to write instead.
const BLOCKING: &[(Written, &str)] = &[
    (Exactly("std::thread::sleep"), "write `asyncio::sleep(seconds).await?`"),
    (Exactly("thread::sleep"), "write `asyncio::sleep(seconds).await?`"),
    (Exactly("std::thread::park"), "write `event.wait().await?`, of an `asyncio::Event`"),
    (Exactly("thread::park"), "write `event.wait().await?`, of an `asyncio::Event`"),
    (Below("std::fs::"), IN_A_THREAD),
    (Below("std::net::"), IN_A_THREAD),
    (Exactly("std::io::stdin"), IN_A_THREAD),
    (Exactly("io::stdin"), IN_A_THREAD),
    (Exactly("std::io::read_to_string"), IN_A_THREAD),
    (Exactly("std::io::copy"), IN_A_THREAD),
    (Contains("::blocking::"), IN_A_THREAD),
    (Exactly("asyncio::run"), "write `work().await?`, as the loop is running already"),
    (Function("block_on"), "write `future.await`, as the loop is running already"),
];

/// What of std's modules only builds a value.
const FINE: &[&str] = &[
    "std::fs::OpenOptions::new",
    "std::fs::DirBuilder::new",
    "std::net::IpAddr::",
    "std::net::Ipv4Addr::",
    "std::net::Ipv6Addr::",
    "std::net::SocketAddr::",
    "std::net::SocketAddrV4::",
    "std::net::SocketAddrV6::",
];

/// Reports a call that blocks.
pub(super) fn check(call: &ExprCall, errors: &mut Errors) {
    let Expr::Path(function) = &*call.func else { return };
    let written: String = function
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect::<Vec<_>>()
        .join("::");
    if FINE.iter().any(|fine| written.starts_with(fine)) {
        return;
    }
    let is_it = |pattern: &Written| match pattern {
        Exactly(path) => written == *path,
        Below(module) => written.starts_with(module),
        Function(name) => written.rsplit("::").next() == Some(name),
        Contains(module) => written.contains(module),
    };
    if let Some((_, instead)) = BLOCKING.iter().find(|(pattern, _)| is_it(pattern)) {
        errors.at(
            function.path.to_token_stream(),
            format!(
                "`{written}` blocks the whole loop: {instead}, \
                 or permit it with `allow_blocking = true`"
            ),
        );
    }
}
