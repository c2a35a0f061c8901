"""What the swarm without requests counts; apart from its locustfile, since that brings Locust along."""

from scalecheck.model.load import Key, Part

KEY = Key(Part.ROUTE, "GET /nothing")
PER_S = 100
