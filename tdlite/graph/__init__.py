"""The network and its engine: operators, parameters, wires, time. No GL, no images.

To read it in the order in which it builds up:

- ``engine``: revisions, cells and memos; what is recomputed and what is not. Its docstring holds the invariants.
- ``paths``, ``proxy``, ``pardefs``: name patterns, values that cast themselves, declarations of parameters.
- ``parvalues``, ``par``: one operator's parameters as the engine reads them, and as scripts see them.
- ``expr``, ``tdu``: expressions and what they may name.
- ``op`` with ``wires``, ``finding`` and ``storage``; then ``comp``, ``custom`` and ``extensions``.
- ``timeline``, ``trace``, ``project``: time, the record of cooks, and the loop that cooks frame after frame.
- ``structure``: questions about the network as a whole.
"""
