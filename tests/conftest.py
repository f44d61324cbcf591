"""Profiles of Hypothesis, and what is expensive to make and shared by the whole run.

The default profile is small and always draws the same examples, so a run that passes passes again. `--hypothesis-profile=full` draws
new ones, and many: run it after changing the reader, the writer or the declarations.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from lxml import etree
from shared import shared_path

# Drawing whole tests is slower than what Hypothesis is used to; time limits would make runs depend on the machine.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("default", max_examples=15, derandomize=True, deadline=None, database=None, suppress_health_check=_SLOW)
settings.register_profile("full", max_examples=300, deadline=None, print_blob=True, suppress_health_check=_SLOW)
settings.load_profile("default")


@pytest.fixture(scope="session")
def official_validator() -> etree.XMLSchema:
    """The official schema of ASI 3.0.1 in libxml2, which needs some seconds for it."""
    return etree.XMLSchema(etree.parse(shared_path("oracle", "xsd", "imsqti_asiv3p0p1_v1p0.xsd")))


@pytest.fixture
def _signals_count() -> Iterator[None]:
    """Programs that are started get signals as usual, also where the tests run in the background, which ignores some."""
    ignored = [number for number in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)) if number and signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
