"""What a swarm brings: tallies by second and route, which are no exchanges."""

from scalecheck.model.site import Site
from scalecheck.probes.probe import Agent, Asks, probe


@probe(by=Agent.LOCUST)
def swarm(site: Site) -> Asks:
    """Play the declared traffic, as visitors with browsers would make it."""
    return ()
