/*
 * Rows of a filter, with an input for each parameter: writes them into the text input that is stored.
 * Listeners are on the document, so that they outlive what htmx replaces.
 */
(() => {
  if (window.customObjectsFilterBuilder) return;
  window.customObjectsFilterBuilder = true;

  const EMPTY = { empty_true: 'true', empty_false: 'false' };
  const builderOf = (element) => element.closest?.('[data-filter-builder]');
  const inputOf = (builder) => document.getElementById(builder.dataset.filterBuilder);

  function values(row) {
    const source = row.querySelector('[data-source]')?.value;
    if (source) return [`$${source}`];
    return [...row.querySelectorAll('[data-filter-value]')]
      .flatMap((input) => (input.multiple ? [...input.selectedOptions].map((option) => option.value) : [input.value]))
      .filter((value) => value !== '');
  }

  function parameters(row) {
    const name = row.dataset.filter;
    const lookup = row.querySelector('[data-lookup]')?.value ?? 'exact';
    if (lookup in EMPTY) return [[`${name}__empty`, EMPTY[lookup]]];
    return values(row).map((value) => [lookup === 'exact' ? name : `${name}__${lookup}`, value]);
  }

  function write(builder) {
    const rows = [...builder.querySelectorAll('[data-filter]')];
    const text = new URLSearchParams(rows.flatMap(parameters)).toString();
    const input = inputOf(builder);
    // What stays readable in an address is not encoded.
    input.value = text.replace(/%(24|2C|3A|2F)/g, decodeURIComponent);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }

  function show(row) {
    const lookup = row.querySelector('[data-lookup]')?.value;
    const source = row.querySelector('[data-source]');
    if (source) source.hidden = lookup in EMPTY;
    row.querySelector('[data-values]').hidden = lookup in EMPTY || Boolean(source?.value);
  }

  for (const type of ['input', 'change']) {
    document.addEventListener(type, (event) => {
      const row = event.target.closest?.('[data-filter]');
      if (row) {
        show(row);
        write(builderOf(row));
      } else if (type === 'change' && event.isTrusted) {
        const builder = document.querySelector(`[data-filter-builder="${CSS.escape(event.target.id)}"]`);
        builder?.dispatchEvent(new Event('rebuild'));
      }
    });
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-remove-filter]');
    if (!button) return;
    const builder = builderOf(button);
    button.closest('[data-filter]').remove();
    write(builder);
    const add = builder.querySelector('[data-add-filter]');
    const last = builder.querySelector('[data-filter]:last-child [data-remove-filter]');
    (last ?? add?.tomselect ?? add)?.focus();
  });

  document.addEventListener('htmx:afterSettle', (event) => {
    const add = event.detail.requestConfig?.elt;
    if (!add?.hasAttribute?.('data-add-filter')) return;
    add.tomselect ? add.tomselect.clear(true) : (add.value = '');
    const row = builderOf(add)?.querySelector('[data-filter]:last-child');
    const input = row?.querySelector('[data-filter-value]');
    (input?.tomselect ?? input)?.focus();
    if (row) write(builderOf(add));
  });
})();
