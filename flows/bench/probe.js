// What a page of Streamlit does, timed inside the page, in milliseconds of performance.now().
// Put into a page twice it is there once. It watches the main block alone: what happens in the
// sidebar and in the header, the moving icon above all, is no answer to anything, and what stands
// inside a canvas, a table's rows for screen readers, is not painted: it comes 200 ms later.
(() => {
  if (window.probe) return;
  const QUIET = 250; // without a change this long, a page that is not running has settled
  const LOST = 2000; // an act that starts no run is over after this
  const CHART = '[data-testid="stVegaLiteChart"]';
  const DRAWN = "svg.marks, canvas.marks";
  const probe = (window.probe = {
    changed: 0, // the last change
    nodes: [], // since the viewer acted: when, and which nodes changed
    // the last change of what is on the screen
    painted: () => probe.nodes.findLast(([, nodes]) => nodes.some(onScreen))?.[0] ?? probe.acted,
    chart: null, // the first chart is drawn
    content: null, // the first element stands there
    acted: 0, // the last click, key or way back of the viewer
    ran: true, // a run of the script began since
  });
  const main = () => document.querySelector('[data-testid="stMain"]');
  const onScreen = (node) => {
    const box = (node.getBoundingClientRect ? node : node.parentElement)?.getBoundingClientRect();
    return box && box.height > 0 && box.top < innerHeight && box.bottom > 0;
  };
  const inCanvas = (node) => (node.closest ? node : node.parentElement)?.closest("canvas");
  const running = () =>
    document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState !== "notRunning";

  new MutationObserver((changes) => {
    const now = performance.now();
    const block = main();
    if (running()) probe.ran = true;
    const nodes = block
      ? changes.map(({ target }) => target).filter((each) => block.contains(each) && !inCanvas(each))
      : [];
    if (!nodes.length) return;
    probe.changed = now;
    probe.nodes.push([now, [...new Set(nodes)]]);
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
      probe.nodes = [];
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
