/* Lays out the graphs that map.js sends: {id, graph} -> {id, svg} or {id, error}. */
importScripts(new URL('viz/viz-global.js', self.location));

const started = Viz.instance();

onmessage = async ({ data: { id, graph } }) => {
  try {
    const viz = await started;
    postMessage({ id, svg: viz.renderString(graph, { format: 'svg' }) });
  } catch (error) {
    postMessage({ id, error: error.message });
  }
};
