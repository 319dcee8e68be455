import pytest

from tdlite.media.containers import container_for
from tdlite.media.errors import MediaError


@pytest.mark.parametrize("token", ["mov", "mp4", "mkv"])
def test_automatic_follows_the_suffix(token: str) -> None:
    assert container_for(f"a/take.{token.upper()}", "automatic", "h264").token == token


@pytest.mark.parametrize("name", ["take", "take.mp4"])
def test_a_chosen_container_needs_a_fitting_suffix_or_none(name: str) -> None:
    assert container_for(name, "mp4", "h264").token == "mp4"


def test_a_suffix_of_another_container_is_a_conflict() -> None:
    with pytest.raises(MediaError, match=r"take\.mov in a mp4 container .*end the name with \.mp4"):
        container_for("take.mov", "mp4", "h264")


@pytest.mark.parametrize("name", ["take", "take.avi", "take.png"])
def test_automatic_needs_a_known_suffix(name: str) -> None:
    with pytest.raises(MediaError, match=r"end its name with one of \.mov, \.mp4, \.mkv, \.webm"):
        container_for(name, "automatic", "h264")


def test_an_unknown_container_is_refused_with_the_known_ones() -> None:
    with pytest.raises(MediaError, match="automatic, mov, mp4, mkv, webm"):
        container_for("take.mov", "avi", "h264")


def test_webm_does_not_take_h264() -> None:
    with pytest.raises(MediaError, match=r"webm does not hold H.264.*mov, mp4, mkv"):
        container_for("take.webm", "automatic", "h264")
