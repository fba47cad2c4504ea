"""trainer makes a better `mnist_cnn.h5` out of digits whose truth is known.

The walk: `app` takes a message, `tasks` opens the door, `wiring` has the real stores, and `retraining` tells the story
in order: `dataset` (with `rubbish`), `network`, `fitting` (with `augmentation`), `scoring`, `report`, `promotion`.
`publishing` brings in a model file that was trained elsewhere.
"""
