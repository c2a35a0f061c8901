"""What can be broken in the scripts, sheets and fonts that pages load; `lab/misbuilt.py` builds it so."""

from scalecheck.lab.fault import Fault

FAULTS: tuple[Fault, ...] = (
    Fault("too-much-js", "bundle.initial_js", "the checkout loads four more chunks, which nobody needs at first"),
    Fault("too-much-css", "bundle.initial_css", "the home page loads the sheet of every theme"),
    Fault("heavy-html", "bundle.html", "a blog post has its data written into it"),
    Fault("heavy-font", "bundle.fonts", "the preloaded font has every script of the world in it"),
    Fault("heavy-page", "bundle.page", "the home page preloads the data of the whole catalogue"),
    Fault("too-many-requests", "bundle.requests", "the home page is cut into 25 chunks more"),
    Fault("third-parties", "bundle.third_parties", "the home page asks two third parties, where one is declared"),
    Fault("mega-chunk", "bundle.no_mega_chunk", "nearly all libraries stand in one chunk"),
    Fault("copied-code", "bundle.split_by_route", "blog and search have the same library in their own chunks"),
    Fault("blocking-script", "bundle.unblocked", "the home page waits for a script in its head"),
    Fault("polyfills", "bundle.no_legacy", "a chunk brings polyfills along for browsers that are gone"),
    Fault("grown-chunk", "bundle.not_grown", "deploy 2 makes the chunk of every page much larger"),
)
