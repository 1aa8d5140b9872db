// What a page of Streamlit does, timed inside the page, in milliseconds of performance.now().
// Put into a page twice it is there once. It watches the main block alone: what happens in the
// sidebar and in the header, the moving icon above all, is no answer to anything.
(() => {
  if (window.probe) return;
  const QUIET = 250; // without a change this long, a page that is not running has settled
  const LOST = 2000; // an act that starts no run is over after this
  const CHART = '[data-testid="stVegaLiteChart"]';
  const DRAWN = "svg.marks, canvas.marks";
  const probe = (window.probe = {
    changed: 0, // the last change
    chart: null, // the first chart is drawn
    content: null, // the first element stands there
    acted: 0, // the last click, key or way back of the viewer
    ran: true, // a run of the script began since
  });
  const main = () => document.querySelector('[data-testid="stMain"]');
  const running = () =>
    document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState !== "notRunning";

  new MutationObserver((changes) => {
    const now = performance.now();
    const block = main();
    if (running()) probe.ran = true;
    if (!block || !changes.some((change) => block.contains(change.target))) return;
    probe.changed = now;
    if (probe.content === null && block.querySelector('[data-testid="stElementContainer"]'))
      probe.content = now;
    if (probe.chart === null && block.querySelector(CHART)?.querySelector(DRAWN))
      probe.chart = now;
  }).observe(document, {
    subtree: true, childList: true, attributes: true, characterData: true,
  });

  for (const act of ["pointerup", "keydown", "popstate"])
    window.addEventListener(act, (event) => {
      probe.acted = event.timeStamp;
      probe.ran = false;
    }, true);
  window.addEventListener("resize", () => (probe.changed = performance.now()));

  probe.settled = () => {
    const now = performance.now();
    const block = main();
    if (!block || running() || now - probe.changed < QUIET) return false;
    if (!probe.ran && now - probe.acted < LOST) return false;
    if (block.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')) return false;
    return (
      block.querySelector('[data-testid="stElementContainer"]') !== null &&
      [...block.querySelectorAll(CHART)].every((chart) => chart.querySelector(DRAWN))
    );
  };
})();
