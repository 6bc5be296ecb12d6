"""The application: its commands, and one place where every error becomes a line and an exit code."""

import logging
import sys
import traceback
from typing import Annotated, Any

import typer

from ganbaru._version import __version__
from ganbaru.cli import making, questions, righted, scouted
from ganbaru.cli.speech import complain
from ganbaru.errors import UserError

_Usage: Any = typer.BadParameter.__mro__[2]
"""The class of every error of usage; newer releases of typer do not export it."""

app = typer.Typer(
    name="ganbaru",
    help="Raise generative models of sound: train them, measure them, listen to them, share them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    making.raise_,
    making.fit,
    making.listen,
    questions.distance,
    questions.checkup,
    questions.treat,
    questions.study,
    making.report,
    making.ship,
    making.inspect,
    righted.rights,
):
    app.command(name=command.__name__.rstrip("_"))(command)

app.add_typer(scouted.scout)

_debug = False


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ganbaru {__version__}")
        raise typer.Exit


@app.callback()
def _settings(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what the rooms log.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    global _debug
    _debug = debug
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s: %(message)s", stream=sys.stderr
    )


def run(arguments: list[str] | None = None) -> int:
    """Runs one command.

    Returns:
        0 done, 1 the user's input or environment is at fault, 2 wrong usage, 3 findings with ``--strict``, 130
        interrupted.
    """
    try:
        outcome = app(args=arguments, standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except _Usage as error:
        error.show()
        return int(error.exit_code)
    except UserError as error:
        _trace()
        complain(str(error.args[0]), error.hint)
        return 1
    except OSError as error:
        _trace()
        complain(f"the system refused: {error}", "check the path, the permissions and the room on the disk")
        return 1
    except (KeyboardInterrupt, typer.Abort) as error:
        _trace()
        complain(str(error) or "interrupted", "")
        return 130
    except Exception as error:
        _trace()
        complain(
            f"a fault in ganbaru: {type(error).__name__}: {error}", "ganbaru --debug … shows where; please report it"
        )
        return 1


def _trace() -> None:
    if _debug:
        traceback.print_exc()
