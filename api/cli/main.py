"""`guelta`: one command for every use case; exit code 0, 2 (bad input) or 3 (no feasible answer)."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from data.errors import BadInput, NoAnswer

#: Command to the module that defines it, imported only when it is asked for: the libraries behind take seconds.
COMMANDS = {
    "plan": "api.cli.plan",
    "edit": "api.cli.edit",
    "compare": "api.cli.compare",
    "replan": "api.cli.replan",
    "simulate": "api.cli.simulate",
    "debt": "api.cli.debt",
    "order": "api.cli.order",
    "risk": "api.cli.risk",
    "route": "api.cli.route",
    "reach": "api.cli.reach",
    "site": "api.cli.site",
    "survive": "api.cli.survive",
    "case": "api.cli.case",
    "exercise": "api.cli.exercise",
    "drift": "api.cli.drift",
    "incident": "api.cli.incident",
    "hindcast": "api.cli.hindcast",
    "map": "api.cli.map",
    "data": "api.cli.data",
    "report": "api.cli.report",
    "indicators": "api.cli.indicators",
    "store": "api.cli.store",
    "sync": "api.cli.sync",
    "backup": "api.cli.backup",
    "restore": "api.cli.restore",
    "serve": "api.cli.serve",
    "work": "api.cli.work",
    "job": "api.cli.job",
    "key": "api.cli.key",
    "audit": "api.cli.audit",
    "retain": "api.cli.retain",
}
SUMMARIES = {
    "plan": "Plan patrols of one or more days and write the orders.",
    "edit": "Change a plan: lock, add, drop, another fleet; and compare.",
    "compare": "Put two plans side by side.",
    "replan": "Divert patrols under way to an alert.",
    "simulate": "Put a plan to the test on simulated strandings, beside habits.",
    "debt": "List what has gone unseen longest where it matters most.",
    "order": "Put orders into short messages and read them back.",
    "risk": "List the riskiest segments of a day, or write rasters.",
    "route": "Find a way between two positions, with its dry gaps.",
    "reach": "Outline how far a vehicle or people on foot get, hour by hour.",
    "site": "Say where new bases, water points or beacons would reach most people.",
    "case": "Work on a call for help: where they may be, how long they have, where to look first.",
    "exercise": "Train: search for a hidden group and see the score.",
    "survive": "Say how long a group in distress has got.",
    "drift": "Write drift scenarios for OpenDrift, map its results.",
    "incident": "Read incident files, every row accounted for.",
    "hindcast": "Score how well the model foretells later incidents.",
    "map": "Write a map page that opens without a network.",
    "data": "Find, fetch, check and import data; prepare and pack the region.",
    "report": "Keep what patrols report on their return.",
    "indicators": "Say what patrols and searches achieved, for reports.",
    "store": "Say what the operational store holds and whether it is whole.",
    "sync": "Exchange changes between stores that are apart, as signed files.",
    "backup": "Write everything the store holds into one file.",
    "restore": "Put a backup into a store.",
    "serve": "Serve the API on this machine.",
    "work": "Do the long work that was asked of the API.",
    "job": "List and show that work, take its results, cancel it.",
    "key": "Make, list and revoke keys of the API.",
    "audit": "Check and show who read cases and plans.",
    "retain": "Erase contact notes and generalise positions of closed cases.",
}


class _Lazy(click.Group):
    """A group that knows its commands by name and imports one when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in COMMANDS])


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--pack",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Start from this pack of `guelta data pack` alone, not from the region here.",
)
@click.option("--signed-by", default="", metavar="ID", help="Take the pack only if this store signed it.")
def cli(pack: Path | None, signed_by: str) -> None:
    """Guelta: route risk and search-and-rescue planning on the Saharan routes."""
    if pack is not None:
        from api.cli.data_pack import use_pack

        use_pack(pack, signed_by)
    elif signed_by:
        raise BadInput("--signed-by says who has to have signed a pack: name one with --pack")


def run(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code; faults go to standard error, one line each."""
    sys.exit(exit_code(arguments))


def exit_code(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    0, 2 for bad input, 3 when there is no answer, 130 when stopped,
    1 for a fault of the program itself.
    """
    try:
        cli.main(args=None if arguments is None else list(arguments), prog_name="guelta", standalone_mode=False)
    except BadInput as error:
        return _tell(2, *error.faults)
    except NoAnswer as error:
        return _tell(3, f"no answer: {error.reason}")
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 0
    except click.ClickException as error:
        return _tell(2, error.format_message().replace("\n", " "))
    except (click.Abort, KeyboardInterrupt):
        return _tell(130, "stopped")
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return _tell(2, f"cannot read or write {error.filename}: {error.strerror}" if error.filename else str(error))
    except Exception as error:
        if os.environ.get("GUELTA_DEBUG"):
            raise
        return _tell(
            1, f"internal error ({type(error).__name__}: {error}); set GUELTA_DEBUG=1 to see where, and report it"
        )
    return 0


def _tell(code: int, *lines: str) -> int:
    for line in lines:
        click.echo(f"guelta: {line}", err=True)
    return code


if __name__ == "__main__":
    run()
