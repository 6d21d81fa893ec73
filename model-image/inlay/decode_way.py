"""How much of a picture is decoded."""

from typing import Literal, get_args

DecodeWay = Literal["exact", "trimmed", "bucketed"]
"""`exact` decodes everything; `trimmed` the least around the hole, in shapes that follow it; `bucketed` windows of few
fixed shapes, which compiled code and batches want. The last two estimate what they do not see."""

DECODE_WAYS: tuple[str, ...] = get_args(DecodeWay)
