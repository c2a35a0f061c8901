"""Which certificates are trusted: the system's, or certifi's where there are none, and a file of the user's besides."""

import ssl
from pathlib import Path

import certifi
import pycurl

Option = tuple[int, object]


def trust(ca_file: Path | None, *, verify: bool = True) -> tuple[Option, ...]:
    """Return the options that make curl trust the usual certificates and those in `ca_file`; OSError when unreadable.

    SSL_CERT_FILE and SSL_CERT_DIR are obeyed, as OpenSSL does. The wheels of pycurl bring no certificates of their own.
    """
    if not verify:
        return (pycurl.SSL_VERIFYPEER, 0), (pycurl.SSL_VERIFYHOST, 0)
    paths = ssl.get_default_verify_paths()
    if ca_file is not None:
        usual = Path(paths.cafile or certifi.where())
        return ((pycurl.CAINFO_BLOB, usual.read_bytes() + b"\n" + ca_file.read_bytes()),)
    if not paths.cafile and paths.capath:
        return ((pycurl.CAPATH, paths.capath),)
    # A file only: with a folder besides, curl would read all certificates anew for every connection.
    return ((pycurl.CAINFO, paths.cafile or certifi.where()),)
