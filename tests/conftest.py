"""What tests of every room may use."""

from collections.abc import Iterator

import pytest

from .forked import Commands


@pytest.fixture(scope="session")
def commands() -> Iterator[Commands]:
    """Run commands in processes of their own that need not import anything first."""
    server = Commands()
    yield server
    server.close()
