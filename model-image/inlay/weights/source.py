"""Where weight files come from: the Hugging Face hub, or a folder that mirrors it."""

import shutil
from pathlib import Path
from typing import Protocol

from inlay.weights.manifest import WeightFile, WeightsError

ATTEMPTS = 4


class Source(Protocol):
    """Brings a file; what was brought is checked by whoever asked."""

    def bring(self, file: WeightFile, target: Path) -> None:
        """Puts a published file at `target`. Raises WeightsError where it is not to be had."""
        ...


class MirrorSource:
    """A folder of the layout `REPOSITORY/FILE`, for machines that do not reach the hub."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def bring(self, file: WeightFile, target: Path) -> None:
        found = self.folder / file.repository / file.file
        if not found.is_file():
            raise WeightsError(f"The mirror has no {file.repository}/{file.file}.")
        part = target.with_name(f"{target.name}.part")
        shutil.copyfile(found, part)
        part.replace(target)


class HubSource:
    """The hub, or a server that speaks like it; a download that breaks off goes on where it stopped."""

    def __init__(self, endpoint: str | None = None) -> None:
        self.endpoint = endpoint

    def bring(self, file: WeightFile, target: Path) -> None:
        import httpx2
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import (
            RemoteEntryNotFoundError,
            RepositoryNotFoundError,
            RevisionNotFoundError,
        )

        absent = (RemoteEntryNotFoundError, RepositoryNotFoundError, RevisionNotFoundError)

        where = target.parent / ".hub" / file.target.replace("/", "--")
        for attempt in range(1, ATTEMPTS + 1):
            try:
                found = hf_hub_download(
                    file.repository,
                    file.file,
                    revision=file.revision,
                    local_dir=where,
                    endpoint=self.endpoint,
                )
                break
            except absent as error:
                raise WeightsError(
                    f"The hub has no {file.repository}/{file.file} at {file.revision}."
                ) from error
            except (OSError, httpx2.HTTPError) as error:
                if attempt == ATTEMPTS:
                    raise WeightsError(
                        f"{file.repository}/{file.file} could not be downloaded: {error}."
                        " Run the command again: it goes on where it stopped."
                    ) from error
        Path(found).replace(target)
        shutil.rmtree(where)
