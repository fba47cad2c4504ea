"""Documents: files with several pages.  What they are, how many pages they have, and one page of them as an image."""

from formdigits.documents.addresses import PageAddress, is_document, page_address, split_address
from formdigits.documents.kinds import Kind, kind_of
from formdigits.documents.opening import MAX_PAGES, Document, open_document, page_of

__all__ = [
    "MAX_PAGES",
    "Document",
    "Kind",
    "PageAddress",
    "is_document",
    "kind_of",
    "open_document",
    "page_address",
    "page_of",
    "split_address",
]
