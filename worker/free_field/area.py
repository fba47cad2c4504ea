"""A field's area and the strokes that leave it: people do not stop at an edge that they hardly see."""

import cv2
import numpy as np

from formdigits.arrays import GreyPage
from worker.free_field.strokes import find_ink

OWN_SHARE = 0.5
"""A stroke belongs to the area with all its ink where so much of it lies inside; of any other what is inside."""


def own_writing(white: GreyPage, inside: tuple[slice, slice]) -> GreyPage:
    """What is written in an area, with the strokes that leave it; everything else around it is paper.

    Args:
        white: the area and what is around it, shape (h, w), dark ink on white paper.
        inside: rows and columns of the area.

    Returns:
        The area alone where no stroke crosses its edge; a picture like `white` otherwise.
    """
    area = white[inside]
    if area.shape == white.shape or (ink := find_ink(white)) is None:
        return area
    within = ink[inside]
    if not (within[[0, -1]].any() or within[:, [0, -1]].any()):
        return area
    n, strokes = cv2.connectedComponents(ink, connectivity=8)
    n_inside = np.bincount(strokes[inside].ravel(), minlength=n)
    own = n_inside >= OWN_SHARE * np.bincount(strokes.ravel(), minlength=n)
    own[0] = False
    kept = cv2.dilate(own[strokes].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    kept[inside] = True
    return np.where(kept, white, np.uint8(255))
