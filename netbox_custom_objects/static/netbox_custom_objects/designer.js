/*
 * The designer: proposes names, shows the icons of types, marks rows to be deleted, and warns before work is lost.
 * Rows are rendered by the server (htmx). Listeners are on the document, so that they outlive what is replaced.
 */
(() => {
  if (window.customObjectsDesigner) return;
  window.customObjectsDesigner = true;

  // Words that are written in capitals wherever they are.
  const ACRONYMS = new Set(
    ('acl api arp asn bfd bgp cpu crm dhcp dns eigrp eui evpn fhrp gps gpu gre guid http https iata icmp id imei ip ' +
      'ipam ipsec ipv4 ipv6 isis iso isp json lacp lag lan ldap ldp lldp mac md5 mpls mtu nat nic noc ntp oid os ospf ' +
      'otdr pdu po poe pop psu qos ram rd rfc rfid rir rma rpki rt sfp sha sha1 sha256 sim sku sla snmp ssh ssid ssl ' +
      'stp tcp tls ttl udp uri url uuid vat vc vip vlan vm vni vpn vrf vrrp vxlan wan wifi wlan xml').split(' ')
  );
  const form = () => document.querySelector('form[data-designer]');
  const inForm = (element) => element.closest?.('form[data-designer]');
  // Inputs whose value was proposed, and may be replaced by the next proposal.
  const proposed = new WeakMap();

  const internal = (text) =>
    text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').replace(/([a-z0-9])([A-Z])(?=[a-z])/g, '$1_$2')
      .toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
  const slug = (text) => internal(text).replaceAll('_', '-');

  function words(name) {
    const found = name.split('_').filter(Boolean).map((word) => (ACRONYMS.has(word) ? word.toUpperCase() : word));
    const text = found.join(' ').replace('IPV', 'IPv');
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  function plural(text) {
    if (!text) return '';
    if (/[A-Z0-9]$/.test(text)) return `${text}s`;
    if (/(s|x|z|ch|sh)$/i.test(text)) return `${text}es`;
    return /[^aeiou]y$/i.test(text) ? `${text.slice(0, -1)}ies` : `${text}s`;
  }

  function propose(input, value) {
    if (!input || input.disabled || (input.value && proposed.get(input) !== input.value)) return;
    const text = input.maxLength > 0 ? value.slice(0, input.maxLength) : value;
    input.value = text;
    proposed.set(input, text);
  }

  const isNew = (key) => !/^[pq]/.test(key);
  const named = (name) => form().elements[name];

  function proposeNames(input) {
    const row = input.closest('[data-field]');
    if (row) {
      const key = row.dataset.field;
      if (!isNew(key)) return;
      if (input.name === `${key}-label`) propose(named(`${key}-name`), internal(input.value));
      if (input.name === `${key}-name`) propose(named(`${key}-label`), words(input.value));
    } else if (form().querySelector('[name=_create]')) {
      if (input.name === 'verbose_name') propose(named('name'), internal(input.value));
      if (input.name === 'name') propose(named('verbose_name'), words(input.value));
      if (['verbose_name', 'name'].includes(input.name)) {
        const title = named('verbose_name').value;
        propose(named('verbose_name_plural'), plural(title));
        propose(named('slug'), slug(plural(title)));
      }
    }
  }

  const tell = (name) => form()?.dispatchEvent(new CustomEvent(name));

  function changed() {
    form().toggleAttribute('data-unsaved', true);
    tell('preview');
  }

  document.addEventListener('input', (event) => {
    if (!inForm(event.target)) return;
    proposeNames(event.target);
    changed();
  });

  document.addEventListener('change', (event) => {
    if (!inForm(event.target)) return;
    changed();
    if (event.target.closest('[data-field]') && /-(name|label)$/.test(event.target.name)) tell('fields-changed');
  });

  document.addEventListener('arranged', (event) => inForm(event.target) && changed());

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('button');
    if (!button || !inForm(button)) return;
    const row = button.closest('[data-field], [data-constraint]');
    if (button.hasAttribute('data-preview')) {
      tell('preview');
      document.getElementById('designer-preview').scrollIntoView({ block: 'nearest' });
    } else if (button.hasAttribute('data-drawer')) {
      const drawer = document.getElementById(button.getAttribute('aria-controls'));
      drawer.hidden = !drawer.hidden;
      button.setAttribute('aria-expanded', String(!drawer.hidden));
      row.querySelector('[data-open]').value = drawer.hidden ? '' : '1';
    } else if (button.hasAttribute('data-delete')) {
      const isRemoved = row.classList.toggle('is-removed');
      row.querySelector('[data-removed]').value = isRemoved ? '1' : '';
      row.querySelector(isRemoved ? '.designer-removed [data-delete]' : '.designer-buttons [data-delete]').focus();
      changed();
      if (row.dataset.field) tell('fields-changed');
    } else if (button.hasAttribute('data-remove') || button.hasAttribute('data-remove-constraint')) {
      // Fields that are new are taken out by arrange.js.
      const next = row.nextElementSibling ?? row.previousElementSibling;
      if (row.dataset.constraint) row.remove();
      (next?.querySelector('input:not([type=hidden])') ?? document.getElementById('designer-add-field'))?.focus();
      changed();
      if (row.dataset.field) tell('fields-changed');
    }
  });

  // Leaving an input may move the button that is pressed for this, and the browser then sends no click to it.
  let pressed = null;
  document.addEventListener('pointerdown', (event) => {
    const button = event.target.closest?.('button');
    pressed = button && inForm(button) ? { button, x: event.clientX, y: event.clientY } : null;
  }, true);
  document.addEventListener('click', (event) => {
    const { button, x, y } = pressed ?? {};
    pressed = null;
    if (button && !button.contains(event.target) && event.clientX === x && event.clientY === y) button.click();
  }, true);

  document.addEventListener('keydown', (event) => {
    const { target } = event;
    if (event.key !== 'Enter' || !inForm(target)) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form().querySelector('.designer-bar [type=submit]').click();
    } else if (target.matches('input:not([type=checkbox])')) {
      // The form is not stored by accident.
      event.preventDefault();
      if (target.closest('[data-field]') && !target.closest('.ts-wrapper')) {
        target.dispatchEvent(new Event('change', { bubbles: true }));
        document.getElementById('designer-add-field')?.click();
      }
    }
  });

  // NetBox has made its selectors of the lists by then.
  function showKinds() {
    for (const list of document.querySelectorAll('form[data-designer] select[name$="-type"]')) {
      const selector = list.tomselect;
      if (!selector || selector.hasKinds) continue;
      selector.hasKinds = true;
      selector.settings.searchField = ['text', 'words'];
      // Enter right after the last letter means what is found by all of them.
      selector.settings.refreshThrottle = 0;
      const draw = (option, escape) =>
        `<div><i class="mdi mdi-${escape(option.icon)} me-1 text-secondary" aria-hidden="true"></i>${escape(option.text)}</div>`;
      selector.settings.render.option = draw;
      selector.settings.render.item = draw;
      selector.clearCache();
      const { value } = list;
      if (value) {
        selector.clear(true);
        selector.setValue(value, true);
      }
    }
  }

  document.addEventListener('htmx:afterSettle', (event) => {
    if (!form()) return;
    showKinds();
    const added = event.detail.requestConfig?.elt;
    if (added?.id === 'designer-add-field') {
      document.querySelector('#designer-rows > [data-field]:last-child [name$="-label"]')?.focus();
    }
    if (inForm(event.target) && !event.target.closest('#designer-preview')) changed();
  });
  document.readyState === 'complete' ? showKinds() : window.addEventListener('load', showKinds);

  document.addEventListener('shown.bs.modal', (event) => {
    if (event.target.id === 'designer-branch') event.target.querySelector('[name="branch_name"]').select();
  });

  document.addEventListener('submit', (event) => {
    if (inForm(event.target)) event.target.dataset.sent = '1';
  });
  window.addEventListener('beforeunload', (event) => {
    if (form()?.hasAttribute('data-unsaved') && !form().dataset.sent) event.preventDefault();
  });
})();
