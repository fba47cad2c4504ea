"""Every knob of formdigits, with its meaning and range.  Read once per program, then passed on as values."""

import hashlib
import os
import re
import tempfile
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from formdigits.errors import BadSetting
from formdigits.setting_errors import PREFIX, sentence_of

LONGEST_SOCKET_PATH = 100
"""The kernel takes 107 bytes on Linux and 103 on macOS."""

DATABASE_ADDRESS = re.compile(r"(sqlite:///|postgresql(\+\w+)?://).+")
S3_ADDRESS = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^/:]+)*/?")


def is_s3_address(value: str) -> bool:
    """Whether something can lie there."""
    return bool(S3_ADDRESS.fullmatch(value)) and ".." not in value.split("/")


def check_address(value: str) -> str:
    """Refuse what is no address on S3: nothing else is ever asked for a scan or a model."""
    if value and not is_s3_address(value):
        raise ValueError("an address such as s3://bucket/folder")
    return value.rstrip("/")


def check_roots(value: str) -> str:
    """Refuse a list that holds an address of anything but S3."""
    if not all(is_s3_address(root) for root in split_roots(value) if "://" in root):
        raise ValueError(f"folders, and addresses such as s3://bucket/folder, with {os.pathsep!r} between them")
    return value


def check_folder(value: Path) -> Path:
    """Refuse a file."""
    if value.expanduser().is_file():
        raise ValueError("a folder")
    return value


def check_database(value: str) -> str:
    """Refuse the address of a database that the ledger cannot use."""
    if value and not DATABASE_ADDRESS.fullmatch(value):
        raise ValueError("an address such as sqlite:///FILE or postgresql://HOST/DATABASE")
    return value


def check_url(value: str) -> str:
    """Refuse what no page can be asked at."""
    try:
        parts = urlsplit(value)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an address that is none
        is_good = False
    if value and not is_good:
        raise ValueError("an address such as http://127.0.0.1:8765")
    return value


DatabaseAddress = Annotated[str, AfterValidator(check_database)]
Folder = Annotated[Path, AfterValidator(check_folder)]
PageAddress = Annotated[str, AfterValidator(check_url)]
S3Address = Annotated[str, AfterValidator(check_address)]
ScanRoots = Annotated[str, AfterValidator(check_roots)]


