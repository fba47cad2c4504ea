"""The words of the model card.  Every number comes from what was measured, or from the manifest."""

HEAD = """
# Model card

`make evaluate` writes this page, with its tables and pictures, about the network that ships with formdigits. What is
measured is the product: the network as a worker serves it, behind its own normalisation, with further views of what is
unsure (`formdigits/views.py`) and its own calibration. Shares
have their 95 % interval behind them. Seed {seed}, on {machine}.

## What it is

| | |
| --- | --- |
| model version | `{version}`, of {created} |
| file | `mnist_cnn.h5`, sha256 `{sha256}` |
| network | convolutional, {n_parameters} parameters: a crop of 28 x 28 in, ten digits and "not a digit" out |
| trained | {note}, in {training_min} minutes |
| recipe | {recipe} |
| origin | {lineage} |
| calibration | temperature {temperature}, fitted on held-out crops that were worn as scans are |
| licence | MIT, as formdigits |

**Trained on** the 60,000 digits of MNIST's train part (Yann LeCun, Corinna Cortes, Christopher J. C. Burges; CC BY-SA
3.0), less what is held out of it, each made into a crop as a worker makes it and changed as other hands, pens and
scanners would have; and on drawn ink that is no digit. MNIST was written by employees of the United States' Census
Bureau and by pupils, with their ways of writing. No digit that a user submits is in it, and nothing of what is measured
here.

**For** single handwritten digits, 0 to 9, in boxes of forms or alone, in dark ink on lighter paper; with a person who
looks at what is sent to review.

**Not for** letters, other digits than these ten, printed text, or telling who wrote; not for deciding anything about a
person without a look at the paper; not for digits without boxes beyond what a constraint confirms.
"""

SECTIONS = {
    "mnist": """
## MNIST's test part

Digits that no training, calibration or promotion is given. *Rejected* are the least sure ones, which a person would
look at.
""",
    "corruptions": """
## Twelve things that happen on forms

Every digit of MNIST's test part is drawn as the raw cell of a scan, 64 x 64 pixels; the corruption is done to that
cell, and the product's normalisation comes after it. The code is in `bench/digits/corruptions.py`; none of it is the
trainer's. A blank answer and "not a digit" count as errors.
""",
    "scans": """
## Cells of simulated scans

Forms are printed, filled in with MNIST's test part, scanned, fed, photographed, copied and faxed by the simulator in
`samples/simulator/`, and registered and cut as a worker does it. A digit that is taken for a blank box counts as an
error. The calibration error is the mean distance between confidence and the share that is right, in 15 bins.
""",
    "hands": """
## Foreign hands

scikit-learn's `load_digits`: 1,797 digits that people in Turkey wrote on printed forms, kept as 8 x 8 pixels with 17
grey levels (E. Alpaydin and C. Kaynak, CC BY 4.0), enlarged. So few pixels lose more than a scan does: this is about
other hands, not about fine strokes.
""",
    "none": """
## What is no digit

Twelve kinds of rubbish, drawn by code that the trainer does not have, and letters from the strokes of A. V. Hershey's
fonts, bent. They are accepted where they are surer than the threshold that rejects 1 % of digits. Many letters are also
digits (O, l, S, Z, b, q …): the last row has only those that are not.
""",
    "readers": """
## Beside other readers

In one run, on one core, on the same cells and the same fields of eight digits; *worn* cells have one of the twelve
corruptions at the second of its five strengths. formdigits, Keras's example and the support vector machine know where
the boxes are and read cell by cell; the latter two were trained here, on MNIST's train part in crops as formdigits
makes them. RapidOCR and Tesseract read a field as one line; Tesseract was made for print. Digits a second are by
processor time, with the normalisation of those that have one.
""",
}

PICTURES = {
    "mnist": {"confusion": "What is read as what", "misread": "Digits that are read wrong, the surest first"},
    "corruptions": {
        "corruptions": "Every corruption, a row each, two digits at each of five strengths",
        "corruption-errors": "Digits read wrong, by corruption and strength",
    },
    "scans": {"reliability": "How many are wrong, beside how many their confidences say would be"},
    "none": {"strangers": "Rubbish, a row for each kind, and letters"},
}

AS_FIRST_TEXT = """
Three of the twelve were stronger at first and were lowered **after their errors had been seen**, on these same digits:
light now ends where the simulator's shadows do, strokes are broken less, and shorter bits of box lines are left. That
makes the mean above easier to reach, so they are measured at their first strengths too:
""".strip()

MISSING = "Not measured for this model: `python -m bench.digits --only {name}`."

TAIL = """
## Measuring it on your own digits

`formdigits evaluate FOLDER` gives the same figures on images of yours, in folders named 0 to 9 and `none`.
"""
