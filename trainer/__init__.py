"""trainer makes a better `mnist_cnn.h5` out of digits whose truth is known.

The walk: `app` takes a message, `tasks` opens the door, `wiring` has the real stores, and `retraining` tells the story
in order: `dataset` (with `rubbish`), `network`, `fitting` (with `augmentation`), `scoring`, `report`, `promotion`.
`publishing` brings in a model file that was trained elsewhere.
"""

import os

# What matters comes as an error of Python; the rest is about processors and graphics cards.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
