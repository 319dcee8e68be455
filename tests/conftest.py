"""A network to test with: every project is in checked mode, and GL must be without errors around each test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from network import Net


@pytest.fixture
def net(tmp_path: Path) -> Iterator[Net]:
    """A checked project in an empty folder."""
    with Net(checked=True, folder=tmp_path) as project:
        yield project


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[Net]:
    """A project that is not checked, for counting cooks."""
    with Net(folder=tmp_path) as project:
        yield project


@pytest.fixture(autouse=True)
def no_gl_errors() -> Iterator[None]:
    """No test leaves a GL error behind."""
    yield
    context: Any = sys.modules.get("tdlite.gpu.context")
    gpu = context.Gpu._current if context is not None else None
    if gpu is not None:
        assert gpu.ctx.error == "GL_NO_ERROR"
