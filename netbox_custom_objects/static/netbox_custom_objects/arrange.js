/*
 * Elements with `data-field` in a form with `data-arrange` are put into another order, within and between elements with
 * `data-rows`: dragged, or moved by their buttons, which the keyboard reaches as well. Each change fires the event `arranged` on the form, and whoever listens saves it.
 * Listeners are on the document, so that they outlive what htmx replaces.
 */
(() => {
  if (window.customObjectsArrange) return;
  window.customObjectsArrange = true;

  let dragged = null;
  let focus = null;

  const formOf = (element) => element.closest?.('form[data-arrange]');
  const rowOf = (element) => element.closest?.('[data-field]');

  function arranged(form, row) {
    const place = row.querySelector('input[name="field"]');
    const body = row.closest('[data-rows]');
    if (place && body) place.value = `${row.dataset.field}:${body.dataset.group}`;
    form.dispatchEvent(new CustomEvent('arranged', { bubbles: true }));
  }

  function move(row, up) {
    const body = row.parentElement;
    const rows = [...body.querySelectorAll(':scope > [data-field]')];
    const neighbour = rows[rows.indexOf(row) + (up ? -1 : 1)];
    if (neighbour) {
      up ? neighbour.before(row) : neighbour.after(row);
      return true;
    }
    // At the edge of a group the field goes on into the next one.
    const other = up ? body.previousElementSibling : body.nextElementSibling;
    if (!other?.hasAttribute('data-rows')) return false;
    const fixed = other.querySelector(':scope > [data-fixed]');
    if (up) other.append(row);
    else fixed ? fixed.after(row) : other.prepend(row);
    return true;
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('button[data-move]');
    const form = button && formOf(button);
    if (!form) return;
    const row = rowOf(button);
    focus = button.id;
    if (move(row, button.dataset.move === 'up')) arranged(form, row);
    document.getElementById(focus)?.focus();
  });

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('button[data-remove]');
    if (button && formOf(button)) rowOf(button).remove();
  });

  document.addEventListener('dragstart', (event) => {
    if (!formOf(event.target)) return;
    dragged = rowOf(event.target);
    event.dataTransfer.effectAllowed = 'move';
    event.dataTransfer.setData('text/plain', dragged.dataset.field);
    dragged.classList.add('opacity-50');
  });

  document.addEventListener('dragover', (event) => {
    if (!dragged || formOf(event.target) !== formOf(dragged)) return;
    event.preventDefault();
    const over = event.target.closest('[data-field], [data-fixed]');
    if (!over || over === dragged) return;
    const { top, height } = over.getBoundingClientRect();
    const before = event.clientY < top + height / 2 && !over.hasAttribute('data-fixed');
    before ? over.before(dragged) : over.after(dragged);
  });

  document.addEventListener('drop', (event) => {
    if (dragged) event.preventDefault();
  });

  document.addEventListener('dragend', () => {
    if (!dragged) return;
    dragged.classList.remove('opacity-50');
    const form = formOf(dragged);
    const row = dragged;
    dragged = null;
    focus = null;
    if (form) arranged(form, row);
  });

  document.addEventListener('htmx:afterSettle', () => {
    if (focus) document.getElementById(focus)?.focus();
    focus = null;
  });
})();
