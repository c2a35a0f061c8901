"""What is read in a page, by scripts of ours in a world of their own: the page cannot change what these see or call."""

TEXT_AT_MOST = 20_000
KEYS_AT_MOST = 200
LONGEST_KEY = 200
LONGEST_VALUE = 64 * 1024

TEXT = f"""(() => (document.body ? document.body.innerText : "").slice(0, {2 * TEXT_AT_MOST}))()"""
"""What the page shows."""

STORED = f"""(async () => {{
  const found = [];
  const add = (area, key, value) => {{
    if (found.length < {3 * KEYS_AT_MOST}) {{
      found.push([area, String(key).slice(0, {LONGEST_KEY}), String(value).slice(0, {LONGEST_VALUE})]);
    }}
  }};
  for (const [area, open] of [["localStorage", () => localStorage], ["sessionStorage", () => sessionStorage]]) {{
    let store = null;
    try {{ store = open(); }} catch {{ continue; }}
    for (let at = 0; at < Math.min(store.length, {KEYS_AT_MOST}); at++) {{
      const key = store.key(at);
      if (key !== null) add(area, key, store.getItem(key));
    }}
  }}
  const asked = (request) => new Promise((done, failed) => {{
    request.onsuccess = () => done(request.result);
    request.onerror = request.onblocked = () => failed(request.error);
  }});
  const plain = (value) => {{
    try {{ return typeof value === "string" ? value : JSON.stringify(value) ?? ""; }} catch {{ return ""; }}
  }};
  try {{
    for (const {{ name }} of (await indexedDB.databases()).slice(0, 10)) {{
      const database = await asked(indexedDB.open(name));
      try {{
        for (const store of [...database.objectStoreNames].slice(0, 10)) {{
          const all = database.transaction(store, "readonly").objectStore(store);
          const keys = await asked(all.getAllKeys(null, 20));
          const values = await asked(all.getAll(null, 20));
          keys.forEach((key, at) => add("indexedDB", `${{name}}/${{store}}/${{plain(key)}}`, plain(values[at])));
        }}
      }} finally {{ database.close(); }}
    }}
  }} catch (error) {{ found.push(["unread", "indexedDB", String(error).slice(0, {LONGEST_KEY})]); }}
  return found;
}})()"""
"""Area, key and value of what scripts can read; the values are looked at and dropped. `unread` is what was not read."""

WORKERS = """(async () => {
  const known = navigator.serviceWorker ? await navigator.serviceWorker.getRegistrations() : [];
  return known.slice(0, 10).map((each) => {
    const worker = each.active || each.waiting || each.installing;
    return [worker ? worker.scriptURL : "", each.scope, worker ? worker.state : ""];
  });
})()"""
"""Script, scope and state of each service worker."""

WORKER_READY = """(async () => {
  if (!navigator.serviceWorker || !(await navigator.serviceWorker.getRegistrations()).length) return false;
  await navigator.serviceWorker.ready;
  return true;
})()"""
"""Whether a service worker is active; waits for one that is registered."""

METRICS = """(async () => {
  const all = (type) => new Promise((done) => {
    try {
      const seen = [];
      const observer = new PerformanceObserver((list) => seen.push(...list.getEntries()));
      observer.observe({ type, buffered: true });
      setTimeout(() => { observer.disconnect(); done(seen); }, 50);
    } catch { done([]); }
  });
  const [paints, largest, shifts] = await Promise.all(["paint", "largest-contentful-paint", "layout-shift"].map(all));
  const figures = {};
  const [loaded] = performance.getEntriesByType("navigation");
  if (loaded) {
    figures.ttfb_s = loaded.responseStart / 1000;
    if (loaded.domContentLoadedEventEnd) figures.dom_content_loaded_s = loaded.domContentLoadedEventEnd / 1000;
    if (loaded.loadEventEnd) figures.load_s = loaded.loadEventEnd / 1000;
  }
  const first = paints.find((each) => each.name === "first-contentful-paint");
  if (first) figures.fcp_s = first.startTime / 1000;
  if (largest.length) figures.lcp_s = largest[largest.length - 1].startTime / 1000;
  let worst = 0, sum = 0, began = 0, last = 0;
  for (const each of shifts.filter((one) => !one.hadRecentInput)) {
    if (each.startTime - last > 1000 || each.startTime - began > 5000) { sum = 0; began = each.startTime; }
    sum += each.value; last = each.startTime; worst = Math.max(worst, sum);
  }
  figures.cls = worst;
  return figures;
})()"""
"""What the page's own clock says; the largest of the windows in which layouts shift, at most 5 s with gaps of 1 s."""

PROVOKED = "scalecheck: thrown on purpose, to see whether errors are reported"
THROW = f"""setTimeout(() => {{ throw new Error("{PROVOKED}"); }}, 0)"""
"""Run in the page's own world, so that its handlers see it."""
