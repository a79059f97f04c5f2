"""
Every option of every field type, half of them in the editor of one field, the others in the designer of a type.

What is chosen is data; that it was stored is read over REST. The pages are looked at at the width of a phone, too.
"""

import json
import urllib.request
from urllib.parse import quote, urlencode

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow

API = '/api/plugins/custom-objects'
PHONE = {'width': 420, 'height': 900}
CHOICES = {'name': 'Colors', 'extra_choices': [['red', 'Red'], ['blue', 'Blue']], 'order_alphabetically': False}
SITE, REGION = 'DCIM > Site', 'DCIM > Region'

# By the names of inputs: texts are typed, lists chosen by their words, and boxes ticked; and what REST has of them.
PLAIN = {
    'label': 'A label', 'group_name': 'Some group', 'description': 'Said "so"', 'required': True, 'is_cloneable': True,
    'search_weight': ['Low (1000)'], 'filter_logic': ['Exact'], 'ui_visible': ['If set'], 'ui_editable': ['No'],
}  # fmt: skip
READ = {
    'Low (1000)': 1000, 'Exact': 'exact', 'If set': 'if-set', 'No': 'no', 'Text': 'text', 'Integer': 'integer',
    'Refuse the deletion': 'protect', 'Delete the custom object': 'cascade', SITE: 'site', REGION: 'region',
}  # fmt: skip
ONE_TARGET = {'related_object_type': [SITE], 'related_object_filter': '{"status": "active"}'}
TARGETS = {'is_polymorphic': True, 'related_object_types': [SITE, REGION], 'related_object_filter': '{"q": "12"}'}
UNIQUE = {'unique': True, 'context': True}
# Which of the fields is an integer, that another one reads.
INTEGER = 2
# (words, kind, own options)
FIELDS = (
    ('Text', 'text', {'default': '"\\"12\\"\\nTest"', 'validation_regex': '.*', 'primary': True}),
    ('Text (long)', 'longtext', {'validation_regex': '^a', 'unique': True, 'context': True}),
    ('Integer', 'integer', {'validation_minimum': '0', 'validation_maximum': '9', 'default': '0', 'context': True}),
    ('Decimal', 'decimal', {'validation_minimum': '-1', 'validation_maximum': '9', **UNIQUE}),
    ('Boolean (true/false)', 'boolean', {'default': 'false', 'context': True}),
    ('Date', 'date', UNIQUE),
    ('Date & time', 'datetime', UNIQUE),
    ('URL', 'url', {'validation_regex': '^https', **UNIQUE}),
    ('JSON', 'json', {'default': '{"a": ["1", 2]}'}),
    ('Selection', 'select', {'choice_set': ['Colors'], 'default': '"red"', 'context': True}),
    ('Multiple selection', 'multiselect', {'choice_set': ['Colors'], 'default': '["red", "blue"]'}),
    ('Object', 'object', {**ONE_TARGET, 'on_delete_behavior': ['Refuse the deletion'], 'unique': True}),
    ('Multiple objects', 'multiobject', ONE_TARGET),
    ('Object', 'object', {**TARGETS, 'on_delete_behavior': ['Delete the custom object']}),
    ('Multiple objects', 'multiobject', TARGETS),
    ('E-mail address', 'email', {'validation_regex': '@', **UNIQUE}),
    ('Color', 'color', {'default': '"aa1409"'}),
    ('MAC address', 'mac_address', UNIQUE),
    ('Duration', 'duration', UNIQUE),
    ('IP address', 'ip_address', UNIQUE),
    ('IP prefix', 'ip_prefix', {'default': '"10.0.0.0/8"'}),
    ('Coordinates', 'coordinates', {}),
    ('Array', 'array', {'element_type': ['Integer'], 'default': '[1, 2]', 'validation_minimum': '1',
                        'validation_maximum': '3'}),
    # It cannot be required.
    ('Computed', 'computed', {'result_type': ['Integer'], 'expression': f'field_{INTEGER} * 2', 'required': None}),
)  # fmt: skip
# Both forms have the same inputs, so each has half of the fields. The computed one reads the integer.
EDITED = range(0, len(FIELDS), 2)
DESIGNED = [INTEGER, *range(1, len(FIELDS), 2)]
# What only the editor asks for.
ONLY_IN_EDITOR = {
    'weight': '7', 'deprecated': True, 'deprecated_since': '1.0', 'scheduled_removal': '2.0',
    'comments': 'Some **remarks**',
}  # fmt: skip
# They render the inputs again, and decide which others there are.
FIRST = ('is_polymorphic', 'choice_set', 'element_type', 'related_object_type', 'related_object_types')
JSON = ('default', 'related_object_filter', 'validation_minimum', 'validation_maximum', 'weight')

