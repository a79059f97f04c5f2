/*
 * Repeats what a live preview finds wrong beside the input that it is about: the preview may be far below.
 */
(() => {
  if (window.customObjectsFaults) return;
  window.customObjectsFaults = true;

  function forget() {
    for (const shown of document.querySelectorAll('.live-fault')) shown.remove();
    for (const input of document.querySelectorAll('[data-live-fault]')) {
      input.classList.remove('is-invalid');
      delete input.dataset.liveFault;
    }
  }

  function show(fault) {
    const name = CSS.escape(fault.dataset.fault);
    const inputs = [...document.querySelectorAll(`form [name="${name}"]:not([type=hidden])`)];
    const input = inputs.at(-1);
    if (!input) return;
    // The answer to a form that was sent has it already.
    const cell = input.closest('.designer-cell, [class^=col], .row') ?? input.parentElement;
    if (cell.querySelector('[id$=_errors], .invalid-feedback')) return;
    const text = document.createElement('div');
    text.className = 'form-text text-danger live-fault';
    text.append(...fault.querySelector('span').cloneNode(true).childNodes);
    // Several boxes are one input: the text stands below them, and none of them is the wrong one.
    const group = document.getElementById(input.id.replace(/_\d+$/, ''));
    const boxes = group?.contains(input) && group !== input ? group : null;
    (boxes ?? input.tomselect?.wrapper ?? input.closest('.input-group') ?? input).after(text);
    if (!boxes && !input.classList.contains('is-invalid')) {
      input.classList.add('is-invalid');
      input.dataset.liveFault = '1';
    }
  }

  document.addEventListener('htmx:afterSettle', (event) => {
    const part = event.target;
    if (!part.matches?.('#field-preview, #constraint-preview, #designer-preview')) return;
    forget();
    for (const fault of part.querySelectorAll('[data-fault]:not([data-fault=""])')) show(fault);
  });
})();
