//! What needs the operating system's own functions: Ctrl-C, and the clock.
//!
//! Python runs its handler between two bytecodes; here it only counts, and wakes the loop,
//! which looks at the count after every callback.
#![expect(unsafe_code, reason = "functions of libc, and one called by a signal")]

use std::cell::Cell;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering};

/// How often Ctrl-C was pressed since the handler was installed.
static PRESSED: AtomicU32 = AtomicU32::new(0);

/// Whether nobody handled SIGINT when this last looked.
static WAS_DEFAULT: AtomicBool = AtomicBool::new(false);

/// The end of the pipe that the handler writes to; -1 until there is one.
static WRITE_END: AtomicI32 = AtomicI32::new(-1);

/// Both ends, open for as long as the process lives, so that a late handler writes nowhere else.
static PIPE: OnceLock<(UnixStream, UnixStream)> = OnceLock::new();

/// The handler of SIGINT, for as long as this lives.
pub(crate) struct SigintHandler {
    before: libc::sigaction,
}

impl SigintHandler {
    /// Takes SIGINT over: in the main thread, and only if nobody else handles it.
    pub(crate) fn install() -> Option<Self> {
        if !is_main_thread() {
            return None;
        }
        // One call of the system's for a run after the other: another handler, which is not to be
        // touched, is not expected then.
        if !WAS_DEFAULT.load(Ordering::Relaxed) && !is_default(&action_of_sigint()?) {
            return None;
        }
        WRITE_END.store(write_end().ok()?, Ordering::SeqCst);
        PRESSED.store(0, Ordering::SeqCst);
        let before = replace_action(&our_action())?;
        WAS_DEFAULT.store(is_default(&before), Ordering::Relaxed);
        if is_default(&before) {
            return Some(Self { before });
        }
        // Somebody has come since the last time: what was pressed meanwhile is theirs.
        replace_action(&before);
        for _ in 0..PRESSED.swap(0, Ordering::SeqCst) {
            raise_sigint();
        }
        None
    }

    /// How often Ctrl-C was pressed.
    #[inline]
    pub(crate) fn pressed() -> u32 {
        PRESSED.load(Ordering::Relaxed)
    }

    /// The end of the pipe that becomes readable when Ctrl-C is pressed.
    pub(crate) fn read_end() -> Option<RawFd> {
        PIPE.get().map(|(read, _)| read.as_raw_fd())
    }

    /// Empties the pipe.
    pub(crate) fn drain() {
        let Some((mut read, _)) = PIPE.get().map(|(read, write)| (read, write)) else { return };
        let mut bytes = [0; 16];
        while matches!(read.read(&mut bytes), Ok(count) if count > 0) {}
    }
}

impl Drop for SigintHandler {
    fn drop(&mut self) {
        // In one step, so that a handler that somebody installs just now is not lost.
        let Some(now) = replace_action(&self.before) else { return };
        if now.sa_sigaction != handler_address() {
            replace_action(&now);
            WAS_DEFAULT.store(false, Ordering::Relaxed);
        }
    }
}

thread_local! {
    /// Whether this thread has been found to be the main one. It is that for ever, also in a
    /// process that is forked from it.
    static IS_MAIN: Cell<bool> = const { Cell::new(false) };
}

/// Whether this is the thread that the process began with.
pub(crate) fn is_main_thread() -> bool {
    if !IS_MAIN.get() {
        IS_MAIN.set(ask_for_main_thread());
    }
    IS_MAIN.get()
}

fn ask_for_main_thread() -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    // SAFETY: both functions take nothing and cannot fail.
    let is_main = unsafe { libc::getpid() == libc::gettid() };
    #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
    // SAFETY: it takes nothing and cannot fail.
    let is_main = unsafe { libc::pthread_main_np() == 1 };
    #[cfg(not(any(
        target_os = "linux",
        target_os = "android",
        target_vendor = "apple",
        target_os = "freebsd"
    )))]
    let is_main = std::thread::current().name() == Some("main");
    is_main
}

