"""Which device draws, and what is said when it is not the one that one would expect."""

import pytest

from tdlite.gpu import devices
from tdlite.gpu.context import Gpu
from tdlite.gpu.devices import SOFTWARE, EglDevice, choices, egl_devices, nvidia_but_software
from tdlite.gpu.errors import NoDevice

# EGL's order is not CUDA's.
SERVER = [
    EglDevice(0, "NVIDIA", 1), EglDevice(1, "NVIDIA", 0), EglDevice(2, "Intel", None), EglDevice(3, SOFTWARE, None),
]  # fmt: skip
LAPTOP = [EglDevice(0, SOFTWARE, None), EglDevice(1, "Intel", None)]


def test_egl_devices_are_listed_in_egls_order():
    found = egl_devices()
    assert [device.index for device in found] == list(range(len(found)))


@pytest.mark.parametrize(
    ("device", "found", "expected"),
    [
        (None, SERVER, [1, 0, 2, 3]),
        (None, LAPTOP, [1, 0]),
        (None, [], [0]),
        (0, SERVER, [1]),
        (1, SERVER, [0]),
        ("cuda:1", SERVER, [0]),
        ("egl:2", SERVER, [2]),
        ("egl:1", SERVER, [1]),
        ("software", SERVER, [3]),
        (1, LAPTOP, [1]),
        ("software", LAPTOP, [0]),
        (0, [], [0]),
        ("software", [], [0]),
    ],
)
def test_a_number_is_cudas_where_there_is_cuda_and_egls_elsewhere(device, found, expected):
    assert choices(device, found) == expected


@pytest.mark.parametrize(
    ("device", "found", "said"),
    [
        (2, SERVER, r"no device cuda:2; EGL has egl:0 = cuda:1 \(NVIDIA\), egl:1 = cuda:0 \(NVIDIA\), egl:2 \(Intel\)"),
        ("cuda:0", LAPTOP, "no device cuda:0; EGL has egl:0"),
        (2, LAPTOP, "no device egl:2"),
        ("software", SERVER[:1], "no device software"),
        ("gpu0", LAPTOP, "'gpu0'; a device is a number, 'cuda:N', 'egl:N' or 'software'"),
        ("software:1", LAPTOP, "'software:1'; a device is"),
        (-1, LAPTOP, "no device -1"),
    ],
)
def test_a_device_that_is_not_there_is_an_error_that_lists_those_that_are(device, found, said):
    with pytest.raises(NoDevice, match=said):
        choices(device, found)


def test_all_ways_to_name_a_device_give_one_gpu(gpu):
    index = next(index for index, each in Gpu._shared.items() if each is gpu)
    assert Gpu.shared(f"egl:{index}") is Gpu.shared(None) is gpu


@pytest.fixture
def trapped(gpu, monkeypatch):
    """A machine with everything that NVIDIA's OpenGL needs, on which it does not come up."""
    monkeypatch.setattr(gpu, "software", True)
    monkeypatch.setattr(gpu, "asked_software", False)
    monkeypatch.setattr(devices, "_has_nvidia_driver", lambda: True)
    for name in ("_exists", "loads", "_opens"):
        monkeypatch.setattr(devices, name, lambda what: True)
    for name in ("NVIDIA_DRIVER_CAPABILITIES", "__EGL_VENDOR_LIBRARY_FILENAMES", "CUDA_VISIBLE_DEVICES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("NVIDIA_VISIBLE_DEVICES", raising=False)
    return gpu


def test_software_beside_an_nvidia_driver_is_explained_by_the_first_thing_missing(trapped, monkeypatch):
    def said():
        text = str(nvidia_but_software(trapped))
        assert trapped.renderer in text
        return text

    assert "has the version of the kernel's driver" in said()
    monkeypatch.setattr(devices, "_opens", lambda path: False)
    assert "/dev/nvidiactl cannot be opened" in said()
    monkeypatch.setattr(devices, "loads", lambda library: False)
    assert "libEGL_nvidia.so.0 does not load" in said()
    monkeypatch.setattr(devices, "_exists", lambda path: path.startswith("/usr/local/"))
    assert "set __EGL_VENDOR_LIBRARY_FILENAMES=/usr/local/nvidia/share/" in said()
    monkeypatch.setattr(devices, "_exists", lambda path: False)
    assert "there is no /usr/share/glvnd/egl_vendor.d/10_nvidia.json" in said()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-1c0ff-ee")
    assert "MIG slice" in said()
    monkeypatch.setenv("NVIDIA_DRIVER_CAPABILITIES", "compute,utility")
    assert "NVIDIA_DRIVER_CAPABILITIES=compute,utility keeps" in said()
    monkeypatch.setenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/usr/share/50_mesa.json")
    assert "names only /usr/share/50_mesa.json" in said()


def test_capabilities_with_graphics_are_not_blamed(trapped, monkeypatch):
    for given in ("all", "compute,graphics"):
        monkeypatch.setenv("NVIDIA_DRIVER_CAPABILITIES", given)
        assert "keeps" not in str(nvidia_but_software(trapped))


def test_nothing_is_said_where_software_was_asked_for_or_is_all_there_is(trapped, monkeypatch):
    monkeypatch.setattr(trapped, "asked_software", True)
    assert nvidia_but_software(trapped) is None
    monkeypatch.setattr(trapped, "asked_software", False)
    monkeypatch.setattr(devices, "_has_nvidia_driver", lambda: False)
    assert nvidia_but_software(trapped) is None
    monkeypatch.setattr(devices, "_has_nvidia_driver", lambda: True)
    monkeypatch.setattr(trapped, "software", False)
    assert nvidia_but_software(trapped) is None
