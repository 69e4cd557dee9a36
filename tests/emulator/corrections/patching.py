"""How a correction replaces something of moto."""


def replace(owner, name):
    """Decorator: replaces `owner.name` by the function, which receives the original as its first argument.

    Fails when moto has no such name any more.
    """
    original = getattr(owner, name)

    def decorate(function):
        def corrected(*args, **kwargs):
            return function(original, *args, **kwargs)

        corrected.__name__ = name
        setattr(owner, name, corrected)
        return function

    return decorate


def add(owner, name):
    """Decorator: adds an operation that moto lacks; fails when moto has learnt it."""
    if hasattr(owner, name):
        raise AttributeError(f"moto has {owner.__name__}.{name} by now: drop this correction")

    def decorate(function):
        setattr(owner, name, function)
        return function

    return decorate
