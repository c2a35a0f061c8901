"""The command that shows a finding to a reader with a shell."""

import shlex

from scalecheck.model.evidence import LabRun, Record, View

LONGEST_URL = 2000


def curl(record: Record) -> str:
    """Return a curl command for a record's request; an identity's secret fields appear as a shell variable.

    Empty for what a browser saw: curl does not show it.
    """
    if isinstance(record, View | LabRun):
        return ""
    request = record.request
    words = ["curl", "-sS", "-o", "/dev/null", "-D", "-"]
    if request.method == "HEAD":
        words = ["curl", "-sSI"]
    elif request.method != "GET":
        words += ["-X", request.method]
    if not any(name.lower() == "accept-encoding" for name, _ in request.fields):
        words += ["-H", "Accept-Encoding: gzip, br, zstd"]
    for name, value in request.fields:
        words += ["-H", f"{name}: {value}"]
    if record.ask.old_tls:
        words += ["--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT:@SECLEVEL=0"]
    elif record.ask.anew:  # asked twice: a server that resumes shows its certificate once
        words += ["-v", "--http1.1", "-H", "Connection: close", request.url[:LONGEST_URL]]
    if request.connect_to is not None:
        words += ["--connect-to", f"::{request.connect_to}"]
    words.append(request.url[:LONGEST_URL])
    command = shlex.join(words)
    if request.identity is None:
        return command
    return f'{command} -H "$HEADERS_OF_{"".join(c if c.isalnum() else "_" for c in request.identity).upper()}"'