# Fills in inputs as a hand does, all in one call: each must be there to be seen, and says that it was changed.
FILL = """
async (part, [prefix, options]) => {
    const select = async (input, words) => {
        const box = input.tomselect;
        if (input.dataset.url) {
            // Offered by REST as soon as somebody looks.
            await new Promise(done => { box.on("load", done); box.load(""); });
        }
        const offered = box ? Object.values(box.options) : [...input.options];
        // What REST offers has other names.
        const chosen = words.map(word => offered.find(option => (option.display ?? option.text).trim() === word));
        const values = chosen.map(option => String(option.value ?? option.id));
        if (!box) {
            // A short list needs no selector of NetBox's.
            input.value = values[0];
            input.dispatchEvent(new Event("change", {bubbles: true}));
            return;
        }
        box.setValue(input.multiple ? values : values[0]);
    };
    for (const [option, value] of Object.entries(options)) {
        const input = part.querySelector(`[name="${prefix}${option}"]:not([type=hidden])`);
        const seen = input?.tomselect?.wrapper ?? input;
        if (!seen?.checkVisibility() || input.disabled || input.readOnly) {
            throw new Error(`${prefix}${option} cannot be filled in`);
        }
        if (Array.isArray(value)) {
            await select(input, value);
        } else if (value === true) {
            if (!input.checked) input.click();
            if (!input.checked) throw new Error(`${prefix}${option} cannot be ticked`);
        } else {
            input.value = value;
            for (const event of ["input", "change"]) input.dispatchEvent(new Event(event, {bubbles: true}));
        }
    }
}
"""


def test_every_option_is_stored(pages, netbox):
    READ['Colors'] = call(netbox, '/api/extras/custom-field-choice-sets/', CHOICES)['id']
    edited = call(netbox, f'{API}/custom-object-types/', {'name': 'edited', 'slug': 'edited'})['id']
    editor = f'/plugins/custom-objects/custom-object-type-fields/add/?custom_object_type={edited}'
    pages.open(editor)
    for number in EDITED:
        fill(pages, '', name_of(number), FIELDS[number][0], typed(number, editor=True))
        if number == EDITED[-1]:
            pages.click('Create')
            expect(pages.page).to_have_title('Edited | NetBox')
            continue
        # Back to where the next field is added: to load the page of the type each time takes as long again.
        back = f'{editor}&return_url={quote(editor)}'
        pages.page.evaluate('address => history.replaceState(null, "", address)', back)
        pages.click('Create')
        expect(pages.content.locator('[name=name]')).to_have_value('')
    check(netbox, edited, EDITED, editor=True)
    save_untouched(pages, netbox, edited)
    design(pages, 'designed', DESIGNED)
    (designed,) = call(netbox, f'{API}/custom-object-types/?name=designed')['results']
    check(netbox, designed['id'], DESIGNED, editor=False)
    look_at_a_phone(pages, edited)


def options_of(number: int, editor: bool) -> dict:
    """Return what is chosen for a field in the editor, or in a row of the designer."""
    _words, kind, own = FIELDS[number]
    found = {**PLAIN, **own}
    if editor:
        related_name = {'related_name': 'things'} if kind == 'object' and 'is_polymorphic' not in own else {}
        found |= {**related_name, **ONLY_IN_EDITOR}
    if kind == 'text':
        # Its own input has one line.
        found['default'] = '"\\"12\\" Test"'
    return {option: value for option, value in found.items() if value is not None}


def design(pages, name, numbers):
    pages.open('/plugins/custom-objects/custom-object-types/design/')
    pages.content.locator('[name=name]').fill(name)
    pages.content.locator('[name=slug]').fill(name.replace('_', '-'))
    rows = pages.content.locator('[data-field]')
    for place, number in enumerate(numbers):
        if place:
            pages.click('Add Field')
            expect(rows).to_have_count(place + 1)
        key = rows.nth(place).get_attribute('data-field')
        fill(pages, f'{key}-', name_of(number), FIELDS[number][0], typed(number, editor=False))
    pages.click('Create')
    # The name that people use is proposed from the internal one.
    expect(pages.page).to_have_title(f'{name.capitalize().replace("_", " ")} | NetBox')


def typed(number: int, editor: bool) -> dict:
    return {option: as_typed(number, option, value) for option, value in options_of(number, editor).items()}


def as_typed(number: int, option: str, value):
    """Return what people type, where REST has JSON."""
    kind = FIELDS[number][1]
    if option == 'related_object_filter':
        return urlencode(json.loads(value))
    if option != 'default' or kind == 'json':
        return value
    found = json.loads(value)
    if isinstance(found, bool):
        return ['Yes' if found else 'No']
    if kind in ('select', 'multiselect'):
        return [word.capitalize() for word in (found if isinstance(found, list) else [found])]
    return '\n'.join(map(str, found)) if isinstance(found, list) else str(found)


