"""Makes sure that a development database has a superuser with a known password and API token.

Use: python -m dev.admin, in the environment of dev.paths.netbox_environment(DATABASE)
"""

USERNAME = PASSWORD = 'admin'
TOKEN_KEY = 'development0'
TOKEN_SECRET = 'development0development0development00000'

# What goes into the header `Authorization: Bearer ...`.
TOKEN = f'nbt_{TOKEN_KEY}.{TOKEN_SECRET}'


def ensure_superuser():
    # Django must be set up before models can be imported.
    from users.models import Token, User

    user = User.objects.filter(username=USERNAME).first()
    user = user or User.objects.create_superuser(USERNAME, 'admin@example.com', PASSWORD)
    if not Token.objects.filter(key=TOKEN_KEY).exists():
        Token.objects.create(user=user, key=TOKEN_KEY, token=TOKEN_SECRET, description='Development')


if __name__ == '__main__':
    import django

    django.setup()
    ensure_superuser()
