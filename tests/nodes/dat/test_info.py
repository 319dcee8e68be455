"""Info DAT: what an operator says about itself in words."""


def rows(dat):
    return [[cell.val for cell in row] for row in dat.rows()]


def test_it_lists_type_path_and_numbers(net):
    net.constantCHOP("target", single=False, end=9)
    dat = net.infoDAT(op="target")
    assert rows(dat)[:3] == [["name", "value"], ["type", "constantCHOP"], ["path", "/target"]]
    assert dat["length", 1] == 10


def test_errors_and_warnings_are_rows(net):
    net.countCHOP("target")
    dat = net.infoDAT(op="target")
    assert "input 0" in dat["error", 1].val
    assert dat.errors() == ""


def test_passive_does_not_cook_the_operator(net):
    target = net.constantCHOP("target")
    dat = net.infoDAT(op="target", passive=True)
    assert dat["total_cooks", 1] == 0
    assert target.totalCooks == 0


def test_an_operators_own_report_comes_first(net):
    target = net.constantCHOP("target")
    target.info_text = lambda: "compiled\n"
    dat = net.infoDAT(op="target")
    assert (dat.text, dat.isText) == ("compiled\n", True)


def test_it_follows_at_the_end_of_each_frame(net):
    target = net.lfoCHOP("target")
    dat = net.infoDAT(op="target", passive=True)
    seen = []
    net.on_frame.append(lambda: seen.append(int(dat["total_cooks", 1])))
    net.frames(3, pull=[dat, target])
    assert seen == [1, 2, 3]


def test_without_an_operator_it_is_empty(net):
    assert net.infoDAT().numRows == 0
