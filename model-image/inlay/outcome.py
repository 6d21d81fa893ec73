"""What the container can find wrong with an edit, in the codes that customers see."""


class EditError(Exception):
    """An outcome of the edit that no retry mends: a stable code and a sentence that says what to do."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
