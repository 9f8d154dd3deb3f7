"""Is a call of `aws …` one that the AWS CLI takes? Its commands come from the descriptions that botocore has of the services."""

from __future__ import annotations

from functools import cache

import botocore.session
import jmespath
from botocore import xform_name
from botocore.model import ListShape, Shape, StringShape, StructureShape

# Of the CLI itself: https://docs.aws.amazon.com/cli/latest/reference/
GLOBAL = {"output", "query", "region", "profile", "endpoint-url", "no-cli-pager"}
# What the CLI calls otherwise than the service is named.
SERVICES = {"deploy": "codedeploy"}
# Options that the CLI has beside the service's own: awscli/customizations/codedeploy/locationargs.py.
MORE = {("CreateDeployment", "github-location"): {"repository", "commitId"}}


class NotTheCli(Exception):
    """A call that the AWS CLI would refuse, or an answer that is asked for what is not in it."""


def kebab(name: str) -> str:
    return xform_name(name, "-")


@cache
def service(name: str):
    session = botocore.session.get_session()
    try:
        return session.get_service_model(SERVICES.get(name, name)), session.get_waiter_model(
            SERVICES.get(name, name)
        )
    except Exception as error:
        raise NotTheCli(f"aws {name}: {error}") from error


def check(words: tuple[str, ...]) -> str:
    """The operation, or the waiter, that the words call."""
    model, waiters = service(words[0])
    rest = list(words[1:])
    waiter = None
    if rest[0] == "wait":
        found = [name for name in waiters.waiter_names if kebab(name) == rest[1]]
        if not found:
            raise NotTheCli(f"no waiter {rest[1]}")
        waiter, rest = found[0], rest[2:]
        operation = waiters.get_waiter(waiter).operation
    else:
        found = [name for name in model.operation_names if kebab(name) == rest[0]]
        if not found:
            raise NotTheCli(f"no operation {rest[0]}")
        operation, rest = found[0], rest[1:]
    shape = model.operation_model(operation)
    members = {kebab(name): member for name, member in shape.input_shape.members.items()}
    given: dict[str, list[str]] = {}
    values: list[str] = []
    for word in rest:
        if word.startswith("--"):
            values = given.setdefault(word[2:], [])
        else:
            values.append(word)
    for name, values in given.items():
        more = MORE.get((operation, name))
        if more:
            if {part.split("=")[0] for part in " ".join(values).split(",")} != more:
                raise NotTheCli(f"{operation}: --{name} {values}")
        elif name not in members:
            if name not in GLOBAL:
                raise NotTheCli(f"{operation} has no --{name}")
        elif not fits(members[name], values):
            raise NotTheCli(f"{operation}: --{name} {values}")
    missing = {kebab(name) for name in shape.input_shape.required_members} - set(given)
    if missing:
        raise NotTheCli(f"{operation} wants {missing}")
    for query in given.get("query", []):
        if jmespath.search(query, sample(shape.output_shape)) in (None, [], [[]]):
            raise NotTheCli(f"{operation}: no {query} in the answer")
    return waiter or operation


def fits(shape: Shape, values: list[str]) -> bool:
    """As far as it is used here: words, lists of words, and the short form KEY=VALUE,… of a structure."""
    if isinstance(shape, ListShape):
        return bool(values) and all(fits(shape.member, [value]) for value in values)
    if len(values) != 1:
        return False
    if isinstance(shape, StructureShape):
        parts = [part.partition("=") for part in values[0].split(",")]
        return all(key in shape.members and value for key, _, value in parts)
    return not (isinstance(shape, StringShape) and shape.enum) or values[0] in shape.enum


def sample(shape: Shape | None) -> object:
    """An answer with everything in it."""
    if isinstance(shape, StructureShape):
        return {name: sample(member) for name, member in shape.members.items()}
    if isinstance(shape, ListShape):
        return [sample(shape.member)]
    return "x"
