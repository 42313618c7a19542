"""Exceptions of programs; `../src/run/value.rs` has the same."""

import asyncio

CLASSES = {
    "BaseException": BaseException,
    "Exception": Exception,
    "CancelledError": asyncio.CancelledError,
    "ExceptionGroup": BaseExceptionGroup,
    "KeyboardInterrupt": KeyboardInterrupt,
    "RuntimeError": RuntimeError,
    "SystemExit": SystemExit,
    "TimeoutError": TimeoutError,
    "ValueError": ValueError,
}


def error(failure):
    """Make the exception that a program raises or sets."""
    match failure["class"]:
        case "SystemExit":
            return SystemExit(3)
        case "KeyboardInterrupt":
            return KeyboardInterrupt()
        case name:
            return CLASSES[name](failure["text"])
