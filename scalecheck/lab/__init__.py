"""The embedded site: the architecture that the checks describe, in small, with faults to switch on."""
