"""Variables in templates of users, and how they are renamed."""

import pytest

from netbox_custom_objects.services.dependents.templates import attributes, rename_variable, variables


@pytest.mark.parametrize(
    ('template', 'renamed'),
    [
        ('{{ state }}', '{{ stage }}'),
        ('state {{ state}} state', 'state {{ stage}} state'),
        ('{{ state.state }} {{ a.state }} {{ a["state"] }}', '{{ stage.state }} {{ a.state }} {{ a["state"] }}'),
        ('{{ a|state }} {{ state|upper }}', '{{ a|state }} {{ stage|upper }}'),
        ('{{ state|upper }} {{ state | default("state") }}', '{{ stage|upper }} {{ stage | default("state") }}'),
        ('{% if not state %}-{% elif state == other %}{{ state }}{% endif %}',
         '{% if not stage %}-{% elif stage == other %}{{ stage }}{% endif %}'),
        ('{# {{ state }} #}{{ state }}', '{# {{ state }} #}{{ stage }}'),
        ('a  {{- state -}}  b {{state}}\n', 'a  {{- stage -}}  b {{stage}}\n'),
        ('{{ a is not none and state is not none }}', '{{ a is not none and stage is not none }}'),
        ('{{ "{:5}".format(state) }} {{ f(state=state) }}', '{{ "{:5}".format(stage) }} {{ f(state=stage) }}'),
        ('{{ {"state": state} }} {{ statement }} {{ _state }}', '{{ {"state": stage} }} {{ statement }} {{ _state }}'),
        ('{% raw %}{{ state }}{% endraw %}{{ state }}', '{% raw %}{{ state }}{% endraw %}{{ stage }}'),
        # What gives the name a value itself stays as it is, and what is no template.
        ('{% set state = 1 %}{{ state }}', None),
        ('{% for stage in all %}{{ state }}{% endfor %}', None),
        ('{{ state', None),
        ('{{ state }}\r\n{{ state }}', '{{ stage }}\r\n{{ stage }}'),
        ('', None),
    ],
)  # fmt: skip
def test_renaming(template, renamed):
    assert rename_variable(template, 'state', 'stage') == (renamed or template)


def test_what_is_read():
    template = '{% for obj in queryset %}{{ obj.state }} {{ obj["place"] }} {{ title }}{% endfor %}'
    assert attributes(template) == {'state', 'place'}
    assert variables(template) == {'obj', 'queryset', 'title'}
    assert attributes('{{ a.') == variables('{{ a.') == set()
