"""Objects on S3: the one place that talks to it.

Where it is and with which keys is said by the variables that all programs for S3 know: AWS_ENDPOINT_URL,
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_DEFAULT_REGION and the rest of them.
"""

import asyncio
import errno
import os
from collections import deque
from collections.abc import Coroutine, Generator, Iterable, Iterator
from concurrent.futures import Future
from functools import cache
from itertools import islice
from typing import IO, Any, NamedTuple, TypeVar

from formdigits.errors import BadRequest, StoreUnreachable

Answer = TypeVar("Answer")

SCHEME = "s3://"
AT_A_TIME = 16
"""Requests under way from one caller: what an object takes is waiting, not work."""
BLOCK_BYTES = 1_000_000
OPTIONS = {
    "connect_timeout": 2,
    "read_timeout": 4,
    "max_pool_connections": AT_A_TIME,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}
"""S3 that is silent is given up within ten seconds, well within the time of a chunk, which is tried again later."""
OF_THE_OBJECT = {
    "NoSuchKey": (FileNotFoundError, errno.ENOENT),
    "404": (FileNotFoundError, errno.ENOENT),
    "AccessDenied": (PermissionError, errno.EACCES),
    "403": (PermissionError, errno.EACCES),
    "InvalidObjectState": (PermissionError, errno.EACCES),  # in an archive that answers in hours
    "KeyTooLongError": (OSError, errno.ENAMETOOLONG),
}
"""Answers that speak of one object; every other failure is one of S3 or of the keys to it, and passes."""
CONDITION_FAILED = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}


class Stored(NamedTuple):
    """An object and the tag of its content."""

    data: bytes
    tag: str


class Listed(NamedTuple):
    """An object in a listing."""

    url: str
    changed_at: float


class S3:
    """Asks S3; threads may share it.

    Objects are named by address, `s3://bucket/key`.  Every method raises OSError where one object is the trouble, as
    reading a file does, and StoreUnreachable where S3 does not answer or does not know our keys.
    """

    def get(self, url: str, *, most_bytes: int) -> Stored:
        """Read an object; its length is looked at before its body."""
        return self._result(self._begin(self._get(url, most_bytes)))

    def get_each(self, urls: Iterable[str], *, most_bytes: int) -> Generator[bytes | OSError]:
        """Read objects in their order, the next few while the caller is busy with one."""
        rest = (self._begin(self._get(url, most_bytes)) for url in urls)
        under_way = deque(islice(rest, AT_A_TIME))
        try:
            while under_way:
                try:
                    found: bytes | OSError = under_way[0].result().data
                except OSError as error:
                    found = error
                under_way.popleft()
                under_way.extend(islice(rest, 1))
                yield found
        finally:
            for request in under_way:
                request.cancel()

    def copy(self, url: str, file: IO[bytes], *, most_bytes: int) -> str:
        """Copy an object into a file, a block at a time, and return the tag of its content."""
        return self._result(self._begin(self._copy(url, file, most_bytes)))

    def put(self, url: str, data: bytes | IO[bytes]) -> None:
        """Write an object, whatever was there."""
        self._ask("put_object", url, Body=data)

    def put_over(self, url: str, data: bytes, *, tag: str | None) -> bool:
        """Write an object where it still has `tag`, or where there is none for None, and say whether that was so."""
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}
        try:
            self._ask("put_object", url, Body=data, **condition)
        except ConditionFailed:
            return False
        except FileNotFoundError:  # it was removed since
            return False
        return True

    def changed_at(self, url: str) -> float | None:
        """When the object was written last; None where there is none."""
        try:
            written: float = self._ask("head_object", url)["LastModified"].timestamp()
        except FileNotFoundError:
            return None
        return written

    def tag(self, url: str) -> str:
        """The tag of the content that the object has now."""
        return str(self._ask("head_object", url)["ETag"])

    def delete(self, url: str) -> None:
        """Remove an object; one that is not there is no error."""
        self._ask("delete_object", url)

    def under(self, url: str) -> Iterator[Listed]:
        """All objects whose addresses begin with `url` and a slash, a thousand a request."""
        bucket, key = split(url.rstrip("/") + "/")
        page = self._ask("list_objects_v2", f"{SCHEME}{bucket}", Prefix=key)
        while True:
            for one in page.get("Contents", []):
                yield Listed(f"{SCHEME}{bucket}/{one['Key']}", one["LastModified"].timestamp())
            if not page["IsTruncated"]:
                return
            next_ = page["NextContinuationToken"]
            page = self._ask("list_objects_v2", f"{SCHEME}{bucket}", Prefix=key, ContinuationToken=next_)

    @property
    def _files(self) -> Any:
        return connected(os.environ.get("AWS_ENDPOINT_URL"))

    def _begin(self, request: Coroutine[Any, Any, Answer]) -> "Future[Answer]":
        return asyncio.run_coroutine_threadsafe(_errors_named(request), self._files.loop)

    def _result(self, request: "Future[Answer]") -> Answer:
        try:
            return request.result()
        finally:
            request.cancel()  # where the waiting was broken off

    def _ask(self, method: str, url: str, **arguments: Any) -> Any:
        return self._result(self._begin(self._call(method, url, **arguments)))

    async def _call(self, method: str, url: str, **arguments: Any) -> Any:
        bucket, key = split(url)
        call = self._files._call_s3  # noqa: SLF001 fsspec's name for what can be awaited
        return await call(method, Bucket=bucket, **({"Key": key} if key else {}), **arguments)

    async def _get(self, url: str, most_bytes: int) -> Stored:
        answer = await self._call("get_object", url)
        async with answer["Body"] as body:
            if answer["ContentLength"] > most_bytes:
                raise OSError(errno.EFBIG, f"has more than {most_bytes:,} bytes")
            try:
                return Stored(await body.read(), answer["ETag"])
            except Exception as error:  # aiohttp has several for it, one of them a bare RuntimeError
                raise StoreUnreachable(f"S3 broke off ({type(error).__name__})") from error

    async def _copy(self, url: str, file: IO[bytes], most_bytes: int) -> str:
        answer = await self._call("get_object", url)
        async with answer["Body"] as body:
            if answer["ContentLength"] > most_bytes:
                raise OSError(errno.EFBIG, f"has more than {most_bytes:,} bytes")
            while block := await _next_block(body):
                file.write(block)
        return str(answer["ETag"])


