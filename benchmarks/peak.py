"""How much the peak memory of this process grows while one document is read: `python benchmarks/peak.py lxml|qtimodel FILE` prints bytes.

A process of its own for each figure: a peak never goes down again, so the second figure of a process would be lost in the first.
Both contenders import the same modules and hold the document before the baseline is taken.
"""

from __future__ import annotations

import sys
from pathlib import Path


def peak() -> int:
    """The largest resident size of this process so far, in bytes. Raises `ImportError` where the system does not tell."""
    status = Path("/proc/self/status")
    if status.exists():
        # What `ru_maxrss` means. Linux hands that figure on from a parent through fork and exec, so a big parent would hide a small child.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(contender: str, file: str) -> None:
    """Read the file once and print by how much the peak grew."""
    from lxml import etree

    from qtimodel import xml

    data = Path(file).read_bytes()
    before = peak()
    tree: object = etree.fromstring(data) if contender == "lxml" else xml.loads(data)
    print(peak() - before)
    del tree


if __name__ == "__main__":
    main(*sys.argv[1:])
