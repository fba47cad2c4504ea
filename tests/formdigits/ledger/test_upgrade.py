import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from formdigits.errors import BadRequest, FormdigitsError, ServerUnreachable
from formdigits.ledger import open_ledger
from formdigits.ledger.schema import REVISION, metadata

OPEN = "import sys; from formdigits.ledger import open_ledger; open_ledger(sys.argv[1])"


def drop_everything(ledger):
    with ledger._writing.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    ledger.close()


def test_the_migrations_make_the_tables_of_the_schema(ledger):
    with ledger._reading.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []


def test_processes_that_start_at_once_make_one_schema(ledger, ledger_url):
    drop_everything(ledger)

    starts = [subprocess.Popen([sys.executable, "-c", OPEN, ledger_url], stderr=subprocess.PIPE) for _ in range(2)]
    errors = [start.communicate(timeout=60)[1] for start in starts]

    assert errors == [b"", b""]
    assert ledger.jobs() == []


def test_a_current_ledger_opens_without_alembic(ledger, ledger_url):
    program = f"{OPEN}; assert 'alembic' not in sys.modules"

    subprocess.run([sys.executable, "-c", program, ledger_url], check=True, timeout=60)


def test_a_ledger_of_a_newer_formdigits_is_refused(ledger, ledger_url):
    with ledger._writing.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    try:
        with pytest.raises(FormdigitsError, match="another version of formdigits"):
            open_ledger(ledger_url)
    finally:
        with ledger._writing.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :known"), {"known": REVISION})


def test_a_new_ledger_makes_its_folder(tmp_path):
    open_ledger(f"sqlite:///{tmp_path / 'new' / 'folder' / 'ledger.db'}").close()

    assert (tmp_path / "new" / "folder" / "ledger.db").is_file()


@pytest.mark.parametrize(
    "url", ["sqlite:////proc/nowhere/ledger.db", "sqlite:///{tmp_path}", "postgresql://nobody@127.0.0.1:1/nothing"]
)
def test_a_database_that_does_not_answer_is_unreachable(url, tmp_path):
    with pytest.raises(ServerUnreachable, match="does not answer"):
        open_ledger(url.format(tmp_path=tmp_path))


@pytest.mark.parametrize("url", ["mysql://localhost/formdigits", "sqlite://", "nonsense"])
def test_a_database_of_another_kind_is_refused(url):
    with pytest.raises(BadRequest, match="needs sqlite"):
        open_ledger(url)