class Settings(BaseSettings):
    """Read from the environment: `FORMDIGITS_` and the name in capitals.

    Raises:
        BadSetting: a value makes no sense.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    data_dir: Folder = Field(
        Path("formdigits-data"), description="Where all state lives: ledger, models, uploads, broker, logs."
    )
    database_url: DatabaseAddress = Field(
        "", description="SQLAlchemy URL of the ledger; empty: SQLite in the data folder.", repr=False
    )
    broker_url: str = Field(
        "", description="Celery broker URL; empty: the embedded broker's socket in the data folder.", repr=False
    )
    broker_sentinel_master: str = Field(
        "", description="Name that the sentinels watch the master by, where the broker URL is of `sentinel://`."
    )
    broker_sentinel_password: str = Field(
        "", description="Password of the sentinels themselves; empty: they ask for none.", repr=False
    )
    scan_roots: ScanRoots = Field(
        "",
        description="Folders, and addresses such as `s3://bucket/scans`, whose scans may be read by path, separated as"
        " PATH is; uploads always may.",
    )
    uploads_url: S3Address = Field(
        "", description="Where uploaded scans are kept, such as `s3://bucket/uploads`; empty: in the data folder."
    )
    models_url: S3Address = Field(
        "", description="Where model versions are kept, such as `s3://bucket/models`; empty: in the data folder."
    )
    form_dirs: str = Field("", description="More folders with form templates, separated as PATH is.")
    host: str = Field("127.0.0.1", description="Address that the page listens on.")
    port: int = Field(8765, ge=0, le=65535, description="Port that the page listens on; 0: any free one.")
    trusted_hosts: str = Field(
        "", description="Host names that the page answers to, separated by commas; empty: this machine's."
    )
    url: PageAddress = Field(
        "", description="Address of a running formdigits; empty: the one that the data folder names."
    )
    token: str = Field(
        "", description="The API token; empty: the one in the data folder, made on first use.", repr=False
    )

    worker_processes: int = Field(0, ge=0, description="Processes that read pages; 0: one per core.")
    images_per_chunk: int = Field(256, ge=1, le=4096, description="Digit images in one message.")
    pages_per_chunk: int = Field(8, ge=1, le=256, description="Form pages in one message.")
    window_messages: int = Field(
        4, ge=1, description="Messages that may be under way, for each process that reads pages."
    )
    lease_s: float = Field(30, gt=0, description="How long a worker may hold a chunk before another may take it.")
    time_limit_s: int = Field(25, ge=1, description="How long reading one chunk may take; must be below the lease.")
    sweep_every_s: float = Field(2, gt=0, description="How often overdue chunks are looked for.")
    resend_after_s: float = Field(5, gt=0, description="Age at which a chunk that nobody claims has lost its message.")
    max_attempts: int = Field(
        3, ge=1, description="Attempts at a chunk before it is split to find the page that kills workers."
    )

    max_error: float = Field(
        0.01, gt=0, le=1, description="Error budget of a job that states none: wrong fields among the accepted."
    )
    second_opinion: Literal["", "rapidocr"] = Field(
        "",
        description="Reader that must agree before a field is accepted: `rapidocr`, an extra of its own; empty: none.",
    )
    max_file_bytes: int = Field(64_000_000, ge=1, description="Largest scan file.")
    max_document_bytes: int = Field(
        500_000_000, ge=1, description="Largest PDF, TIFF or ZIP; of a document one page at a time is in memory."
    )
    max_upload_bytes: int = Field(510_000_000, ge=1, description="Largest request body with scans.")
    max_pages_per_job: int = Field(1_000_000, ge=1, description="Most pages in one job.")
    max_waiting_pages: int = Field(
        0, ge=0, description="Most pages that may wait in all jobs together; more are refused for now; 0: any number."
    )
    retention_days: int = Field(
        0, ge=0, description="Days after which an ended job goes, with its uploads and readings; 0: it stays for ever."
    )

    metrics_port: int = Field(
        0, ge=0, le=65534, description="Port of a worker's or trainer's own /metrics, /live and /ready; 0: none."
    )
    metrics_host: str = Field("127.0.0.1", description="Address that this port is opened on.")
    task_events: bool = Field(default=False, description="Whether Celery's events are sent, which Flower needs.")

    @model_validator(mode="wrap")
    @classmethod
    def _name_what_is_wrong(cls, values: Any, check: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return check(values)
        except ValidationError as error:
            secret = {name for name, field in cls.model_fields.items() if not field.repr}
            raise BadSetting(sentence_of(error, cls.model_json_schema(), secret)) from None

    @cached_property
    def data(self) -> Path:
        return self.data_dir.expanduser().absolute()

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def uploads(self) -> Path:
        return self.data / "uploads"

    @property
    def model_cache(self) -> Path:
        """Where copies of model versions on S3 are kept."""
        return self.data / "model-cache"

    @property
    def broker_socket(self) -> Path:
        """Where the embedded broker listens: in the data folder, unless that path is too long for a socket."""
        socket = self.data / "run" / "broker.sock"
        if len(str(socket)) <= LONGEST_SOCKET_PATH:
            return socket
        name = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"formdigits-{os.getuid()}-{name}" / "broker.sock"

    @property
    def ledger_url(self) -> str:
        return self.database_url or f"sqlite:///{self.data / 'ledger.db'}"

    @property
    def celery_broker_url(self) -> str:
        return self.broker_url or f"redis+socket://{self.broker_socket}"

    @property
    def uploads_root(self) -> str:
        """The folder, or the address on S3, that uploaded scans are kept in."""
        return self.uploads_url or str(self.uploads)

    @property
    def allowed_roots(self) -> tuple[str, ...]:
        """Folders, and addresses on S3, that scans may be read from, the uploads first."""
        return (self.uploads_root, *split_roots(self.scan_roots))

    @property
    def local_roots(self) -> tuple[Path, ...]:
        """Those of them that are folders."""
        return tuple(Path(root) for root in self.allowed_roots if "://" not in root)

    @property
    def form_folders(self) -> tuple[Path, ...]:
        """Folders that form templates are looked for in, the user's first."""
        return (*split_paths(self.form_dirs), self.data / "forms")


def split_paths(value: str) -> tuple[Path, ...]:
    """Take a list of folders apart, as PATH is taken apart."""
    return tuple(Path(part).expanduser().absolute() for part in value.split(os.pathsep) if part)


def split_roots(value: str) -> tuple[str, ...]:
    """Take a list of folders and addresses apart: the colon of `s3://` separates nothing."""
    parts = re.split(rf"{os.pathsep}(?!//)", value)
    return tuple(part if "://" in part else str(Path(part).expanduser().absolute()) for part in parts if part)
