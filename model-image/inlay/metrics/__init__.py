"""How good an edit is, as the paper measures it and in two ways that it lacks."""
