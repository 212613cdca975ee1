"""Layers of settings, the later one wins."""

from loopjobs._host.settings.tree import Array, Branch, Child, Node, is_index


def overlay(lower: Node | None, upper: Node) -> Node:
    """Lay one node over another.

    Objects are merged key by key, at every depth. Anything else is replaced whole, except that
    an object whose keys are all indexes (`Hosts:0`, from a path or the environment) overrides a
    list item by item; items past its end are appended in order, and gaps close, as in .NET.
    """
    match lower, upper:
        case Branch(), Branch():
            return merge(lower, upper)
        case Array(), Branch(children=children) if children and all(map(is_index, children)):
            return _override(lower, upper)
        case _:
            return upper


def merge(lower: Branch, upper: Branch) -> Branch:
    """Merge two objects. A key keeps the spelling of the layer that named it first."""
    children = dict(lower.children)
    for folded, child in upper.children.items():
        below = children.get(folded)
        if below is None:
            children[folded] = child
        else:
            children[folded] = Child(below.name, overlay(below.node, child.node))
    return Branch(children, upper.source)


def _override(lower: Array, upper: Branch) -> Array:
    items = list(lower.items)
    for key in sorted(upper.children, key=int):
        node = upper.children[key].node
        if int(key) < len(lower.items):
            items[int(key)] = overlay(items[int(key)], node)
        else:
            items.append(node)
    return Array(tuple(items), lower.source)
