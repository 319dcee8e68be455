"""Text DAT: a text that scripts write and others read."""

from __future__ import annotations

from typing import Any


def test_a_text_is_kept_as_it_was_written(net: Any) -> None:
    dat = net.textDAT("t")
    assert (dat.text, dat.isText, dat.isTable) == ("", True, False)
    dat.text = "one\ntwo\t2\n"
    assert (dat.text, dat.numRows) == ("one\ntwo\t2\n", 2)
    assert dat.result.pull() == "one\ntwo\t2\n"


def test_print_appends_to_it(net: Any) -> None:
    dat = net.textDAT("t")
    print("hello", 3, file=dat)
    print("again", file=dat, flush=True)
    assert dat.text == "hello 3\nagain\n"
    dat.clear()
    assert dat.text == ""


def test_a_wired_text_takes_its_place(net: Any) -> None:
    source, dat = net.textDAT("a"), net.textDAT("b")
    source.text, dat.text = "from a", "own"
    dat.inputConnectors[0].connect(source)
    assert (dat.text, dat.isEditable) == ("from a", False)
    source.text = "changed"
    assert dat.text == "changed"
    dat.inputConnectors[0].disconnect()
    assert (dat.text, dat.isEditable) == ("own", True)


def test_readers_cook_again_only_when_the_text_differs(fast: Any) -> None:
    dat = fast.textDAT("t")
    dat.text = "abc"
    reader = fast.constantCHOP("r", const0value="=len(op('t').text)")
    assert reader["chan1"] == 3
    fast.trace.clear()
    dat.text = "abc"
    assert reader["chan1"] == 3
    assert fast.cooked == []
    dat.text = "xyz"  # the same length: the DAT cooks, its reader does not
    assert reader["chan1"] == 3
    assert fast.cooked == ["/t"]
    dat.text = "abcd"
    assert reader["chan1"] == 4


def test_a_text_is_saved_to_a_file(net: Any, tmp_path: Any) -> None:
    dat = net.textDAT("t")
    dat.text = "häh\n"
    assert dat.save("out/a.txt", createFolders=True) == str(tmp_path / "out" / "a.txt")
    dat.save("out/a.txt", append=True)
    assert (tmp_path / "out" / "a.txt").read_text("utf-8") == "häh\nhäh\n"


def test_json_is_read(net: Any) -> None:
    dat = net.textDAT("t")
    dat.text = '{"a": [1, 2]}'
    assert dat.jsonObject == {"a": [1, 2]}


def test_a_text_runs_as_a_script(net: Any) -> None:
    dat = net.textDAT("t")
    dat.text = "me.store('sum', sum(args))"
    dat.run(1, 2, 3)
    assert dat.fetch("sum") == 6
