"""Runs that need an installation each: Django knows one database for the life of a process."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from typing import Any

from tieout.cli.benching.databases import Kind, place


def apart(kind: Kind, server: str, module: str, *arguments: object) -> dict[str, Any]:
    """Call `run` of a module of this package in a process and an installation of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        return processes.submit(_inside, kind, server, module, arguments).result()


def _inside(kind: Kind, server: str, module: str, arguments: tuple[object, ...]) -> dict[str, Any]:
    with place(kind, server):
        answer: dict[str, Any] = import_module(f"tieout.cli.benching.{module}").run(*arguments)
        return answer
