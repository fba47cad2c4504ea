"""Names for the arrays that travel: axes, value range and polarity."""

import numpy as np
import numpy.typing as npt

GreyPage = npt.NDArray[np.uint8]
"""A decoded scan or a cut from it, shape (h, w), 0 is black ink and 255 is white paper."""

ColourPage = npt.NDArray[np.uint8]
"""A decoded scan or a cut from it, shape (h, w, 3), blue, green and red, 0 is dark and 255 is light."""

Scan = GreyPage | ColourPage
"""A page as it was scanned: in colour where it shows any, grey otherwise; `ndim` tells which."""

DigitCrop = npt.NDArray[np.float32]
"""One digit as the network sees it, shape (28, 28, 1), 0.0 is ink and 1.0 is paper."""

DigitBatch = npt.NDArray[np.float32]
"""Digit crops in one call of the network, shape (n, 28, 28, 1), 0.0 is ink and 1.0 is paper."""

Probabilities = npt.NDArray[np.float32]
"""Calibrated outputs, shape (n, 11), rows sum to 1: the digits 0 to 9, then `NOT_A_DIGIT`."""

Homography = npt.NDArray[np.float64]
"""Shape (3, 3): takes millimetres on the form (x right, y down, from its top left) to pixels of the scan."""

CROP_SHAPE = (28, 28, 1)

NOT_A_DIGIT = 10
"""Index of the eleventh output: crossed out, scribble, stain, letter, two digits."""

N_CLASSES = 11
