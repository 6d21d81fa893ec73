"""Measures a decoder in training, as the paper's tables compare them: `python -m inlay.evaluate run runs/decoder`.

For ablations: decoders of one encoder, each by its own run. Writes `results/NAME.json` with the run's whole
configuration.
"""

import json
from pathlib import Path

from inlay.autoencoder import Autoencoder
from inlay.checkpoint import load_into, load_weights
from inlay.config import AUTOENCODERS
from inlay.reports.decoder import load_vanilla
from inlay.reports.examples import draw
from inlay.reports.report import report_parser, write_report
from inlay.reports.true_latents import decode_true_latents, means

SIZE = 256
BY_EXAMPLE = ("pre_error asymmetric", "edited region error, asymmetric")
"""What is written for every example, so that two decoders can be compared crop by crop."""


def main(given: list[str]) -> None:
    """Reads the command line and measures."""
    parser = report_parser(__doc__)
    parser.add_argument("run", type=Path, help="the folder of a decoder's run")
    parser.add_argument("--name", required=True, help="the report's name, such as large-add")
    parser.add_argument("--count", type=int, default=56)
    arguments = parser.parse_args(given)
    trained = json.loads((arguments.run / "config.json").read_text())
    weights = arguments.run / "average.safetensors"
    autoencoder = Autoencoder(AUTOENCODERS[trained["autoencoder"]])
    load_into(autoencoder, load_weights(weights), weights.name)
    autoencoder.eval().requires_grad_(False)
    examples = draw(arguments.pictures, SIZE, arguments.count, arguments.seed)
    columns = decode_true_latents(autoencoder, load_vanilla(arguments.profile), examples)
    report = arguments.out / f"{arguments.name}.json"
    by_example = {name: columns[name] for name in BY_EXAMPLE}
    write_report(
        report, ["run", *given], [weights], means(columns), training=trained, examples=by_example
    )
