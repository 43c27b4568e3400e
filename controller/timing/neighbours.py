"""Which signals of a network notice each other."""

from collections.abc import Sequence

from controller.timing.problem import TimedNetwork


def neighbours(network: TimedNetwork) -> list[frozenset[int]]:
    """Signals at the other ends of each one's roads, and itself."""
    near: list[set[int]] = [{i} for i in range(len(network.signals))]
    roads = network.roads
    for one, other in zip(roads.from_signal.tolist(), roads.to_signal.tolist(), strict=True):
        near[one].add(other)
        near[other].add(one)
    return [frozenset(each) for each in near]


def apart(near: Sequence[frozenset[int]]) -> list[list[int]]:
    """Classes of signals that have no neighbour in common; few of them."""
    classes: list[list[int]] = []
    felt: list[set[int]] = []
    for number in sorted(range(len(near)), key=lambda i: (-len(near[i]), i)):
        free = (i for i, taken in enumerate(felt) if taken.isdisjoint(near[number]))
        place = next(free, len(classes))
        if place == len(classes):
            classes.append([])
            felt.append(set())
        classes[place].append(number)
        felt[place].update(near[number])
    return classes


def flow_groups(network: TimedNetwork) -> tuple[tuple[int, ...], ...]:
    """Groups that hang together by strong flows: what each edge of the tree of these cuts off."""
    from networkx import Graph, connected_components, maximum_spanning_tree

    roads = network.roads
    graph: Graph[int] = Graph()
    graph.add_nodes_from(range(len(network.signals)))
    for i in range(roads.share.size):
        one, other = int(roads.from_signal[i]), int(roads.to_signal[i])
        flow_vps = network.signals[one].flow_vps[roads.from_link[i]] * roads.share[i]
        known = graph.get_edge_data(one, other, {"weight": 0.0})["weight"]
        graph.add_edge(one, other, weight=known + float(flow_vps))
    tree = maximum_spanning_tree(graph)
    groups = []
    for one, other in sorted(tuple(sorted(edge)) for edge in tree.edges):
        tree.remove_edge(one, other)
        parts = [part for part in connected_components(tree) if part & {one, other}]
        tree.add_edge(one, other)
        smaller = min(parts, key=lambda part: (len(part), min(part)))
        if len(smaller) > 1:
            groups.append(tuple(sorted(smaller)))
    return tuple(groups)
