def serializer_resolver(model, prefix=''):
    return None
