"""What always holds when one layer of settings is laid over another."""

from hypothesis import given
from hypothesis import strategies as st

from loopjobs import Problem
from loopjobs._host.settings.growth import givens_of, grow
from loopjobs._host.settings.tree import Branch, Child, Leaf, Node, merge, source_of

LEAVES = st.integers() | st.none() | st.lists(st.integers(), max_size=2)
KEYS = st.sampled_from(["a", "b", "Key", "É"])
TREES = st.recursive(
    st.dictionaries(KEYS, LEAVES), lambda inner: st.dictionaries(KEYS, inner | LEAVES)
)


def tree(value: object, source: str) -> Branch:
    problems: list[Problem] = []
    branch = grow(givens_of(value, source) or (), source, problems)
    assert problems == []
    return branch


def leaves(node: Node, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], object]:
    if isinstance(node, Branch):
        return {
            at: value
            for key, child in node.children.items()
            for at, value in leaves(child.node, (*path, key)).items()
        }
    return {path: node}


@given(TREES, TREES)
def test_the_upper_layer_always_wins(lower: object, upper: object) -> None:
    """Every value of the upper layer survives, and what the lower one adds is the lower one's."""
    low, high = leaves(tree(lower, "low")), leaves(tree(upper, "high"))
    merged = leaves(merge(tree(lower, "low"), tree(upper, "high")))
    assert merged.items() >= high.items()
    for path in merged.keys() - high.keys():
        assert merged[path] == low[path]


@given(TREES)
def test_laying_settings_over_themselves_changes_nothing(value: object) -> None:
    """Merging is idempotent."""
    branch = tree(value, "one")
    assert merge(branch, branch) == branch


def test_sources_of_empty_objects_and_lists_are_known() -> None:
    """What holds no value was still written somewhere."""
    assert source_of(Branch({}, "a")) == "a"
    assert source_of(Branch({}, "b", is_list=True)) == "b"
    items = {str(index): Child(str(index), Leaf(index, "c")) for index in range(2)}
    assert source_of(Branch(items, "b", is_list=True)) == "c"