async def _next_block(body: Any) -> bytes:
    try:
        return bytes(await body.read(BLOCK_BYTES))
    except Exception as error:  # aiohttp has several for it, one of them a bare RuntimeError
        raise StoreUnreachable(f"S3 broke off ({type(error).__name__})") from error


@cache
def connected(_endpoint: str | None) -> Any:
    """The one connection of this process, made on first use: it costs as much as a hundred requests."""
    try:
        from s3fs import S3FileSystem  # noqa: PLC0415 an extra, and half a second
    except ImportError as error:
        raise BadRequest("scans and models on S3 need a package more: install formdigits[s3]") from error
    files = S3FileSystem(skip_instance_cache=True, use_listings_cache=False, config_kwargs=OPTIONS)
    files.retries = 1  # botocore tries again by itself
    return files


class ConditionFailed(Exception):
    """Raised where an object is not as it was seen."""


def split(url: str) -> tuple[str, str]:
    """Bucket and key of an address."""
    bucket, _, key = url.removeprefix(SCHEME).partition("/")
    return bucket, key


async def _errors_named(request: Coroutine[Any, Any, Answer]) -> Answer:
    """What went wrong, by who can mend it."""
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError  # noqa: PLC0415 comes with s3fs

    try:
        return await request
    except ParamValidationError as error:
        raise OSError(errno.EINVAL, "is no name of an object") from error
    except (BotoCoreError, OSError) as error:
        if not isinstance(error.__cause__, ClientError):
            if isinstance(error, OSError) and error.errno == errno.EFBIG:
                raise
            raise StoreUnreachable(f"S3 does not answer ({type(error).__name__})") from error
        code = error.__cause__.response["Error"]["Code"]
        if code in CONDITION_FAILED:
            raise ConditionFailed from error
        if code in OF_THE_OBJECT:
            kind, number = OF_THE_OBJECT[code]
            raise kind(number, "does not exist" if kind is FileNotFoundError else f"S3 says {code}") from error
        raise StoreUnreachable(f"S3 refuses ({code}); is the bucket there, and are the keys right?") from error
