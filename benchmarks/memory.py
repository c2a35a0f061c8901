"""Peak memory of an audit of 5,000 URLs."""

import tempfile
from pathlib import Path

from benchmarks.audit import audit
from benchmarks.site import site
from benchmarks.timing import shown

URLS = 5000
AT_MOST_MB = 200


def run() -> None:
    """Print the peak."""
    with site(0.0) as url, tempfile.TemporaryDirectory() as folder:
        took_s, requests, mb = audit(url, URLS, 50, Path(folder))
    print(f"  {URLS} URLs: {requests} requests in {shown(took_s)}, peak {mb:.0f} MB (at most {AT_MOST_MB} MB)")
