"""The door: the token is shown once, then a session cookie stands for it."""

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from submit_ui.callers import find_caller, sha256_of
from submit_ui.pages.blueprint import pages
from submit_ui.security import remember


@pages.get("/login")
def login() -> ResponseReturnValue:
    """Ask for the token."""
    return render_template("login.html", to=request.args.get("to", "/"), wrong=False)


@pages.post("/login")
def log_in() -> ResponseReturnValue:
    """Take the token, and go on where the person wanted to go."""
    to = request.form.get("to", "/")
    token = request.form.get("token", "").strip()
    if find_caller(sha256_of(token)) is None:
        return render_template("login.html", to=to, wrong=True), 401
    remember(token)
    return redirect(to if is_own(to) else "/")


@pages.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """Browsers ask for it on their own; the layout names another."""
    abort(404)


def is_own(address: str) -> bool:
    """Whether the address stays on this host: `//elsewhere` does not."""
    return address.startswith("/") and not address.startswith(("//", "/\\"))
