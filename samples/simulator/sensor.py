"""What light, optics and sensor add to a sheet that lies: shade, blur, noise, streaks, black edges."""

import cv2
import numpy as np

from samples.scanner import Picture
from samples.simulator.paper import shade
from samples.simulator.sheet import Sheet

GRADIENT = (0.05, 0.35)
"""How much darker the darkest corner is."""
SHADOW = (0.1, 0.35)
"""How much darker the shadow of a hand or a phone is, with soft edges."""
BLUR_PX = (0.3, 1.1)
"""Standard deviation."""
NOISE = (1.0, 9.0)
"""Standard deviation, of 255."""
STREAK_PX = (1, 3)
BLACK_EDGE_MM = (0.5, 5.0)
"""How far the black beyond the paper reaches in."""
NOISE_SIDE = 512


def gradient(sheet: Sheet, rng: np.random.Generator) -> None:
    """Let the light fall off across the page."""
    strength, direction = rng.uniform(*GRADIENT), rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[-1:1:32j, -1:1:32j]
    slope = (x * np.cos(direction) + y * np.sin(direction)) / (abs(np.cos(direction)) + abs(np.sin(direction)))
    shade(sheet, enlarged(1 - strength * (1 + slope) / 2, sheet))
    sheet.note("gradient", strength)


def shadow(sheet: Sheet, rng: np.random.Generator) -> None:
    """Let something stand in the light."""
    strength = rng.uniform(*SHADOW)
    y, x = np.mgrid[0:1:64j, 0:1:64j]
    middle, direction = rng.uniform(0, 1, 2), rng.uniform(0, 2 * np.pi)
    depth = ((x - middle[0]) * np.cos(direction) + (y - middle[1]) * np.sin(direction)) / rng.uniform(0.03, 0.2)
    shade(sheet, enlarged(1 - strength / (1 + np.exp(-depth)), sheet))
    sheet.note("shadow", strength)


def enlarged(factors: np.ndarray, sheet: Sheet) -> Picture:
    """A small field of factors from 0 to 1, as large as the picture, 255 being 1."""
    size = sheet.picture.shape[1::-1]
    return np.clip(cv2.resize((255 * factors).astype(np.uint8), size, interpolation=cv2.INTER_LINEAR), 0, 255)


def blur(sheet: Sheet, rng: np.random.Generator) -> None:
    """Look through optics that are not quite sharp."""
    sigma = rng.uniform(*BLUR_PX)
    sheet.picture = cv2.GaussianBlur(sheet.picture, (0, 0), sigma).astype(np.uint8, copy=False)
    sheet.note("blur", sigma)


def noise(sheet: Sheet, rng: np.random.Generator) -> None:
    """See with a sensor that is noisy, each of its colours by itself."""
    sigma = rng.uniform(*NOISE)
    channels = sheet.picture.shape[2:]
    tile = np.clip(rng.standard_normal((2 * NOISE_SIDE, NOISE_SIDE, *channels), np.float32) * sigma, -127, 127)
    tile = np.rint(tile).astype(np.int16)
    height, width = sheet.picture.shape[:2]
    for top in range(0, height, NOISE_SIDE):
        for left in range(0, width, NOISE_SIDE):
            part = sheet.picture[top : top + NOISE_SIDE, left : left + NOISE_SIDE]
            start = int(rng.integers(NOISE_SIDE))  # each part has other noise
            rows = tile[start : start + part.shape[0], : part.shape[1]]
            part[:] = cv2.add(part, rows, dtype=cv2.CV_8U).reshape(part.shape)
    sheet.note("noise", sigma)


def streak(sheet: Sheet, rng: np.random.Generator) -> None:
    """Let dust on a feeder's glass draw a line from top to bottom, dark or light."""
    wide = int(rng.integers(STREAK_PX[0], STREAK_PX[1] + 1))
    x = int(rng.integers(sheet.picture.shape[1] - wide))
    level, strength = (30 if rng.random() < 0.6 else 250), rng.uniform(0.25, 0.7)
    line = sheet.picture[:, x : x + wide]
    line[:] = (line * (1 - strength) + level * strength).astype(np.uint8)
    sheet.note("streak", wide)


def black_edges(sheet: Sheet, rng: np.random.Generator) -> None:
    """Let the black beyond the paper show on one side or two, not quite straight."""
    height, width = sheet.picture.shape[:2]
    widest = 0.0
    for side in rng.choice(4, int(rng.integers(1, 3)), replace=False):
        near, far = rng.uniform(*BLACK_EDGE_MM, 2) * sheet.px_per_mm
        near, far = sorted((near, far))
        far = min(far, near + 0.01 * height)
        edge = {
            0: [(0, 0), (near, 0), (far, height), (0, height)],
            1: [(width, 0), (width - near, 0), (width - far, height), (width, height)],
            2: [(0, 0), (0, near), (width, far), (width, 0)],
            3: [(0, height), (0, height - near), (width, height - far), (width, height)],
        }[int(side)]
        dark = int(rng.integers(0, 30))
        cv2.fillPoly(sheet.picture, [np.array(edge).astype(np.int32)], sheet.colour(dark, dark, dark))
        widest = max(widest, far / sheet.px_per_mm)
    sheet.note("black edges", widest)
