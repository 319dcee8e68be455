"""The network and its engine: operators, parameters, wires, time. No GL, no images."""
