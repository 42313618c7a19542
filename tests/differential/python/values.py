"""Exceptions of programs; `../src/run/value.rs` has the same."""

import asyncio

CLASSES = {
    "BaseException": BaseException,
    "Exception": Exception,
    "CancelledError": asyncio.CancelledError,
    "ExceptionGroup": BaseExceptionGroup,
    "GeneratorExit": GeneratorExit,
    "KeyboardInterrupt": KeyboardInterrupt,
    "RuntimeError": RuntimeError,
    "StopAsyncIteration": StopAsyncIteration,
    "SystemExit": SystemExit,
    "TimeoutError": TimeoutError,
    "ValueError": ValueError,
}


def error(failure):
    """Make the exception that a program raises or sets."""
    match failure["class"]:
        case "SystemExit":
            return SystemExit(3)
        case "KeyboardInterrupt" | "GeneratorExit" as name:
            return CLASSES[name]()
        case "ExceptionGroup":
            members = [error(one) for one in failure.get("members", [])]
            # A group of nothing is made while a program is shrunk.
            return BaseExceptionGroup(failure["text"], members) if members else ValueError("none")
        case name:
            return CLASSES[name](failure["text"])
