"""Whole edits, ours and diffusers', in one run on one machine: `npm run bench:model`."""
