"""Null CHOP: passes channels on, and can stop a wave of changes."""

from tdlite.ops import CHOP, At, Channels, Menu, Page, Toggle, optional


class nullCHOP(CHOP):
    """Pass channels through: a fixed place to refer to."""

    wires = optional("Source")
    parameters = (
        Page(
            "Null",
            Menu("cooktype", (("auto", "Automatic"), ("always", "Always"), ("selective", "Selective")),
                 label="Cook Type",
                 help="Cook when asked; every frame; or tell those who read it only of the checked differences."),
            Toggle("checkvalues", True, label="Check Values", help="Selective: other values are a difference."),
            Toggle("checknames", True, label="Check Names", help="Selective: other names are a difference."),
            Toggle("checkrange", True, label="Check Range",
                   help="Selective: another start, length or rate is a difference."),
        ),
    )  # fmt: skip

    def evaluate(self, at: At) -> Channels:
        par = at.par
        given: Channels = at.inputs[0] if at.inputs else Channels.empty(float(at.rate))
        if par.cooktype == "always":
            _ = at.frame  # reading the clock is what makes it cook in every frame
        if par.cooktype != "selective":
            return given
        kept: Channels | None = self.result.peek()
        if kept is None:
            return given
        different = (
            (par.checkvalues and not kept.same_values(given))
            or (par.checknames and not kept.same_names(given))
            or (par.checkrange and not kept.same_range(given))
        )
        return given if different else kept

    def watch(self) -> None:
        """With Always it cooks without anybody asking."""
        if self.par.cooktype.eval() == "always":
            with self.project.demand():
                self.result.pull()
