"""Pages of the documentation as sessions: their blocks are run in order in a folder of their own.

A page is a session of somebody at a desk. Blocks marked `sh` or `bash` run in bash, `python` in one namespace a page,
`http` over the wire; `json` has to be JSON. Where `guelta` stands in a shell block the command runs in this process (it
saves the start of an interpreter each time) with the block's own folder, environment, standard input and pipes.

A comment right before a block says what is special about it:

``<!-- not run: REASON -->``
    Too long, or for another machine: every `guelta` line has still to be one that the command line takes, every `make`
    a target, every address of the service a route; Python has to be Python.
``<!-- exit N -->``
    The shell block ends with that exit code; for `http`, ``<!-- status N -->``.
``<!-- answers: TEXT -->``
    What is typed when a command asks.
``<!-- on NAME -->``
    Another machine: a folder, and so a store, of its own. `/media/usb` is the stick that is carried between them.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import httpx

from api.access.rules import RULES, RuleBook
from api.cli.main import cli, exit_code

ROOT = Path(__file__).parents[1]
SERVICE = "http://127.0.0.1:8000"
STICK = "/media/usb"
_BLOCK = re.compile(r"^((?:<!-- .*? -->\n)*)```(\w+)\n(.*?)^```$", re.M | re.S)
_MARK = re.compile(r"<!-- (not run|exit|status|answers|on):? ?(.*?) -->\n")
_SHELL = ("sh", "bash")
_LONGEST_S = 300
#: What stands for `guelta`: it hands command, folder, environment and input on, and gives back what came out.
_SHIM = """#!{python} -IS
import json, os, socket, sys
if sys.argv[1:2] == ["work"]:  # it has processes and signals of its own
    os.execv({python!r}, [{python!r}, "-m", "api.cli.main", *sys.argv[1:]])
asked = dict(arguments=sys.argv[1:], folder=os.getcwd(), environment=dict(os.environ), typed=sys.stdin.read())
with socket.socket(socket.AF_UNIX) as desk:
    desk.connect({address!r})
    desk.sendall(json.dumps(asked).encode())
    desk.shutdown(socket.SHUT_WR)
    told = json.load(desk.makefile())
