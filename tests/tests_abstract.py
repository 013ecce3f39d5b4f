"""What the abstract tests of OGC API Features share."""

from api.collections import COLLECTIONS

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
DONE: dict[str, object] = {}
NOT_DECLARED = ("gmlsf0", "gmlsf2", "oas31")
NAMES = tuple(COLLECTIONS)


def abstract(identifier):
    """Mark a test as the one of an abstract test."""

    def mark(test):
        DONE[identifier] = test
        return test

    return mark


def parameters(definition, path):
    """Parameters of an operation, references followed, by name."""
    found = {}
    for each in definition["paths"][path]["get"]["parameters"]:
        if "$ref" in each:
            each = definition["components"]["parameters"][each["$ref"].rsplit("/", 1)[1]]
        found[each["name"]] = each
    return found


def rels(document):
    return {(link["rel"], link["type"]) for link in document["links"]}
