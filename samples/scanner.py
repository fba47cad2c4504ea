"""What a scanner does to a sheet of paper: it lies askew, the light falls off, the optics blur, the sensor is noisy."""

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""Grey of shape (h, w) or colour of shape (h, w, 3)."""
Light = npt.NDArray[np.float32]

MAX_TURN_DEG = 1.2
MAX_SHIFT = 0.008
"""As a share of the page's width."""
MAX_STRETCH = 0.012
MAX_PERSPECTIVE = 0.004
"""How far a corner is off, as a share of the page's width: paper that does not lie flat."""
MAX_SHADE = 0.12
"""How much darker the darkest corner is."""
MAX_NOISE = 3.0
MAX_BLUR_PX = 0.7
LID = 236
"""Grey of what lies behind the paper."""


def simulate(
    page: Picture, rng: np.random.Generator, *, wear: float = 1.0, turn_deg: float = 0.0, resize: float = 1.0
) -> Picture:
    """Scan a page.

    Args:
        page: the sheet as it was printed and filled in.
        rng: what the scan owes to chance.
        wear: 0 is a perfect scanner, 1 a common one, 3 a bad one.
        turn_deg: how the sheet was put in, counter-clockwise, besides the little that it lies askew.
        resize: pixels of the scan for one of the page.

    Returns:
        The scan, grey or colour as the page is; turned by about 90 or 270 degrees it is as wide as the page is high.
    """
    scan = lay_down(page, rng, wear=wear, turn_deg=turn_deg, resize=resize)
    height, width = scan.shape[:2]
    light: Light = scan.reshape(height, width, -1) * shade(height, width, rng, wear)[..., None]
    blur_px = wear * rng.uniform(0.3, 1) * MAX_BLUR_PX
    if blur_px:
        light = cv2.GaussianBlur(light, (0, 0), blur_px).reshape(light.shape).astype(np.float32, copy=False)
    noise = rng.standard_normal((height, width), np.float32) * np.float32(wear * rng.uniform(0.4, 1) * MAX_NOISE)
    seen: Picture = np.clip(light + noise[..., None], 0, 255).astype(np.uint8)
    return seen.reshape(scan.shape)


def lay_down(page: Picture, rng: np.random.Generator, *, wear: float, turn_deg: float, resize: float) -> Picture:
    """Put the page on the glass: turned, shifted, stretched and not quite flat."""
    height, width = page.shape[:2]
    lies_across = round(turn_deg / 90) % 2 == 1
    scan_width, scan_height = (height, width) if lies_across else (width, height)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float64)
    turn = np.deg2rad(turn_deg + wear * rng.uniform(-MAX_TURN_DEG, MAX_TURN_DEG))
    stretch = 1 + wear * rng.uniform(-MAX_STRETCH, MAX_STRETCH, 2)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    placed = (corners - (width / 2, height / 2)) * stretch @ rotation.T
    placed += np.array([scan_width, scan_height]) / 2 + wear * rng.uniform(-MAX_SHIFT, MAX_SHIFT, 2) * width
    placed += wear * rng.uniform(-MAX_PERSPECTIVE, MAX_PERSPECTIVE, (4, 2)) * width
    homography = cv2.getPerspectiveTransform(corners.astype(np.float32), (placed * resize).astype(np.float32))
    size = round(scan_width * resize), round(scan_height * resize)
    lid = (LID, LID, LID)
    scan = cv2.warpPerspective(page, homography, size, flags=cv2.INTER_LINEAR, borderValue=lid)
    return scan.astype(np.uint8, copy=False)


def shade(height: int, width: int, rng: np.random.Generator, wear: float) -> Light:
    """Light that falls off across the glass: factors of at most 1, shape (h, w)."""
    direction = rng.uniform(0, 2 * np.pi)
    across, down = abs(np.cos(direction)), abs(np.sin(direction))
    x, y = np.linspace(0, across, width)[:: 1 if np.cos(direction) > 0 else -1], np.linspace(0, down, height)
    slope = (x[None, :] + y[:: 1 if np.sin(direction) > 0 else -1, None]) / (across + down)
    factors: Light = (1 - slope * wear * rng.uniform(0.2, 1) * MAX_SHADE).astype(np.float32)
    return factors
