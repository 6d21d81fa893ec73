"""Writes the OpenAPI document by which coglet validates inputs: `python -m inlay.cog_schema [--check]`.

`cog build` makes this file inside Docker; coglet started without it validates nothing. It is derived from the very
signature that coglet calls, through Cog's own inspector.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from cog._adt import InputField
from cog._inspector import create_predictor

ROOT = Path(__file__).parent.parent
TARGET = ROOT / ".cog" / "openapi_schema.json"


def main() -> None:
    """Writes the document, or checks that the one in place is fresh."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if it is stale")
    check = parser.parse_args().check
    text = json.dumps(document(), indent=2) + "\n"
    if not check:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(text)
    elif not TARGET.is_file() or TARGET.read_text() != text:
        sys.exit(".cog/openapi_schema.json is stale. Write it anew: python -m inlay.cog_schema")


def document() -> dict[str, Any]:
    """The OpenAPI document of `run.py`."""
    sys.path.insert(0, str(ROOT))
    info = create_predictor("run", "Runner")
    fields = sorted(info.inputs.values(), key=lambda field: field.order)
    return {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": "0.1.0"},
        "paths": {},
        "components": {
            "schemas": {
                "Input": {
                    "title": "Input",
                    "type": "object",
                    "additionalProperties": False,
                    "required": [field.name for field in fields if field.default is None],
                    "properties": {field.name: schema_of(field) for field in fields},
                },
                "Output": {"title": "Output", "type": "string"},
            }
        },
    }


def schema_of(field: InputField) -> dict[str, Any]:
    """One input as JSON Schema."""
    limits = {
        "description": field.description,
        "default": field.default,
        "minimum": field.ge,
        "maximum": field.le,
        "enum": field.choices,
    }
    return {
        "title": field.name,
        "x-order": field.order,
        **field.type.json_type(),
        **{name: value for name, value in limits.items() if value is not None},
    }


if __name__ == "__main__":
    main()
