"""The network and its engine: operators, parameters, wires, time. No GL, no images.

To read it in the order in which it builds up:

- ``engine``: revisions, cells and memos; what is recomputed and what is not. Its docstring holds the invariants.
- ``paths``, ``proxy``: name patterns, values that cast themselves.
- ``pardef``, ``pardefs``, ``partable``: parameters as data, how classes declare them, all that a class declares.
- ``parvalues``, ``par``, ``pargroup``, ``parviews``: one operator's parameters as the engine reads them, and as
  scripts see them.
- ``expr``, ``tdu``: expressions and what they may name.
- ``op`` with ``wires``, ``finding`` and ``storage``; then ``comp``, ``custom`` and ``extensions``.
- ``timeline``, ``trace``, ``pace``: time, and the record of cooks.
- ``journal``, ``schedule``, ``project``: what is told, what waits for its frame, and the loop that cooks frame after
  frame.
- ``structure``: questions about the network as a whole.
"""
