"""Every error that formdigits raises on purpose, in families by who can mend it."""


class FormdigitsError(Exception):
    """Base class of the errors below."""

    code = "error"
    """The name of the error in results, JSON and logs."""
    retryable = False
    """Whether the same call can succeed when it is tried again later."""
    exit_code = 1
    """What `formdigits` exits with."""


# One page ends with one of these, and the other pages of its job go on...
class PageError(FormdigitsError):
    """Base class of what can end one page."""

    code = "page_error"
    exit_code = 3


class UnreadableFile(PageError):
    """Raised when the file is missing, empty, cut short or no image at all."""

    code = "unreadable_file"


class UnsupportedType(PageError):
    """Raised when the file is an image, but of a kind that is not read."""

    code = "unsupported_type"


class TooLarge(PageError):
    """Raised when the file has more bytes, pixels or pages than are allowed."""

    code = "too_large"


class PathNotAllowed(PageError):
    """Raised when the path does not lead to a regular file under an allowed root."""

    code = "path_not_allowed"


class NoMarks(PageError):
    """Raised when too few of the form's corner marks are found on the page."""

    code = "no_marks"


class RegistrationResidual(PageError):
    """Raised when the corner marks are found, or what is printed, but do not fit the form template."""

    code = "registration_residual"


class WrongForm(PageError):
    """Raised when the page says that it is of another form."""

    code = "wrong_form"


class PageUnknown(PageError):
    """Raised when the page should say which form it is, and it cannot be read."""

    code = "page_unknown"


class BlankPage(PageError):
    """Raised when a sheet of paper has nothing on it."""

    code = "blank_page"


class TimeLimit(PageError):
    """Raised when reading the page takes longer than it may."""

    code = "time_limit"


class WorkerLost(PageError):
    """Recorded when the process that read the page died on it again and again."""

    code = "worker_lost"


# The person who asked can mend these...
class FormTemplateInvalid(FormdigitsError):
    """Raised when a form template breaks a rule of the format."""

    code = "form_template_invalid"
    exit_code = 2


class UnknownForm(FormdigitsError):
    """Raised when no form template has the name."""

    code = "unknown_form"
    exit_code = 2


class NotFound(FormdigitsError):
    """Raised when there is no such job, page, retrain or model version."""

    code = "not_found"
    exit_code = 2


class BadRequest(FormdigitsError):
    """Raised when what was asked does not make sense as it is."""

    code = "bad_request"
    exit_code = 2


class BadSetting(FormdigitsError):
    """Raised when a `FORMDIGITS_` variable has a value that it may not have."""

    code = "bad_setting"
    exit_code = 2


class NotInstalled(FormdigitsError):
    """Raised when a setting asks for a package that is not installed."""

    code = "not_installed"
    exit_code = 2


class NotAuthorised(FormdigitsError):
    """Raised when the token is missing or wrong."""

    code = "not_authorised"
    exit_code = 4


class NotPermitted(FormdigitsError):
    """Raised when the token is known and its scope does not cover what was asked."""

    code = "not_permitted"
    exit_code = 4


class IdempotencyConflict(FormdigitsError):
    """Raised when an idempotency key comes again with another job."""

    code = "idempotency_conflict"
    exit_code = 2


class RetrainBusy(FormdigitsError):
    """Raised when a retrain is asked for while another one runs."""

    code = "retrain_busy"
    retryable = True
    exit_code = 5


class QuotaExceeded(FormdigitsError):
    """Raised when a token has as many pages waiting as it may have."""

    code = "quota_exceeded"
    retryable = True
    exit_code = 5


class Overloaded(FormdigitsError):
    """Raised when so many pages wait that no more are taken for now."""

    code = "overloaded"
    retryable = True
    exit_code = 5


class ModelRefused(FormdigitsError):
    """Raised when a model file is damaged, foreign or not to be trusted."""

    code = "model_refused"
    exit_code = 6


# The operator can mend these...
class ServerUnreachable(FormdigitsError):
    """Raised when the page, the broker or the database does not answer."""

    code = "server_unreachable"
    retryable = True
    exit_code = 7


class BrokerUnavailable(ServerUnreachable):
    """Raised when the broker is down or full, so that no job is taken."""

    code = "broker_unavailable"


class LedgerFull(ServerUnreachable):
    """Raised when the disk or the database of the ledger takes nothing more; nothing of the request is written."""

    code = "ledger_full"


class StoreUnreachable(ServerUnreachable):
    """Raised when scans or models cannot be reached or kept for now, S3 being down or a disk full: try again later."""

    code = "store_unreachable"
