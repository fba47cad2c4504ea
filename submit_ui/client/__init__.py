"""SubmitClient: what the page does, for Python programs; the `formdigits` command stands on it too.

client = connect()
job_id = client.submit(["scans/"], form="water-meter")
client.wait(job_id)
for page in client.results(job_id): ...
"""

from formdigits.errors import NotAuthorised, ServerUnreachable
from formdigits.settings import Settings
from submit_ui.client.forms import Forms
from submit_ui.client.jobs import Jobs
from submit_ui.client.models import Models
from submit_ui.client.operating import Operating
from submit_ui.client.submitting import Submitting
from submit_ui.server_file import read_server_file

__all__ = ["SubmitClient", "connect"]


class SubmitClient(Submitting, Jobs, Models, Forms, Operating):
    """Talks to the page over its JSON API.  Raises the errors of `formdigits.errors`.

    A request that is harmless to repeat is sent again when its connection broke.  Submitting and waiting for a job go
    on for a minute where the server asked to come back later.
    """


def connect(settings: Settings | None = None) -> SubmitClient:
    """A client of the server that the settings name, else of the one that runs with the same data folder.

    Raises:
        ServerUnreachable: neither names one.
        NotAuthorised: the settings name a server but no token.
    """
    settings = settings or Settings()
    if settings.url:
        if not settings.token:
            raise NotAuthorised("FORMDIGITS_URL names a server; give its token as FORMDIGITS_TOKEN")
        return SubmitClient(settings.url, settings.token)
    here = read_server_file(settings)
    if here is None:
        raise ServerUnreachable("no formdigits runs here; `formdigits up` starts one, FORMDIGITS_URL names another")
    return SubmitClient(here.url, settings.token or here.token, scan_roots=here.scan_roots)
