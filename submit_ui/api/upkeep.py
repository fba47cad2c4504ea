"""What an operator looks after: tokens, old jobs, and the messages of a broker that was wiped."""

import secrets

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from submit_ui.api.jobs import number_argument
from submit_ui.callers import sha256_of
from submit_ui.job_bodies import NewToken
from submit_ui.parts import parts
from submit_ui.shapes import token_json

upkeep = Blueprint("upkeep", __name__)

LONGEST_AGE_S = 10**10


@upkeep.get("/tokens")
def tokens() -> ResponseReturnValue:
    """The tokens beside the operator's."""
    return {"tokens": [token_json(token) for token in parts().ledger.tokens()]}


@upkeep.post("/tokens")
def add_token() -> ResponseReturnValue:
    """Make a token.  It is in this answer and nowhere else: the ledger keeps its hash."""
    new = NewToken.model_validate_json(request.get_data())
    token = secrets.token_urlsafe(32)
    parts().ledger.add_token(new.name, sha256=sha256_of(token), scope=new.scope, quota=new.quota)
    return {"name": new.name, "scope": new.scope, "quota": new.quota, "token": token}, 201


@upkeep.delete("/tokens/<name>")
def remove_token(name: str) -> ResponseReturnValue:
    """Have a token open nothing any more; its jobs stay."""
    parts().ledger.remove_token(name)
    return {"removed": name}


@upkeep.get("/jobs/purgeable")
def purgeable() -> ResponseReturnValue:
    """Ids of the jobs that ended longer ago than `older_than_s`, or whose submitting broke off then; oldest first."""
    age_s = number_argument("older_than_s", default=LONGEST_AGE_S, highest=LONGEST_AGE_S)
    return {"ids": parts().ledger.purgeable(older_than_s=age_s, open_longer_than_s=age_s)}


@upkeep.post("/rebuild")
def rebuild() -> ResponseReturnValue:
    """Forget what was sent and send it anew; whoever has it twice finds it done."""
    n_chunks = parts().ledger.rebuild()
    return {"n_chunks": n_chunks, "n_messages": parts().send_next()}
