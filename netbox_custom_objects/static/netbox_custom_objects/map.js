/*
 * Draws maps of types into elements with `data-map`: from the JSON of the script element that they contain, or of the
 * address in `data-url`, which is asked once the element comes into view. Graphviz does the layout, in a worker.
 * With the value `picture` the drawing is small, and has neither words at its arrows nor links.
 * Elements with `data-map-option` in the same `data-map-scope` choose what is shown; `data-map-action` zooms and saves.
 */
(() => {
  if (window.customObjectsMap) return;
  window.customObjectsMap = true;

  const here = new URL('.', document.currentScript.src);
  const PALETTES = {
    light: {
      text: '#1d2939', muted: '#667085', line: '#98a2b3', surface: '#ffffff', group: '#f5f7fa', model: '#f2f4f7',
      type: '#dbe7fb', added: '#c6efd0', changed: '#fdeeb5', removed: '#fbd0ce',
      set_null: '#667085', cascade: '#c92a2a', protect: '#b35c00',
    },
    dark: {
      text: '#e6eaf0', muted: '#98a2b3', line: '#5b6778', surface: '#182433', group: '#131c29', model: '#253246',
      type: '#1f4272', added: '#1f5c34', changed: '#6b5410', removed: '#75282a',
      set_null: '#98a2b3', cascade: '#ff8787', protect: '#ffb066',
    },
  };
  // What maps are not scaled below to fit.
  const READABLE = 0.75;
  const SVG = 'http://www.w3.org/2000/svg';
  const SIGNS = { added: '+ ', changed: '\u2022 ', removed: '\u2212 ' };

  const escaped = (text) => String(text).replace(
    /[&<>"]/g, (found) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[found],
  );
  const palette = () => PALETTES[document.documentElement.dataset.bsTheme === 'dark' ? 'dark' : 'light'];

  /* The part of a map that the options ask for: {types, models, references}. */
  function selected(map, options) {
    let types = map.types.filter((type) => !options.group || type.group === options.group.slice(1));
    let references = map.references;
    if (!options.models) references = references.filter((reference) => !map.models.some((m) => m.key === reference.to));
    if (options.focus) {
      const near = new Set([options.focus]);
      for (let step = 0; step < options.distance; step += 1) {
        const found = references.filter(({ from, to }) => near.has(from) || near.has(to));
        // A model of NetBox that two types refer to does not make them neighbours.
        for (const { from, to } of found) {
          if (near.has(from)) near.add(to);
          else if (map.types.some((type) => type.key === to)) near.add(from);
        }
      }
      types = map.types.filter((type) => near.has(type.key));
      if (options.distance === 1) {
        references = references.filter(({ from, to }) => from === options.focus || to === options.focus);
      }
    }
    const shown = new Set(types.map((type) => type.key));
    references = references.filter(
      ({ from, to }) => shown.has(from) && (shown.has(to) || map.models.some((model) => model.key === to)),
    );
    const reached = new Set(references.map((reference) => reference.to));
    return { types, references, models: map.models.filter((model) => reached.has(model.key)) };
  }

  function typeLabel(type, options, colors) {
    const fields = !options.fields ? [] : type.fields.map((field) => {
      const fill = field.status ? ` BGCOLOR="${colors[field.status]}"` : '';
      return `<TR><TD ALIGN="LEFT"${fill}>${SIGNS[field.status] || ''}${escaped(field.name)}  `
        + `<FONT COLOR="${colors.muted}">${escaped(field.type)}</FONT></TD></TR>`;
    });
    return `<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="6" COLOR="${colors.line}" `
      + `BGCOLOR="${colors.surface}"><TR><TD BGCOLOR="${colors[type.status || 'type']}">`
      + `<B>${SIGNS[type.status] || ''}${escaped(type.label)}</B></TD></TR>${fields.join('')}</TABLE>`;
  }

  function edge(reference, options, colors) {
    const color = reference.many ? colors.muted : colors[reference.on_delete] || colors.muted;
    const about = [reference.field, reference.label].filter(Boolean).join('\n');
    return {
      tail: reference.from,
      head: reference.to,
      attributes: {
        ...(options.labels ? { label: ` ${(SIGNS[reference.status] || '') + about} `.replaceAll('\\', '\\\\') } : {}),
        color, fontcolor: color,
        style: reference.status === 'removed' ? 'dotted' : reference.many ? 'dashed' : 'solid',
        arrowhead: reference.many ? 'crow' : 'normal',
        penwidth: reference.status ? 2 : 1,
      },
    };
  }

  /* The parts of a map that nothing connects. */
  function partsOf(map, options) {
    const joined = new Map();
    const root = (key) => {
      const next = joined.get(key) ?? key;
      return next === key ? key : root(next);
    };
    map.references.forEach(({ from, to }) => joined.set(root(from), root(to)));
    if (options.groups) {
      // The colon keeps groups apart from the keys of types and models.
      map.types.filter(({ group }) => group).forEach(({ key, group }) => joined.set(root(key), root(`:${group}`)));
    }
    const parts = new Map();
    const partOf = (key) => {
      if (!parts.has(root(key))) parts.set(root(key), { types: [], models: [], references: [] });
      return parts.get(root(key));
    };
    map.types.forEach((type) => partOf(type.key).types.push(type));
    map.models.forEach((model) => partOf(model.key).models.push(model));
    map.references.forEach((reference) => partOf(reference.from).references.push(reference));
    return [...parts.values()];
  }

  /* What Graphviz draws of a part. */
  function graph(part, options, colors) {
    const link = (entry) => (entry.url ? { URL: entry.url, target: '_top' } : {});
    const nodes = part.types.map((type) => ({
      name: type.key,
      attributes: {
        shape: 'plain', label: { html: typeLabel(type, options, colors) }, tooltip: type.label, ...link(type),
      },
    }));
    nodes.push(...part.models.map((model) => ({
      name: model.key,
      attributes: {
        label: model.label.replaceAll('\\', '\\\\'), shape: 'box', style: 'rounded,filled', fillcolor: colors.model,
        color: colors.line, fontcolor: colors.text, margin: '0.15,0.08', tooltip: model.key, ...link(model),
      },
    })));
    const groups = options.groups ? [...new Set(part.types.map((type) => type.group))].filter(Boolean) : [];
    return {
      directed: true,
      graphAttributes: {
        rankdir: 'LR', bgcolor: 'transparent', fontname: 'Helvetica', fontsize: 12,
        ...(options.labels ? { nodesep: 0.35, ranksep: 0.8, pad: 0.2 } : { nodesep: 0.2, ranksep: 0.4, pad: 0.1 }),
      },
      nodeAttributes: { fontname: 'Helvetica', fontsize: 11, fontcolor: colors.text },
      edgeAttributes: { fontname: 'Helvetica', fontsize: 9, arrowsize: 0.8 },
      nodes,
      edges: part.references.map((reference) => edge(reference, options, colors)),
      subgraphs: groups.map((group, index) => ({
        name: `cluster_${index}`,
        graphAttributes: {
          label: group.replaceAll('\\', '\\\\'), style: 'rounded,filled', fillcolor: colors.group, color: colors.line,
          fontcolor: colors.muted, margin: 14,
        },
        nodes: part.types.filter((type) => type.group === group).map((type) => ({ name: type.key })),
      })),
    };
  }

  let worker = null;
  const waiting = new Map();
  let count = 0;

  /* Return a promise of the SVG text of a graph. */
  function layout(drawn) {
    if (!worker) {
      const source = new URL('map-worker.js', here);
      worker = new Worker(
        // Browsers run workers of the page's own origin only; static files may have another.
        source.origin === location.origin
          ? source
          : URL.createObjectURL(new Blob([`importScripts(${JSON.stringify(source.href)})`])),
      );
      worker.onmessage = ({ data }) => {
        const { resolve, reject } = waiting.get(data.id);
        waiting.delete(data.id);
        if (data.error) reject(new Error(data.error));
        else resolve(data.svg);
      };
      worker.onerror = (event) => {
        waiting.forEach(({ reject }) => reject(new Error(event.message)));
        waiting.clear();
      };
    }
    count += 1;
    const id = count;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, graph: drawn });
    });
  }

  /*
   * Return a promise of the drawing of a map. Its parts are drawn separately and packed into rows, tallest first,
   * because Graphviz stacks them in one column. Rows are at most `room` wide, unless a single part is wider.
   */
  async function drawing(map, options, colors, room = Infinity, background = null) {
    const parts = partsOf(selected(map, options), options);
    const texts = await Promise.all(parts.map((part) => layout(graph(part, options, colors))));
    const drawn = texts.map((text) => new DOMParser().parseFromString(text, 'image/svg+xml').documentElement);
    const sizes = new Map(drawn.map((svg) => [svg, svg.viewBox.baseVal]));
    drawn.sort((one, other) => sizes.get(other).height - sizes.get(one).height);
    const area = [...sizes.values()].reduce((sum, { width, height }) => sum + width * height, 0);
    const limit = Math.max(Math.min(Math.sqrt(area * 2), room), ...[...sizes.values()].map(({ width }) => width));
    const svg = document.createElementNS(SVG, 'svg');
    // A picture without a size cannot be saved.
    let [x, y, right, bottom] = [0, 0, 1, 1];
    for (const part of drawn) {
      const { width, height } = sizes.get(part);
      if (x && x + width > limit) [x, y] = [0, bottom];
      part.querySelectorAll('[id]').forEach((element) => element.removeAttribute('id'));
      Object.entries({ x, y, width, height }).forEach(([name, value]) => part.setAttribute(name, value));
      svg.append(document.importNode(part, true));
      x += width;
      right = Math.max(right, x);
      bottom = Math.max(bottom, y + height);
    }
    svg.setAttribute('viewBox', `0 0 ${right} ${bottom}`);
    svg.setAttribute('width', `${right}pt`);
    svg.setAttribute('height', `${bottom}pt`);
    if (background) {
      const behind = document.createElementNS(SVG, 'rect');
      Object.entries({ width: right, height: bottom, fill: background }).forEach(
        ([name, value]) => behind.setAttribute(name, value),
      );
      svg.prepend(behind);
    }
    return svg;
  }

  /* Say that a map could not be drawn; a picture is left out. */
  function report(element, error) {
    element.textContent = element.dataset.failed ? `${element.dataset.failed} ${error.message}` : '';
  }

  class TypeMap {
    constructor(element, map) {
      this.element = element;
      this.map = map;
      this.isPicture = element.dataset.map === 'picture';
      this.scope = element.closest('[data-map-scope]') || element;
      this.options = [...this.scope.querySelectorAll('[data-map-option]')];
      this.scale = 1;
      this.fits = true;
      this.draws = 0;
      this.options.forEach((option) => option.addEventListener('change', () => this.changed()));
      this.scope.querySelectorAll('[data-map-action]').forEach((button) => {
        button.addEventListener('click', () => this[button.dataset.mapAction]());
      });
      if (!this.isPicture) element.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
      new MutationObserver(() => this.draw()).observe(
        document.documentElement, { attributeFilter: ['data-bs-theme'] },
      );
      new ResizeObserver(() => this.fits && this.fit()).observe(element);
      this.draw();
    }

    chosen() {
      const found = {
        focus: this.element.dataset.focus || '', distance: Number(this.element.dataset.distance || 1), group: '',
        fields: 'fields' in this.element.dataset, models: true,
        labels: !this.isPicture, groups: !this.isPicture,
      };
      for (const option of this.options) {
        found[option.dataset.mapOption] = option.type === 'checkbox' ? option.checked : option.value;
      }
      // The distance can be cleared, as each choice.
      found.distance = Number(found.distance) || 1;
      return found;
    }

    changed() {
      const query = new URLSearchParams(location.search);
      for (const option of this.options) {
        const value = option.type === 'checkbox' ? (option.checked ? 'on' : 'off') : option.value;
        query.set(option.dataset.mapOption, value);
      }
      history.replaceState(null, '', `?${query}`);
      this.fits = true;
      this.draw();
    }

    async draw() {
      this.draws += 1;
      const draw = this.draws;
      this.element.setAttribute('aria-busy', 'true');
      try {
        const svg = await drawing(this.map, this.chosen(), palette(), this.element.clientWidth / READABLE);
        if (draw === this.draws) this.show(svg);
      } catch (error) {
        report(this.element, error);
      }
      if (draw === this.draws) this.element.removeAttribute('aria-busy');
    }

    show(svg) {
      svg.setAttribute('class', 'd-block m-auto');
      if (!this.isPicture) {
        svg.setAttribute('role', 'group');
        svg.setAttribute('aria-label', this.element.dataset.label);
      }
      // The page's own font is a little wider than the one that Graphviz reckons with.
      svg.querySelectorAll('text').forEach((label) => {
        label.setAttribute('font-family', 'inherit');
        label.setAttribute('font-size', parseFloat(label.getAttribute('font-size')) * 0.94);
      });
      svg.querySelectorAll('a').forEach((link) => {
        if (this.isPicture) return link.replaceWith(...link.childNodes);
        // Screen readers know plain links.
        link.setAttribute('href', link.getAttribute('xlink:href'));
        link.setAttribute('aria-label', link.getAttribute('xlink:title'));
      });
      const box = svg.viewBox.baseVal;
      this.size = { width: box.width, height: box.height };
      this.element.replaceChildren(svg);
      if (this.fits) this.fit();
      else this.resize();
    }

    resize() {
      const svg = this.element.querySelector('svg');
      svg.setAttribute('width', `${this.size.width * this.scale}px`);
      svg.setAttribute('height', `${this.size.height * this.scale}px`);
    }

    /* Show all of the map, but not too small to be read. */
    fit() {
      if (!this.size || !this.element.clientWidth) return;
      const style = getComputedStyle(this.element);
      const room = (start, end) => parseFloat(style[start]) + parseFloat(style[end]);
      const wide = (this.element.clientWidth - room('paddingLeft', 'paddingRight')) / this.size.width;
      const height = this.isPicture
        ? this.element.clientHeight - room('paddingTop', 'paddingBottom')
        : Number(this.element.dataset.height) || window.innerHeight * 0.7;
      const whole = Math.min(wide, height / this.size.height);
      this.fits = true;
      this.scale = Math.min(1.2, this.isPicture ? whole : Math.max(whole, Math.min(wide, 1), READABLE));
      this.resize();
    }

    zoom(factor, x = this.element.clientWidth / 2, y = this.element.clientHeight / 2) {
      if (!this.size) return;
      const scale = Math.min(4, Math.max(0.05, this.scale * factor));
      const grown = scale / this.scale;
      const [left, top] = [this.element.scrollLeft, this.element.scrollTop];
      this.scale = scale;
      this.fits = false;
      this.resize();
      this.element.scrollTo((left + x) * grown - x, (top + y) * grown - y);
    }

    closer() { this.zoom(1.25); }

    farther() { this.zoom(0.8); }

    wheel(event) {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const place = this.element.getBoundingClientRect();
      this.zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1, event.clientX - place.left, event.clientY - place.top);
    }

    /* The map as a file of its own has the light colors. */
    async file() {
      const map = { ...this.map };
      for (const kind of ['types', 'models']) {
        map[kind] = map[kind].map((entry) => (
          { ...entry, url: entry.url && new URL(entry.url, location.href).href }
        ));
      }
      const svg = await drawing(map, this.chosen(), PALETTES.light, Infinity, '#ffffff');
      return new Blob([new XMLSerializer().serializeToString(svg)], { type: 'image/svg+xml' });
    }

    async saveSVG() { save(await this.file(), 'custom-object-types.svg'); }

    async savePNG() {
      const url = URL.createObjectURL(await this.file());
      const image = new Image();
      image.src = url;
      await image.decode();
      const canvas = document.createElement('canvas');
      // Browsers refuse canvases above some size.
      const scale = Math.min(2, 12000 / Math.max(image.width, image.height));
      canvas.width = image.width * scale;
      canvas.height = image.height * scale;
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(url);
      canvas.toBlob((blob) => save(blob, 'custom-object-types.png'), 'image/png');
    }
  }

  function save(blob, name) {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  async function begin(element) {
    const embedded = element.querySelector('script[type="application/json"]');
    try {
      const map = embedded
        ? JSON.parse(embedded.textContent)
        : await (await fetch(element.dataset.url, { headers: { Accept: 'application/json' } })).json();
      element.typeMap = new TypeMap(element, map);
    } catch (error) {
      report(element, error);
    }
  }

  const views = new IntersectionObserver((entries) => entries.forEach(({ isIntersecting, target }) => {
    if (!isIntersecting) return;
    views.unobserve(target);
    begin(target);
  }));

  const find = () => document.querySelectorAll('[data-map]:not([data-map-found])').forEach((element) => {
    element.dataset.mapFound = '';
    views.observe(element);
  });
  document.addEventListener('DOMContentLoaded', find);
  document.addEventListener('htmx:afterSettle', find);
  if (document.readyState !== 'loading') find();
})();
