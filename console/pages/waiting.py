"""Counts of the menu, which an open page asks for again and again."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from console import access
from console.permissions import SIGNED_IN
from console.shell import shell


@access.allow(SIGNED_IN, polled=True)
def waiting() -> ResponseReturnValue:
    """The counts of the menu, for an open page to renew; nothing where they are still those it shows."""
    found = shell(access.visitor())
    if request.args.get("shown") == found.shown:
        return "", 204
    return render_template("console/_waiting.html", shell=found, is_renewed=True)