/// The clock that stands still for nobody, as CPython reads it, in seconds.
///
/// `Instant` would be read and then taken from another one: twice the time, in what every timer
/// does twice.
pub(crate) fn monotonic() -> f64 {
    #[cfg(target_vendor = "apple")]
    const CLOCK: libc::clockid_t = libc::CLOCK_UPTIME_RAW;
    #[cfg(not(target_vendor = "apple"))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC;
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it writes one timespec, for which there is room.
    let read = unsafe { libc::clock_gettime(CLOCK, &raw mut now) };
    assert_eq!(read, 0, "every system has this clock");
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// Ends the process by SIGINT, so that a shell sees how it ended; returns if that fails.
pub(crate) fn end_by_sigint() {
    // SAFETY: it takes plain numbers.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
    raise_sigint();
}

fn raise_sigint() {
    // SAFETY: it takes a plain number.
    unsafe { libc::raise(libc::SIGINT) };
}

fn write_end() -> io::Result<RawFd> {
    if let Some((_, write)) = PIPE.get() {
        return Ok(write.as_raw_fd());
    }
    let (read, write) = UnixStream::pair()?;
    read.set_nonblocking(true)?;
    write.set_nonblocking(true)?;
    let (_, write) = PIPE.get_or_init(|| (read, write));
    Ok(write.as_raw_fd())
}

fn handler_address() -> libc::sighandler_t {
    let handler: extern "C" fn(libc::c_int) = on_sigint;
    handler as libc::sighandler_t
}

fn action_of_sigint() -> Option<libc::sigaction> {
    let mut action = MaybeUninit::uninit();
    // SAFETY: asks only, into room of the right size.
    let asked = unsafe { libc::sigaction(libc::SIGINT, ptr::null(), action.as_mut_ptr()) };
    // SAFETY: a call that succeeds has filled it.
    (asked == 0).then(|| unsafe { action.assume_init() })
}

fn is_default(action: &libc::sigaction) -> bool {
    action.sa_sigaction == libc::SIG_DFL
}

fn our_action() -> libc::sigaction {
    // SAFETY: all zeros is a valid sigaction: no flags, an empty mask, the default action.
    let mut action = unsafe { MaybeUninit::<libc::sigaction>::zeroed().assume_init() };
    action.sa_sigaction = handler_address();
    action
}

/// Sets what SIGINT does, and gives what it did.
fn replace_action(action: &libc::sigaction) -> Option<libc::sigaction> {
    let mut before = MaybeUninit::uninit();
    // SAFETY: `action` is what sigaction itself gave us, or has our handler, which is a function
    // for ever and does what a signal handler may do only; and there is room for the one before.
    let replaced = unsafe { libc::sigaction(libc::SIGINT, action, before.as_mut_ptr()) };
    // SAFETY: a call that succeeds has filled it.
    (replaced == 0).then(|| unsafe { before.assume_init() })
}

/// Counts and wakes; from the third time on, Ctrl-C does what it does by default.
extern "C" fn on_sigint(_signal: libc::c_int) {
    if PRESSED.fetch_add(1, Ordering::SeqCst) >= 2 {
        return end_by_sigint();
    }
    let errno = io::Error::last_os_error().raw_os_error();
    let byte = [0_u8];
    // SAFETY: the pipe is never closed; a full one wakes the loop just as well.
    unsafe { libc::write(WRITE_END.load(Ordering::SeqCst), byte.as_ptr().cast(), 1) };
    set_errno(errno.unwrap_or(0));
}

/// The code that was interrupted must find its errno.
fn set_errno(value: i32) {
    // SAFETY: the place of this thread's errno, valid for as long as the thread lives.
    #[cfg(any(target_os = "linux", target_os = "emscripten", target_os = "hurd"))]
    unsafe {
        *libc::__errno_location() = value;
    }
    // SAFETY: as above.
    #[cfg(any(target_os = "macos", target_os = "ios", target_os = "freebsd"))]
    unsafe {
        *libc::__error() = value;
    }
    // SAFETY: as above.
    #[cfg(any(target_os = "android", target_os = "netbsd", target_os = "openbsd"))]
    unsafe {
        *libc::__errno() = value;
    }
}
