from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from tdlite.media.errors import MediaError, OutputError
from tdlite.media.images import encode_image
from tdlite.media.sequence import ImageWriter


def image(value: int) -> Callable[[], bytes]:
    return partial(encode_image, np.full((8, 8, 4), value, np.uint8), ".png")


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_every_accepted_image_is_on_disk_after_flush(threads: int, tmp_path: Path) -> None:
    writer = ImageWriter(threads)
    for index in range(50):
        writer.submit(tmp_path / "new" / "folders" / f"{index}.png", image(index))
    writer.flush()
    assert writer.active == 0
    for index in range(50):
        assert np.asarray(Pillow.open(tmp_path / "new" / "folders" / f"{index}.png"))[0, 0, 0] == index
    assert len(list((tmp_path / "new" / "folders").iterdir())) == 50
    assert writer.errors() == []
    writer.close()
    writer.close()


def test_one_thread_writes_in_the_calling_thread(tmp_path: Path) -> None:
    seen = []

    def encode() -> bytes:
        seen.append(threading.current_thread())
        return image(1)()

    writer = ImageWriter(1)
    writer.submit(tmp_path / "a.png", encode)
    assert seen == [threading.current_thread()]
    assert (tmp_path / "a.png").exists()


def gated(gate: threading.Event, value: int) -> Callable[[], bytes]:
    def encode() -> bytes:
        assert gate.wait(60)
        return image(value)()

    return encode


def test_submit_blocks_while_all_threads_are_busy(tmp_path: Path) -> None:
    writer, gate = ImageWriter(2), threading.Event()
    writer.submit(tmp_path / "0.png", gated(gate, 0))
    writer.submit(tmp_path / "1.png", gated(gate, 1))
    assert writer.active == 2
    third = threading.Thread(target=writer.submit, args=(tmp_path / "2.png", image(2)))
    third.start()
    third.join(0.2)
    assert third.is_alive(), "a third image was accepted while two were in flight"
    gate.set()
    third.join(60)
    writer.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.png", "1.png", "2.png"]


@pytest.mark.parametrize("threads", [1, 3])
def test_a_failed_image_costs_no_other_and_is_reported_once(threads: int, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    writer = ImageWriter(threads)

    def broken() -> bytes:
        raise ValueError("no picture")

    writer.submit(tmp_path / "0.png", image(0))
    writer.submit(tmp_path / "file" / "1.png", image(1))
    writer.submit(tmp_path / "2.gif", partial(encode_image, np.zeros((1, 1, 4), np.uint8), ".gif"))
    writer.submit(tmp_path / "3.png", broken)
    writer.submit(tmp_path / "4.png", image(4))
    writer.flush()
    errors = writer.errors()
    assert [Path(path).name for path, _ in errors] == ["1.png", "2.gif", "3.png"]
    assert isinstance(errors[0][1], OutputError)
    assert "a part of the path is a file" in str(errors[0][1])
    assert "no picture" in str(errors[2][1])
    assert writer.errors() == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.png", "4.png", "file"]
    writer.close()


def test_a_closed_writer_takes_nothing(tmp_path: Path) -> None:
    writer = ImageWriter(2)
    writer.close()
    with pytest.raises(MediaError, match="closed"):
        writer.submit(tmp_path / "a.png", image(0))


def test_no_threads_at_all_are_refused() -> None:
    with pytest.raises(MediaError, match="at least 1"):
        ImageWriter(0)
