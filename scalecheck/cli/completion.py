"""What shells may complete; each list is made when a shell asks for it."""


def checks_and_groups(incomplete: str) -> list[str]:
    """Return the groups and the ids of checks that begin so."""
    from scalecheck.checks.catalogue import BY_ID, GROUP_NAMES

    return [name for name in (*GROUP_NAMES, *BY_ID) if name.startswith(incomplete)]


def formats_known(incomplete: str) -> list[str]:
    """Return the formats that begin so."""
    from scalecheck.report import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]


def profiles_known(incomplete: str) -> list[str]:
    """Return the built-in profiles that begin so; paths are the shell's own to complete."""
    from scalecheck.model.profile_file import built_ins

    return [name for name in built_ins() if name.startswith(incomplete)]
