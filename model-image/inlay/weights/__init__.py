"""The weight files of a profile: which, from where, under what terms, and whether they are those."""
