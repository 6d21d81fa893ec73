"""Traffic beside the work: nothing waits for what it need not, and nothing is left half done with an outcome."""

import threading

import pytest

from inlay.transfers import Transfers
from inlay.transport import TransportError


class Held:
    """An edge whose uploads wait until they may go on."""

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), threading.Semaphore(0)
        self.stored: list[str] = []

    def download(self, url: str, _max_bytes: int) -> bytes:
        if url == "absent":
            raise TransportError("404")
        return url.encode()

    def upload(self, url: str, _body: bytes, _content_type: str) -> None:
        self.begun.release()
        assert self.go.wait(5)
        self.stored.append(url)


def test_uploads_go_on_beside_the_work_and_finish_waits_for_all():
    edge = Held()
    with Transfers(edge) as transfers:
        transfers.begin(lambda edge: edge.upload("a", b"", ""))
        transfers.begin(lambda edge: edge.upload("b", b"", ""))
        assert edge.begun.acquire(timeout=5)
        assert edge.begun.acquire(timeout=5)
        assert edge.stored == []
        edge.go.set()
        transfers.finish()
        assert sorted(edge.stored) == ["a", "b"]


def test_what_goes_wrong_is_raised_where_it_is_waited_for():
    with Transfers(Held()) as transfers:
        found, absent = (transfers.download(url, 9) for url in ("found", "absent"))
        assert transfers.result(found) == b"found"
        with pytest.raises(TransportError):
            transfers.result(absent)
        with pytest.raises(TransportError):
            transfers.finish()


def test_an_outcome_waits_for_what_is_under_way():
    edge = Held()
    threading.Timer(0.2, edge.go.set).start()
    with pytest.raises(ValueError, match="outcome"), Transfers(edge) as transfers:
        transfers.begin(lambda edge: edge.upload("a", b"", ""))
        assert edge.begun.acquire(timeout=5)
        raise ValueError("outcome")
    assert edge.stored == ["a"]


def test_cancelling_waits_for_nothing_and_begins_nothing_more():
    edge = Held()
    with pytest.raises(KeyboardInterrupt), Transfers(edge) as transfers:
        for number in range(9):
            transfers.begin(lambda edge, url=str(number): edge.upload(url, b"", ""))
        assert edge.begun.acquire(timeout=5)
        raise KeyboardInterrupt
    assert edge.stored == []
    edge.go.set()