def name_of(number: int) -> str:
    return f'field_{number}'


def fill(pages, prefix, name, words, options):
    """Fill in the inputs whose names begin with the prefix, as somebody does who chooses the type first."""
    found = pages.content.locator(f'[name="{prefix}name"]')

    def fill_in(values):
        unfold(found)
        pages.content.first.evaluate("part => part.querySelectorAll('details').forEach(found => { found.open = true })")
        pages.content.first.evaluate(FILL, [prefix, values])
        pages.settle()

    fill_in({'name': name})
    fill_in({'type': [words]})
    # Each of these renders the inputs again.
    for option in [option for option in FIRST if option in options]:
        fill_in({option: options[option]})
    fill_in({option: value for option, value in options.items() if option not in FIRST})
    expect(found).to_have_value(name)


def unfold(name):
    """Show all inputs of a row of the designer."""
    for button in name.locator('xpath=ancestor::*[@data-field]//button[@aria-expanded="false"][@data-drawer]').all():
        button.click()


def call(netbox, path, data=None):
    body = None if data is None else json.dumps(data).encode()
    headers = {**netbox.headers, 'Content-Type': 'application/json'}
    with urllib.request.urlopen(urllib.request.Request(netbox.url + path, body, headers)) as response:
        return json.load(response)


def fields_of(netbox, pk):
    found = call(netbox, f'{API}/custom-object-type-fields/?custom_object_type_id={pk}&limit=100')['results']
    return {field['name']: field for field in found}


def check(netbox, pk, numbers, editor: bool):
    stored = fields_of(netbox, pk)
    assert stored.keys() == {name_of(number) for number in numbers}
    for number in numbers:
        _words, kind, own = FIELDS[number]
        field, wanted = stored[name_of(number)], options_of(number, editor)
        assert plain(field['type']) == kind
        found = {option: plain(field[option]) for option in wanted}
        assert found == {option: as_read(option, value) for option, value in wanted.items()}, name_of(number)
        for box in ('primary', 'context', 'unique', 'is_polymorphic'):
            assert field[box] is own.get(box, False), (name_of(number), box)


def as_read(option, value):
    if isinstance(value, list):
        found = [READ[word] for word in value]
        return found if option == 'related_object_types' else found[0]
    return json.loads(value) if option in JSON else value


def plain(value):
    """Return what REST has of an option, without labels and links."""
    if isinstance(value, list):
        return sorted((plain(item) for item in value), reverse=True) if value and isinstance(value[0], dict) else value
    for keys, wanted in (
        ({'value', 'label'}, 'value'),
        ({'app_label', 'model'}, 'model'),
        ({'display', 'name'}, 'name'),
    ):
        if isinstance(value, dict) and keys <= value.keys():
            return value[wanted]
    return value


def save_untouched(pages, netbox, pk):
    """What was stored by the editor is not changed by it."""
    before = fields_of(netbox, pk)
    for number in (0, 8, 12, 14):
        pages.open(f'/plugins/custom-objects/custom-object-type-fields/{before[name_of(number)]["id"]}/edit/')
        expect(pages.content.locator('#field-preview')).to_contain_text('Effect of saving')
        pages.click('Save')
        expect(pages.page).to_have_title('Edited | NetBox')
    after = fields_of(netbox, pk)
    for found in (before, after):
        for field in found.values():
            field.pop('last_updated', None)
    assert after == before


def look_at_a_phone(pages, pk):
    """No page is wider than the screen: tables scroll in their cards."""
    pages.page.set_viewport_size(PHONE)
    for path in (
        f'custom-object-types/{pk}/', 'custom-object-types/', f'custom-object-types/{pk}/edit/',
        f'custom-object-type-fields/add/?custom_object_type={pk}', 'custom-object-types/design/', 'edited/',
        'edited/add/', f'custom-object-types/{pk}/schema-history/',
    ):  # fmt: skip
        pages.open(f'/plugins/custom-objects/{path}')
        width = pages.page.evaluate('document.documentElement.scrollWidth')
        assert width <= PHONE['width'], (path, width, widest(pages))


def widest(pages):
    """Return what sticks out, for the message of a failure."""
    return pages.page.evaluate(
        """() => [...document.querySelectorAll('#page-content *')]
            .filter(part => part.getBoundingClientRect().right > innerWidth + 1 && !part.closest('.table-responsive'))
            .slice(0, 8).map(part => part.outerHTML.slice(0, 120))"""
    )
