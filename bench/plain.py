"""What one would write without tdlite: draw frames with moderngl, pipe them into ffmpeg. A part of bench/movies.py.

Reads a pickle on stdin: the fragment shader, one uniform block a frame, the size, and ffmpeg's arguments.
Prints the seconds from the first frame until ffmpeg has finished the file.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
import time

import moderngl

VERTEX = """#version 430
void main() {
    gl_Position = vec4(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0, 0.0, 1.0);
}
"""


def main() -> None:
    fragment, blocks, (width, height), arguments = pickle.load(sys.stdin.buffer)
    ctx = moderngl.create_context(standalone=True, backend="egl", libgl="libGL.so.1", libegl="libEGL.so.1")
    program = ctx.program(vertex_shader=VERTEX, fragment_shader=fragment)
    triangle = ctx.vertex_array(program, [])
    target = ctx.framebuffer([ctx.texture((width, height), 4)])
    block = ctx.buffer(reserve=len(blocks[0]))
    block.bind_to_uniform_block(0)
    target.use()
    triangle.render(vertices=3)  # compiled before the clock starts, as in the network it is compared with
    ctx.finish()
    start = time.perf_counter()
    with subprocess.Popen(arguments, stdin=subprocess.PIPE) as ffmpeg:
        assert ffmpeg.stdin is not None
        for values in blocks:
            block.write(values)
            triangle.render(vertices=3)
            ffmpeg.stdin.write(target.read(components=4))
        ffmpeg.stdin.close()
        ffmpeg.wait()
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
