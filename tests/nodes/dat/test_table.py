"""Table DAT, and the cells that every table has."""

import pytest

from tdlite.ops import OpError


@pytest.fixture
def table(net):
    table = net.tableDAT("table")
    table.appendRows([["name", "x", "y"], ["a", 1, 2.5], ["b", 3, 4]])
    return table


def cells(table):
    return [[cell.val for cell in row] for row in table.rows()]


def test_cells_are_found_by_number_and_label(table):
    assert table[1, 2] == 2.5
    assert table["b", "x"] == 3
    assert table["b", 1].val == "3"
    assert table[-1, -1].val == "4"
    assert table["c", 0] is None
    assert table[9, 0] is None
    assert (table.numRows, table.numCols) == (3, 3)


def test_cells_cast_to_numbers_and_texts(table):
    assert table["a", "x"] + 1 == 2
    assert float(table["a", "y"]) == 2.5
    assert str(table["a", 0]) == "a"
    assert table["a", 0] == "a"
    assert [cell.val for cell in table.row("a")] == ["a", "1", "2.5"]
    assert [cell.val for cell in table.col("x")] == ["x", "1", "3"]
    assert (table.row("zz"), table.col("zz")) == (None, None)


def test_cells_are_set_as_text(table):
    table["a", "x"] = 7
    table[2, 2].val = "text"
    assert cells(table)[1:] == [["a", "7", "2.5"], ["b", "3", "text"]]
    with pytest.raises(OpError, match="nearest: 'x'"):
        table["a", "xx"] = 1


def test_rows_come_and_go(table):
    assert table.appendRow(["c"]) == 3
    assert table.insertRow(["top"], 0) == 0
    assert table.appendRow(["after a"], "a") == 3
    assert [row[0] for row in cells(table)] == ["top", "name", "a", "after a", "b", "c"]
    assert {len(row) for row in cells(table)} == {3}
    table.deleteRow("after a")
    table.deleteRow(0)
    table.replaceRow("c", [1, 2, 3])
    assert cells(table)[-1] == ["1", "2", "3"]
    with pytest.raises(OpError, match="no row"):
        table.deleteRow("zz")


def test_columns_come_and_go(table):
    assert table.appendCol(["z", 5, 6]) == 3
    assert [cell.val for cell in table.col("z")] == ["z", "5", "6"]
    table.deleteCol("x")
    assert cells(table)[0] == ["name", "y", "z"]


def test_several_rows_and_columns_go_at_once(table):
    table.appendCols([["z", 5], ["w"]])
    assert cells(table)[:2] == [["name", "x", "y", "z", "w"], ["a", "1", "2.5", "5", ""]]
    table.deleteCols(["x", -1])
    assert cells(table)[0] == ["name", "y", "z"]
    table.deleteRows([0, "b"])
    assert cells(table) == [["a", "2.5", "5"]]
    with pytest.raises(OpError, match="no column 'q'"):
        table.deleteCol("q")


def test_columns_are_inserted_and_replaced(table):
    assert table.insertCol(["i", 0], "y") == 2
    table.replaceCol("x", ["X", 8, 9])
    assert cells(table) == [["name", "X", "i", "y"], ["a", "8", "0", "2.5"], ["b", "9", "", "4"]]


def test_cells_are_found_by_pattern(table):
    assert [cell.val for cell in table.cells("[ab]", "x")] == ["1", "3"]
    assert [cell.val for cell in table.cells(-1, "*")] == ["b", "3", "4"]
    found = table.findCell("2*")
    assert (found.row, found.col, found.val) == (1, 2, "2.5")
    assert table.findCell("A").val == "a"
    assert table.findCell("A", caseSensitive=True) is None


def test_a_table_takes_over_another_dat(net, table):
    other, text = net.tableDAT(), net.textDAT()
    other.copy(table)
    text.copy(table)
    assert (cells(other), text.text) == (cells(table), table.text)
    text.text = "p\tq\n"
    other.copy(text)
    assert cells(other) == [["p", "q"]]


def test_patterns_choose_rows_and_columns(table):
    assert [row[0].val for row in table.rows("[ab]")] == ["a", "b"]
    assert [col[0].val for col in table.cols("? ^y")] == ["x"]


def test_size_and_clearing(table):
    table.setSize(2, 4)
    assert cells(table) == [["name", "x", "y", ""], ["a", "1", "2.5", ""]]
    table.clear(keepFirstRow=True)
    assert cells(table) == [["name", "x", "y", ""]]
    table.clear()
    assert table.numRows == 0


