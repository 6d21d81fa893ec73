"""What a decoder is trained to bring down; `preset.py` has the paper's recipe and the authors'."""
