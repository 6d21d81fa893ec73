"""What an edit says of itself: a watermark in the pixels that it made, and a signed manifest in the file."""
