"""What feeds the uniforms that shaders expect of their hosts, whatever they call them."""

from __future__ import annotations

from .glsl import Declared
from .model import COMPONENTS, Custom, Sketch, Value, par_name

SECONDS = "absTime.seconds"
FRAMES = "absTime.frame - 1"
STEP = "1 / project.cookRate"
SIZE = ("me.width", "me.height", 1)
NOON = (2024, 6, 21, 43200)
"""The date of an import: a picture must not depend on the day it is rendered."""

_CLOCK: dict[str, Value] = {
    **dict.fromkeys(("iTime", "iGlobalTime", "u_time", "time", "uTime", "utime", "_time", "TIME", "u_Time"), SECONDS),
    **dict.fromkeys(("iTimeDelta", "u_delta", "u_timeDelta", "TIMEDELTA", "u_deltaTime"), STEP),
    **dict.fromkeys(("iFrame", "u_frame", "frame", "FRAMEINDEX", "uFrame"), FRAMES),
    **dict.fromkeys(("iFrameRate", "u_fps"), "project.cookRate"),
    **dict.fromkeys(("iSampleRate",), 44100.0),
    **dict.fromkeys(
        ("iResolution", "u_resolution", "resolution", "uResolution", "u_Resolution", "iRes", "u_res", "RENDERSIZE",
         "u_viewport", "uRes"), SIZE,
    ),
    **dict.fromkeys(("u_pixelRatio", "u_pixelDensity", "u_dpr", "pixelRatio", "qt_Opacity"), 1.0),
}  # fmt: skip
_POINTERS = frozenset({"iMouse", "u_mouse", "mouse", "uMouse", "u_Mouse", "iCurrentCursor"})
_DATES = frozenset({"iDate", "u_date", "DATE"})
_SCALARS = {"float": 1, "int": 1, "uint": 1, "bool": 1}
_STYLES = {2: "XY", 3: "XYZ", 4: "XYZW"}


def components(type_: str) -> int:
    """How many numbers a uniform of that type takes; 0 for what no page of numbers sets."""
    if type_ in _SCALARS:
        return 1
    return int(type_[-1]) if type_.lstrip("ibu").startswith("vec") and type_[-1:] in "234" else 0


def feed(uniform: Declared, sketch: Sketch) -> Value | None:
    """What a uniform gets: time, size and the like by its name, else a custom parameter; None for a matrix or array."""
    name, count = uniform.name, components(uniform.type)
    if not count or uniform.size:
        return None
    if name in _CLOCK and (count > 1) == isinstance(_CLOCK[name], tuple):
        value = _CLOCK[name]
        return value[:count] if isinstance(value, tuple) else value
    if name in _POINTERS and count > 1:
        return pointer(sketch)[:count]
    if name in _DATES and count == 4:
        return date(sketch, first_month=1 if name == "DATE" else 0)
    return _parameter(uniform, count, sketch)


def pointer(sketch: Sketch) -> tuple[str, ...]:
    """The mouse: a custom parameter in pixels, z and w as Shadertoy has them."""
    if not any(custom.name == "Mouse" for custom in sketch.customs):
        note = "The pointer in pixels; z and w are where the button went down, negative once it is up."
        sketch.custom(Custom("Mouse", "XYZW", "Mouse", (0, 0, 0, 0), note=note))
    return tuple(f"parent().par.Mouse{part}" for part in "xyzw")


def date(sketch: Sketch, first_month: int) -> tuple[str, ...]:
    """Year, month, day and seconds since midnight, from a custom parameter and the timeline."""
    if not any(custom.name == "Date" for custom in sketch.customs):
        note = f"Year, month from {first_month}, day, and the seconds since midnight at which the timeline begins."
        year, month, day, second = NOON
        sketch.custom(Custom("Date", "XYZW", "Date", (year, month - 1 + first_month, day, second), note=note))
    return (*(f"parent().par.Date{part}" for part in "xyz"), f"parent().par.Datew + {SECONDS}")


def _parameter(uniform: Declared, count: int, sketch: Sketch) -> Value:
    numbers = _numbers(uniform.value, count)
    style = {"bool": "Toggle", "int": "Int", "uint": "Int"}.get(uniform.type, "Float") if count == 1 else _STYLES[count]
    default = bool(numbers[0]) if style == "Toggle" else int(numbers[0]) if style == "Int" else numbers[0]
    made = sketch.custom(Custom(par_name(uniform.name), style, uniform.name, default if count == 1 else tuple(numbers)))
    if not uniform.value:
        sketch.note(f"the uniform {uniform.name} is a custom parameter, {made.name}; it is 0 until you set it")
    return values_of(made)


def values_of(custom: Custom) -> Value:
    """The expressions that read a custom parameter."""
    parts = tuple(f"parent().par.{custom.name}{part}" for part in COMPONENTS.get(custom.style, ("",)))
    return parts if len(parts) > 1 else parts[0]


def _numbers(text: str, count: int) -> list[float]:
    """The numbers of an initial value such as ``vec3(0.5, 1., 0)``."""
    inner = text[text.find("(") + 1 :].rstrip(") ") if "(" in text else text
    found: list[float] = []
    for part in inner.split(","):
        word = part.strip().rstrip("fFuU")
        try:
            found.append(float({"true": "1", "false": "0"}.get(part.strip(), word)))
        except ValueError:
            found.append(0.0)
    found = [number if abs(number) < 1e30 else 0.0 for number in found]
    return (found * count if len(found) == 1 else found + [0.0] * count)[:count]
