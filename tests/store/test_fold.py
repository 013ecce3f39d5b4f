"""What changes come to: the same on every node whatever came in which order, nothing lost, conflicts shown."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests_store import NOW

from api.store.changes import Change, decide, fold

KINDS = (("water_report", "w-1"), ("water_report", "w-2"), ("closure", "w-1"))


@dataclass
class Node:
    """A laptop: the changes it holds, and its clock, which may be wrong."""

    name: str
    skew_s: int
    held: set[Change] = field(default_factory=set)
    seq: int = 0

    def write(self, rng: random.Random, tick: int) -> Change:
        kind, record_id = rng.choice(KINDS)
        folded = fold(self.held).get((kind, record_id))
        parents: tuple[Change, ...] = ()
        deleted = False
        if folded is not None:
            settles = bool(folded.losers) and rng.random() < 0.4
            parents = (*folded.same, *folded.losers) if settles else folded.same
            deleted = rng.random() < 0.2
        self.seq += 1
        # Few bodies, so that two laptops often write the same thing.
        body = folded.winner.body if deleted else f'{{"remark":"{rng.randrange(4)}"}}'
        version = 1 + max((each.version for each in parents), default=0)
        names = tuple(sorted(each.change_id for each in parents))
        at = NOW + timedelta(seconds=tick // 3 + self.skew_s)
        made = Change(self.name, self.seq, kind, record_id, version, names, deleted, body, "desk", at)
        self.held.add(made)
        return made


def run(rng: random.Random, steps: int) -> tuple[list[Node], list[Change]]:
    """Let 2 to 4 laptops write and hand each other all or some of what they hold, in some interleaving."""
    nodes = [Node(f"{n:032x}", rng.choice((0, 0, -3, 5))) for n in range(rng.randint(2, 4))]
    written: list[Change] = []
    for tick in range(steps):
        node = rng.choice(nodes)
        if rng.random() < 0.65:
            written.append(node.write(rng, tick))
        else:
            part = sorted(rng.choice(nodes).held, key=lambda each: each.change_id)
            node.held |= set(rng.sample(part, rng.randint(0, len(part))))
    return nodes, written


def check(rng: random.Random, nodes: list[Node], written: list[Change]) -> None:
    """Bring all together in another order for each, and compare."""
    outcomes = []
    for node in nodes:
        arrived = written * 2
        rng.shuffle(arrived)
        node.held |= set(arrived)
        outcomes.append(fold(sorted(node.held, key=lambda _: rng.random())))
    assert all(each == outcomes[0] for each in outcomes[1:])
    assert all(node.held == set(written) for node in nodes) and len(written) == len(set(written))
    replaced = {parent for each in written for parent in each.parents}
    heads = [each for each in written if each.change_id not in replaced]
    for folded in outcomes[0].values():
        winner = folded.winner
        # Everything that nobody has replaced is either what is shown, or shown as a conflict.
        own = {each for each in heads if (each.kind, each.record_id) == (winner.kind, winner.record_id)}
        assert own == set(folded.same) | set(folded.losers) and winner in folded.same
        assert all(each.content != winner.content for each in folded.losers)
        assert not winner.deleted or all(each.deleted for each in own)
        assert decide(own) == folded


def test_10000_interleavings_come_to_the_same_on_every_node():
    rng = random.Random(20260615)
    conflicts = settled = 0
    for _ in range(10_000):
        nodes, written = run(rng, rng.randint(4, 14))
        check(rng, nodes, written)
        conflicts += any(each.losers for each in fold(written).values())
        settled += any(len(each.parents) > 1 for each in written)
    assert conflicts > 2000 and settled > 100  # or the test would say little


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_longer_interleavings_come_to_the_same_on_every_node(rng, steps):
    nodes, written = run(rng, steps)
    check(rng, nodes, written)


def test_settling_a_conflict_ends_it_everywhere():
    rng = random.Random(1)
    settled = 0
    while settled < 200:
        nodes, written = run(rng, 12)
        check(rng, nodes, written)
        for (kind, record_id), folded in fold(written).items():
            if folded.losers:
                heads = (*folded.same, *folded.losers)
                names = tuple(sorted(each.change_id for each in heads))
                at = NOW - timedelta(days=1)  # even by a clock that is late
                last = Change("f" * 32, 1, kind, record_id, 99, names, False, '{"remark":"settled"}', "desk", at)
                again = fold([last, *written])[kind, record_id]
                assert again.winner == last and again.losers == ()
                settled += 1


def test_a_change_is_named_by_everything_it_says():
    one = Change("a" * 32, 1, "closure", "c", 1, (), False, "{}", "desk", NOW)
    others = [
        Change("b" * 32, 1, "closure", "c", 1, (), False, "{}", "desk", NOW),
        Change("a" * 32, 2, "closure", "c", 1, (), False, "{}", "desk", NOW),
        Change("a" * 32, 1, "case", "c", 1, (), False, "{}", "desk", NOW),
        Change("a" * 32, 1, "closure", "d", 1, (), False, "{}", "desk", NOW),
        Change("a" * 32, 1, "closure", "c", 2, (), False, "{}", "desk", NOW),
        Change("a" * 32, 1, "closure", "c", 1, ("0" * 64,), False, "{}", "desk", NOW),
        Change("a" * 32, 1, "closure", "c", 1, (), True, "{}", "desk", NOW),
        Change("a" * 32, 1, "closure", "c", 1, (), False, "[]", "desk", NOW),
        Change("a" * 32, 1, "closure", "c", 1, (), False, "{}", "desk2", NOW),
        Change("a" * 32, 1, "closure", "c", 1, (), False, "{}", "desk", NOW + timedelta(microseconds=1)),
    ]
    assert len({each.change_id for each in (one, *others)}) == 11
    signed = Change("a" * 32, 1, "closure", "c", 1, (), False, "{}", "desk", NOW, "ff")
    assert signed.change_id == one.change_id
