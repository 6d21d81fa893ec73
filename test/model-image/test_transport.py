"""The container's only traffic: the edge, and nobody else."""

import pytest
from conftest import Edge

from inlay import transport
from inlay.transport import EdgeClient, TransportError, origin_of


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def client(edge: Edge, slept: list[float]) -> EdgeClient:
    return EdgeClient(edge.origin, sleep=slept.append)


def test_a_file_comes_and_goes(edge, client):
    edge.files["/file"] = b"picture"
    assert client.download(edge.url("/file"), 100) == b"picture"
    client.upload(edge.url("/out"), b"result", "image/png")
    client.upload(edge.url("/out"), b"result", "image/png")
    assert edge.stored["/out"] == b"result"
    assert edge.types["/out"] == "image/png"


def test_a_large_file_goes_up_in_parts_that_are_put_together(edge, client, monkeypatch):
    monkeypatch.setattr(transport, "PUT_BYTES", 10)
    monkeypatch.setattr(transport, "PART_BYTES", 4)
    client.upload(edge.url("/out?sig=x"), b"0123456789", "image/png")
    edge.statuses = [503]
    client.upload(edge.url("/large?sig=x"), b"0123456789ab!", "image/png")
    assert edge.order == [
        "/out?sig=x",
        *[f"/large?sig=x&part={number}" for number in (1, 2, 3, 4)],
        "/large?sig=x&parts=4",
    ]
    sent = [edge.stored[path] for path in edge.order]
    assert sent == [b"0123456789", b"0123", b"4567", b"89ab", b"!", b""]
    assert set(edge.types.values()) == {"image/png"}


@pytest.mark.parametrize(
    "url",
    ["https://elsewhere.example/file", "http://127.0.0.1:1/file", "http://user@127.0.0.1/file"],
)
def test_another_origin_is_refused_without_being_asked(edge, client, url):
    with pytest.raises(TransportError, match="does not belong"):
        client.download(url, 100)
    assert edge.requests == 0


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://a.example/x", "nonsense", ""])
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(ValueError, match="http"):
        origin_of(url)


def test_what_passes_is_tried_again_and_later_each_time(edge, client, slept):
    edge.files["/file"] = b"picture"
    edge.statuses = [503, 429, 500]
    assert client.download(edge.url("/file"), 100) == b"picture"
    assert slept == [0.2, 0.4, 0.8]


def test_what_stays_is_not_tried_again(edge, client, slept):
    for status in (403, 409, 404):
        edge.statuses = [status]
        with pytest.raises(TransportError, match=str(status)):
            client.upload(edge.url("/out"), b"x", "image/png")
    assert slept == []


def test_an_edge_that_stays_away_is_given_up_on(edge, client, slept):
    edge.statuses = [503] * 9
    with pytest.raises(TransportError, match="after 5 tries"):
        client.download(edge.url("/file"), 100)
    assert len(slept) == 4


def test_a_redirect_is_not_followed(edge, client):
    edge.files["/file"] = b"picture"
    edge.statuses = [302]
    with pytest.raises(TransportError, match="302"):
        client.download(edge.url("/file"), 100)


def test_a_file_that_is_too_large_is_not_taken(edge, client):
    edge.files["/file"] = b"x" * 101
    with pytest.raises(TransportError, match="more than 100 bytes"):
        client.download(edge.url("/file"), 100)
