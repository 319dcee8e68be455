"""Pictures of several slices: a pixel shader draws one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .image import Image
from .volume import Volume

if TYPE_CHECKING:
    from .passes import Executor, Pass


def sliced(executor: Executor, job: Pass) -> Image:
    """All slices of what a Pass draws, the other color buffers in the image's ``others``.

    With ``per_slice`` inputs each slice has so many of its own, in order.
    """
    pool, spec, count = executor.gpu.pool, job.spec, job.per_slice
    images = [Image(pool.take(spec), spec) for _ in range(job.buffers)]
    for number in range(spec.depth):
        inputs = job.inputs
        if count:
            inputs = job.inputs[number * count : (number + 1) * count]
            inputs += (None,) * (count - len(inputs))
        first = executor.draw(job._replace(spec=spec.flat(), slice=number, slices=spec.depth, inputs=inputs))
        for image, drawn in zip(images, (first, *first.others), strict=True):
            put(image, number, drawn)
    images[0].others = tuple(images[1:])
    return images[0]


def put(image: Image, number: int, drawn: Image) -> None:
    """Copy a picture into a slice of one of the same size and format."""
    assert isinstance(image.texture, Volume)
    image.texture.put(number, drawn.texture.glo)
