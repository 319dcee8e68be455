"""Tests of tdlite.media."""

import pytest

pytest.register_assert_rewrite(f"{__name__}.combinations")
