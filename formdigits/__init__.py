"""formdigits reads handwritten digits from scanned forms.

This package is the language that the three programs (`worker`, `trainer`, `submit_ui`) share.  Read it in this order:
`errors`, `arrays`, `geometry`, `readings`, `form_template`, `constraints`, `digit_crop`, `messages`, `settings`,
`scan_store`, `ledger`, `model_store`, `broker`.  Nothing here imports TensorFlow or Flask.
"""

import os

# OpenCV reads its limit once, when it is first imported, and this package is imported before it everywhere.
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", "40000000")

__version__ = "0.1.0"
