"""Where the boxes of a graph stand: in columns from left to right, with few crossings.

A small version of the method of Sugiyama, Tagawa and Toda (1981): columns by depth, stand-ins where
an arrow passes a column by, then everything moves towards the mean height of its neighbours.
"""

import itertools
from collections import defaultdict

from course_utils.scratch.graph import Node

SWEEPS = 12


def place_nodes(order: list[Node]):
    """Place the nodes of a graph, given parents before children.

    -> (places, routes): id of a node -> (column, height), and (id of parent, id of child) -> the
    points at which the arrow between them passes the columns in between. Heights are in rows, and
    two things in one column are at least a row apart.
    """
    column = _columns(order)
    things_in = defaultdict(list)  # column -> ids of nodes, and stand-ins (edge, column)
    for node in reversed(order):  # which lists the last input first
        things_in[column[id(node)]].append(id(node))
    neighbours, stand_ins = defaultdict(list), {}
    for child in order:
        for parent in child.parents:
            edge = (id(parent), id(child))
            if edge in stand_ins:
                continue  # the same input twice
            between = range(column[edge[0]] + 1, column[edge[1]])
            stand_ins[edge] = [(edge, c) for c in between]
            for stand_in in stand_ins[edge]:
                things_in[stand_in[1]].append(stand_in)
            way = [edge[0], *stand_ins[edge], edge[1]]
            for a, b in itertools.pairwise(way):
                neighbours[a].append(b)
                neighbours[b].append(a)
    height = {thing: -float(i) for things in things_in.values() for i, thing in enumerate(things)}
    for sweep in range(SWEEPS):
        for c in sorted(things_in, reverse=bool(sweep % 2)):
            wanted = {
                thing: sum(height[n] for n in neighbours[thing]) / max(1, len(neighbours[thing]))
                for thing in things_in[c]
            }
            height.update(_apart(wanted))
    places = {id(node): (column[id(node)], height[id(node)]) for node in order}
    routes = {edge: [(s[1], height[s]) for s in those] for edge, those in stand_ins.items()}
    return places, routes


def _columns(order: list[Node]) -> dict[int, int]:
    """A node stands right of all its parents; a leaf just left of the first that uses it."""
    column = {}
    for node in order:
        column[id(node)] = 1 + max((column[id(parent)] for parent in node.parents), default=-1)
    first_use = {}
    for node in order:
        for parent in node.parents:
            first_use[id(parent)] = min(first_use.get(id(parent), len(order)), column[id(node)])
    for node in order:
        if not node.parents and id(node) in first_use:
            column[id(node)] = first_use[id(node)] - 1
    return column


def _apart(wanted: dict) -> dict:
    """Heights as near to the wanted ones as a row's distance allows, in the same order."""
    placed, last = {}, float("inf")
    for thing in sorted(wanted, key=wanted.__getitem__, reverse=True):
        last = placed[thing] = min(wanted[thing], last - 1)
    shift = sum(wanted[thing] - placed[thing] for thing in placed) / len(placed)
    return {thing: height + shift for thing, height in placed.items()}
