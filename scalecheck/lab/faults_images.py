"""What can be broken in the pictures."""

from scalecheck.lab.fault import Fault

FAULTS = (
    Fault("png-photograph", "images.modern_format", "the hero is a PNG, whatever the client accepts"),
    Fault("images-without-vary", "images.vary_on_accept", "pictures do not say that they follow Accept"),
    Fault("formats-mixed-up", "images.vary_on_accept", "the edge keeps one format of each picture for all clients"),
    Fault("one-size-picture", "images.responsive", "the hero comes in one size, wider than phones can show"),
    Fault("oversized-pictures", "images.right_size", "small pictures come 1280 pixels wide"),
    Fault("no-dimensions", "images.sized", "the customers' pictures have neither width nor height"),
    Fault("eager-below", "images.lazy_below", "the customers' pictures load before anybody scrolls to them"),
    Fault("lazy-hero", "images.eager_hero", "the hero is lazy"),
    Fault("heavy-picture", "images.within_budget", "the hero weighs four times what its format needs"),
)
