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


def shapes_known(incomplete: str) -> list[str]:
    """Return the shapes that begin so: those of the profile beside you and of the built-in ones."""
    from scalecheck.cli.exit import UsageError
    from scalecheck.cli.profiles import BESIDE_YOU, read
    from scalecheck.model.profile_file import built_ins

    names: dict[str, None] = {}
    for profile in [str(BESIDE_YOU)] if BESIDE_YOU.is_file() else sorted(built_ins()):
        try:
            names.update(dict.fromkeys(read(profile, None).traffic.shapes))
        except UsageError:
            continue  # the command itself will say what is wrong with it
    return [name for name in names if name.startswith(incomplete)]
