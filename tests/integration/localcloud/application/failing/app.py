"""Raises, whatever it is asked."""


class Overheated(Exception):
    pass


def handler(event, context):
    print("about to fail")
    raise Overheated("too hot")
