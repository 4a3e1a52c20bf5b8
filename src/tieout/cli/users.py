"""Users from the terminal."""

from __future__ import annotations

import secrets

import click

from tieout.cli.output import emit, json_option, table
from tieout.config import start

#: Names of Django groups; what each may do is decided by the web admin.
ROLES = ("owner", "operator", "bookkeeper", "viewer")


@click.group()
def user() -> None:
    """People who log in to the web admin."""


@user.command("add", epilog="Example: tieout user add carla --role bookkeeper")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True)
@json_option
def add(name: str, role: str, as_json: bool) -> None:
    """Make a user with a random password, which is shown once."""
    start.begin()
    password = make_user(name, role)
    if as_json:
        emit({"user": name, "role": role, "password": password})
    else:
        click.echo(f"User {name} ({role}), password {password} (shown this once).")


@user.command("password", epilog="Example: tieout user password carla")
@click.argument("name")
@json_option
def password(name: str, as_json: bool) -> None:
    """Give a user a new random password, which is shown once."""
    start.begin()
    from django.contrib.auth.models import User

    found = User.objects.filter(username=name).first()
    if found is None:
        raise click.UsageError(f"There is no user {name}.")
    new = secrets.token_urlsafe(12)
    found.set_password(new)
    found.save()
    if as_json:
        emit({"user": name, "password": new})
    else:
        click.echo(f"New password of {name}: {new} (shown this once).")


@user.command("list", epilog="Example: tieout user list --json")
@json_option
def list_users(as_json: bool) -> None:
    """Who may log in, and as what."""
    start.begin()
    from django.contrib.auth.models import User

    rows = [
        {"user": one.username, "role": _role(one), "active": one.is_active, "last_login": one.last_login}
        for one in User.objects.order_by("username")
    ]
    if as_json:
        emit({"users": rows})
    else:
        table("Users", ("user", "role", "active", "last login"), [tuple(row.values()) for row in rows])


def _role(one: object) -> str:
    from django.contrib.auth.models import User

    assert isinstance(one, User)
    names = set(one.groups.values_list("name", flat=True))
    return next((role for role in ROLES if role in names), "owner" if one.is_superuser else "none")


def make_user(name: str, role: str, password: str = "") -> str:
    """Make a user in a role. Returns the password; raises UsageError when the name is taken."""
    from django.contrib.auth.models import Group, User
    from django.core.exceptions import ValidationError

    try:
        User(username=name, password="-").clean_fields(exclude={"last_login"})
    except ValidationError as error:
        raise click.UsageError(
            f"{name!r} cannot be the name of a user: letters, digits and @ . + - _ make one, 150 at most."
        ) from error
    if User.objects.filter(username=name).exists():
        raise click.UsageError(f"There is a user {name} already.")
    password = password or secrets.token_urlsafe(12)
    made = User.objects.create_user(name, password=password, is_superuser=role == "owner", is_staff=role == "owner")
    made.groups.add(Group.objects.get_or_create(name=role)[0])
    return password
