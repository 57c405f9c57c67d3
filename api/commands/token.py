"""tertius token: a fresh secret for whoever may write, and the line that the service is to know."""

import secrets
from typing import Annotated

import typer

from api.commands.console import application
from api.tokens import NAME, hashed

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose token it is, as the audit is to tell.")]


def token(name: Name) -> None:
    """Make a token.

    Prints the secret, which stands nowhere else, and the setting that holds only its hash: give the one to whoever
    writes, and the other to the service.
    """
    if not NAME.fullmatch(name):
        raise typer.BadParameter(f"NAME: {name!r} is to be of letters, digits and . _ - @")
    secret = secrets.token_urlsafe(32)
    typer.echo(f"secret   {secret}")
    typer.echo(f"setting  TERTIUS_TOKENS={hashed(f'{name}:{secret}')}")


app = application(
    token,
    """
Examples:
  tertius token ada
  curl -H "Authorization: Bearer SECRET" -d 'update=CLEAR DEFAULT' http://127.0.0.1:8000/update
""",
)
