/*
 * Filter inputs with the choice "between": the second input is shown while it is chosen. What is sent are the parameters
 * that every list knows, `__gte` and `__lte`. NetBox's script sends forms by a listener of their own: this one comes first.
 */
(() => {
  if (window.customObjectsRanges) return;
  window.customObjectsRanges = true;

  const [BETWEEN, FROM] = ['between', 'gte'];

  function* ranges(form) {
    for (const box of form?.querySelectorAll('[data-until]') ?? []) {
      const select = form.querySelector(`.modifier-select[data-field="${box.dataset.until}"]`);
      const input = box.querySelector('input');
      if (select && input) yield { box, select, input };
    }
  }

  function show({ box, select, input }) {
    const isShown = select.value === BETWEEN;
    box.closest('.row').classList.toggle('d-none', !isShown);
    input.disabled = !isShown;
  }

  document.addEventListener('change', ({ target }) => {
    if (target.matches?.('.modifier-select')) [...ranges(target.form)].forEach(show);
  });

  document.addEventListener(
    'submit',
    ({ target }) => {
      for (const { select } of ranges(target)) if (select.value === BETWEEN) select.value = FROM;
    },
    true,
  );

  window.addEventListener('load', () => {
    for (const form of document.forms) {
      for (const range of ranges(form)) {
        if (range.input.value && range.select.value === FROM) {
          range.select.value = BETWEEN;
          range.select.tomselect?.sync();
        }
        show(range);
      }
    }
  });
})();
