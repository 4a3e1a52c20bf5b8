"""Entry of the `tieout` command: finds the verb, turns what goes wrong into one sentence and an exit code."""

from __future__ import annotations

import faulthandler
import importlib
import sys
from collections.abc import Sequence

import click

from tieout.errors import ConfigurationWrong, TieoutError

DONE, PROBLEMS, WRONG_USE = 0, 1, 2

#: Verb → module and name of its click command. Modules are imported when their verb is used: `--help` stays fast.
VERBS = {
    "backup": "tieout.cli.keeping:backup",
    "bench": "tieout.cli.bench:bench",
    "catch-up": "tieout.cli.catching:catch_up",
    "connect": "tieout.cli.connections:connect",
    "demo": "tieout.cli.demo:demo",
    "doctor": "tieout.cli.watching:doctor",
    "export": "tieout.cli.exporting:export",
    "init": "tieout.cli.keeping:init",
    "key": "tieout.cli.keeping:key",
    "links": "tieout.cli.links:links",
    "log": "tieout.cli.watching:log",
    "move": "tieout.cli.moving:move",
    "organisation": "tieout.cli.connections:organisation",
    "plan": "tieout.cli.working:plan",
    "pull": "tieout.cli.working:pull",
    "queue": "tieout.cli.queue:queue",
    "report": "tieout.cli.watching:report",
    "restore": "tieout.cli.keeping:restore",
    "serve": "tieout.cli.serving:serve",
    "store": "tieout.cli.connections:store",
    "sync": "tieout.cli.working:sync",
    "tie-out": "tieout.cli.tying:tie_out",
    "undo": "tieout.cli.working:undo",
    "upgrade": "tieout.cli.keeping:upgrade",
    "user": "tieout.cli.users:user",
    "worker": "tieout.cli.serving:worker",
}


class Verbs(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(VERBS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in VERBS:
            return None
        module, _, attribute = VERBS[name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="tieout", prog_name="tieout")
def cli() -> None:
    """Connects online stores with Xero and proves to the cent that store and ledger agree."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; what goes wrong becomes one sentence on stderr and an exit code."""
    try:
        given = None if arguments is None else list(arguments)
        result = cli.main(args=given, prog_name="tieout", standalone_mode=False)
        return result if isinstance(result, int) else DONE
    except click.UsageError as error:
        return _say(_with_hint(error), WRONG_USE)
    except click.ClickException as error:
        return _say(error.format_message(), WRONG_USE)
    except ConfigurationWrong as error:
        return _say(str(error), WRONG_USE)
    except TieoutError as error:
        return _say(str(error), PROBLEMS)
    except (click.Abort, KeyboardInterrupt):
        return _say("Stopped.", PROBLEMS)
    except Exception as error:
        from tieout.cli import troubles

        told = troubles.sentence(error)
        if told is None:
            raise
        return _say(told, PROBLEMS)


def _with_hint(error: click.UsageError) -> str:
    """What click says on one line, and where the help is unless it names a verb already."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    told = " ".join(error.format_message().split())
    if error.ctx is None or "see: tieout" in told:
        return told
    return f"{told if told.endswith(('.', '?', ')')) else told + '.'} See: {error.ctx.command_path} --help"


def _say(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code


def main() -> None:
    if sys.stderr is not None:
        # A crash below Python then says where each thread was.
        faulthandler.enable()
    sys.exit(run())


if __name__ == "__main__":
    main()