def test_text_and_csv_hold_the_same_table(table):
    assert table.text == "name\tx\ty\na\t1\t2.5\nb\t3\t4\n"
    table.csv = 'a,"b, c"\n1,2\n'
    assert cells(table) == [["a", "b, c"], ["1", "2"]]
    assert table.csv == 'a,"b, c"\n1,2\n'
    table.text = "p\tq\nr\ts"
    assert cells(table) == [["p", "q"], ["r", "s"]]


def test_an_expression_follows_a_cell(fast):
    table = fast.tableDAT("table")
    table.appendRow([1, 2])
    rect = fast.rectangleTOP(resolution=(4, 4))
    rect.par.rotate.expr = "op('table')[0, 1]"
    rect.viewer = True
    fast.run(1)
    table[0, 1] = 30
    fast.trace.clear()
    fast.run(2)
    assert rect.par.rotate.eval() == 30
    assert fast.cooked.count(rect.path) == 1


def test_a_wire_takes_the_place_of_the_table(net, table):
    other = net.tableDAT(inputs=[table])
    assert cells(other) == cells(table)


@pytest.mark.parametrize(
    ("name", "text"), [("t.csv", 'a,"b, c"\r\n\r\n1,2\r\n'), ("t.tsv", "a\tb, c\n\n1\t2\n"), ("t.txt", "a\tb, c\n1\t2")]
)
def test_files_are_read_by_their_extension(net, tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    table = net.tableDAT(file=name)
    assert cells(table) == [["a", "b, c"], ["1", "2"]]
    with pytest.raises(OpError, match=r"clear par\.file"):
        table.appendRow(["x"])


def test_blank_lines_can_stay(net, tmp_path):
    (tmp_path / "t.tsv").write_text("a\n\nb\n")
    table = net.tableDAT(file="t.tsv", removeblank=False)
    assert cells(table) == [["a"], [""], ["b"]]


def test_a_file_is_read_again_by_the_button_only(fast, tmp_path):
    file = tmp_path / "t.txt"
    file.write_text("one")
    table = fast.tableDAT(file="t.txt")
    assert table[0, 0] == "one"
    file.write_text("two")
    fast.frames(2, pull=[table])
    table.par.loadonstartpulse.pulse()
    assert table[0, 0] == "two"


def test_a_missing_file_is_an_error_that_names_it(net):
    table = net.tableDAT(file="missing.txt")
    table.cook()
    assert "missing.txt" in table.errors()


def test_set_size_keeps_what_fits(net):
    table = net.tableDAT(rows=2, cols=2)
    table.appendRows([["a", "b", "c"]])
    table.par.fill = "setsize"
    assert cells(table) == [["a", "b"], ["", ""]]


def test_cells_are_filled_by_an_expression(net):
    table = net.tableDAT(fill="setsizeandcontents", rows=2, cols=3, cellexpr="me.subRow * 10 + me.subCol")
    assert cells(table) == [["0", "1", "2"], ["10", "11", "12"]]


def test_filling_follows_what_the_expression_reads(net):
    table = net.tableDAT(fill="setsizeandcontents", rows=1, cols=1, cellexpr="absTime.frame")
    net.frames(3, pull=[table])
    assert table[0, 0] == 3


def test_columns_and_rows_are_filled_by_name(net):
    pars = {"fills0names": "t[xy]", "fills0expr": "me.subCol", "fills1names": "row", "fills1expr": "me.subRow"}
    table = net.tableDAT(fill="fillbycol", rows=2, includenames=True, **pars)
    assert cells(table) == [["tx", "ty", "row"], ["0", "1", "0"], ["0", "1", "1"]]
    table = net.tableDAT(fill="fillbyrow", cols=2, includenames=True, **pars)
    assert cells(table) == [["tx", "0", "1"], ["ty", "0", "1"], ["row", "0", "0"]]


def test_a_wrong_cell_expression_names_the_cell(net):
    table = net.tableDAT(fill="setsizeandcontents", rows=2, cols=2, cellexpr="1 / (1 - me.subRow)")
    table.cook()
    assert "cell 1, 0" in table.errors()
    assert "ZeroDivisionError" in table.errors()


def test_a_copy_has_its_own_cells(net, table):
    copy = net.root.copy(table)
    copy["a", "x"] = 9
    assert (table["a", "x"], copy["a", "x"]) == (1, 9)


def test_its_size_is_in_its_info(table):
    table.cook()
    assert table.info() == {"num_rows": 3, "num_cols": 3}