sys.stdout.write(told["out"])
sys.stderr.write(told["err"])
sys.exit(told["code"])
"""


@dataclass(frozen=True)
class Block:
    """A fenced block, with the marks before it and the line it begins on."""

    language: str
    text: str
    line: int
    marks: dict[str, str]

    def __str__(self) -> str:
        return f"line {self.line}, {self.language}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(each[2], each[3], text.count("\n", 0, each.start(2)) + 1, dict(_MARK.findall(each[1])))
        for each in _BLOCK.finditer(text)
    ]


def faults_in(block: Block) -> list[str]:
    """What is wrong with a block that is not run, as far as can be told without."""
    if block.language == "python":
        ast.parse(block.text)
        return []
    assert block.language in _SHELL, "only shell and Python can be left unrun"
    return [fault for line in _lines(block.text) for fault in _line_faults(line)]


def _lines(text: str) -> Iterator[list[str]]:
    """The commands of a script, one a line."""
    for line in text.replace("\\\n", " ").splitlines():
        if words := shlex.split(line, comments=True):
            yield words


def _line_faults(words: list[str]) -> list[str]:
    name = words[0].rpartition("/")[2]
    if name == "guelta":
        return _refused(words[1:])
    if name == "make":
        targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M)
        return [f"make has no {word}" for word in words[1:] if "=" not in word and word not in targets]
    book = RuleBook(RULES)
    paths = [urlsplit(word).path for word in words if word.startswith(SERVICE)]
    return [f"nothing answers at {path}" for path in paths if book.match("GET", path or "/") is None]


def _refused(words: list[str]) -> list[str]:
    """What the command line has against a command that it only parses."""
    words = [word for word in words if word not in ("&", "|")]
    command: click.Command = cli
    context = click.Context(cli, info_name="guelta")
    try:
        while isinstance(command, click.Group):
            name, command, words = command.resolve_command(context, words)
            context = click.Context(command, info_name=name, parent=context)
        command.make_context(command.name or "", words, parent=context.parent)
    except click.ClickException as error:
        if "does not exist" in error.format_message():  # a file that what is not run would have made
            return []
        return [f"guelta {' '.join(words)}: {error.format_message()}"]
    return []


@dataclass
class Session:
    """The desk a page is played at.

    Attributes
    ----------
    folder : Path
        Holds the machines' folders and the stick.
    service : str
        Where a server of the first machine's store listens, if the page asks one.
    """

    folder: Path
    service: str = SERVICE
    _names: dict[str, Any] = field(default_factory=dict)

    def machine(self, name: str = "laptop-1") -> Path:
        made = self.folder / name
        if not made.is_dir():
            (made / ".venv" / "bin").mkdir(parents=True)
            (self.folder / "usb").mkdir(exist_ok=True)
            shim = made / ".venv" / "bin" / "guelta"
            shim.write_text(_SHIM.format(python=sys.executable, address=str(self.folder / "desk")))
            shim.chmod(shim.stat().st_mode | stat.S_IXUSR)
        return made

    def run(self, block: Block) -> None:
        """Run a block; an AssertionError tells what it said where it did not do what it should."""
        text = block.text.replace(SERVICE, self.service).replace(STICK, str(self.folder / "usb"))
        if "not run" in block.marks:
            assert len(block.marks["not run"]) > 12, "the reason is missing"
            assert faults_in(block) == []
        elif block.language in _SHELL:
            self._shell(text, block.marks)
        elif block.language == "python":
            with _at(self.machine(block.marks.get("on", "laptop-1")), self._exported()):
                exec(compile(text, str(block), "exec"), self._names)
                self._environment.write_text(json.dumps(dict(os.environ)))
        elif block.language == "http":
            self._http(text, block.marks)
        elif block.language == "json":
            json.loads(text)

    def _exported(self) -> dict[str, str]:
        """The environment that the blocks so far left."""
        kept = self._environment
        return dict(json.loads(kept.read_text())) if kept.exists() else dict(os.environ)

    @property
    def _environment(self) -> Path:
        return self.folder / "environment"

    def _shell(self, text: str, marks: dict[str, str]) -> None:
        machine = self.machine(marks.get("on", "laptop-1"))
        script = self.folder / "block.sh"
        keep = f"{sys.executable} -IS -c 'import json, os; print(json.dumps(dict(os.environ)))'"
        script.write_text(f"set -euo pipefail\n{text}\n{keep} > {self._environment}\n")
        path = f"{machine / '.venv' / 'bin'}:{os.environ['PATH']}"
        asking = [f"{each}\n" for each in marks.get("answers", "").split(", ")]
        with socket.socket(socket.AF_UNIX) as desk:
            (self.folder / "desk").unlink(missing_ok=True)
            desk.bind(str(self.folder / "desk"))
            desk.listen()
            desk.settimeout(0.02)
            with (self.folder / "typed").open("w+") as typed, (self.folder / "told").open("w+") as told:
                typed.write("".join(asking))
                typed.seek(0)
                environment = self._exported() | {"PATH": path, "PYTHONPATH": str(ROOT)}
                shell = subprocess.Popen(
                    ["bash", str(script)], cwd=machine, env=environment, stdin=typed, stdout=told, stderr=told
                )
                _serve(desk, shell)
                told.seek(0)
                expected = int(marks.get("exit", "0"))
                assert shell.returncode == expected, f"exit {shell.returncode}, not {expected}: {told.read()[-3000:]}"

    def _http(self, text: str, marks: dict[str, str]) -> None:
        head, _, body = text.partition("\n\n")
        method, path = head.splitlines()[0].split(" ", 1)
        named = dict(line.split(": ", 1) for line in head.splitlines()[1:])
        exported = self._exported()
        headers = {name: re.sub(r"\$(\w+)", lambda found: exported[found[1]], value) for name, value in named.items()}
        answer = httpx.request(method, self.service + path, headers=headers, content=body.strip(), timeout=_LONGEST_S)
        expected = int(marks.get("status", "200"))
        assert answer.status_code == expected, f"{answer.status_code}, not {expected}: {answer.text[:2000]}"


def _serve(desk: socket.socket, shell: subprocess.Popen[bytes]) -> None:
    """Do what the shell asks of `guelta` until it ends."""
    while shell.poll() is None:
        try:
            caller, _ = desk.accept()
        except TimeoutError:
            continue
        with caller, caller.makefile("rw") as line:
            caller.settimeout(_LONGEST_S)
            json.dump(_answered(json.load(line)), line)


def _answered(asked: dict[str, Any]) -> dict[str, Any]:
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    typed, sys.stdin = sys.stdin, TextIOWrapper(BytesIO(asked["typed"].encode()), encoding="utf-8")
    try:
        with _at(Path(asked["folder"]), asked["environment"]), redirect_stdout(out), redirect_stderr(err):
            code = exit_code(asked["arguments"])
    finally:
        sys.stdin = typed
    return {"code": code, **{name: each.buffer.getvalue().decode() for name, each in (("out", out), ("err", err))}}  # type: ignore[attr-defined]


@contextmanager
def _at(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """Stand in a folder, with an environment."""
    here, before = Path.cwd(), dict(os.environ)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        os.chdir(here)
