"""``python -m sci info | selfcheck | bench``."""

from __future__ import annotations

import argparse
import importlib.util
import runpy
import sys

import sci


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m sci", description="SciPy for PyTorch tensors.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("info", help="print versions, device, threads and the kernel cache")
    check = commands.add_parser("selfcheck", help="check accuracy and gradients of every function on this machine")
    check.add_argument("--device", default="cpu", help="cpu (default) or cuda")
    check.add_argument("--match", default="", metavar="REGEX", help="only functions whose name matches")
    commands.add_parser("bench", help="time functions beside SciPy and others (in a checkout)", add_help=False)
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "bench":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    if options.command == "info":
        sci.show_config()
        return 0
    if options.command == "selfcheck":
        from sci._core.selfcheck import selfcheck

        try:
            return selfcheck(options.device, options.match)
        except ValueError as error:
            parser.error(str(error))
    if importlib.util.find_spec("benchmarks") is None:
        print("sci: the benchmarks are in the source tree; run `python -m sci bench` in a checkout", file=sys.stderr)
        return 2
    sys.argv = ["python -m benchmarks", *rest]
    runpy.run_module("benchmarks", run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())
