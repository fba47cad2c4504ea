"""Joint decoding: the most probable texts from what the network says of the boxes and what the form says."""

from worker.joint.candidates import Candidate
from worker.joint.field_decoding import Decoded, Written, changes_between, decode_field
from worker.joint.page_decoding import decode_page

__all__ = ["Candidate", "Decoded", "Written", "changes_between", "decode_field", "decode_page"]
