# Sourced by run.sh, test.sh and .ci/run: makes a .venv in the checkout in which tdlite is installed.
#
# setup LEVEL, where LEVEL is run, test or dev (each has what those before it have), sets $python. What it says goes
# to standard error. A second call finds a stamp of the same pyproject.toml and returns at once.

top=$(dirname -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")")
venv=$top/.venv
python=$venv/bin/python
mesa=(libegl1 libegl-mesa0 libgl1 libgl1-mesa-dri)

say() { echo "tdlite: $*" >&2; }

setup() {
    local level=$1
    if ! ready "$level"; then
        # Several first calls at once, say on a render farm, wait for one.
        { flock 9 && { ready "$level" || install_tdlite "$level"; }; } 9<"$top"
    fi
    [ -e "$venv/.tdlite-gl" ] || find_gl
    [ "$level" = run ] || find_readers
}

ready() {
    [ -x "$python" ] || return 1
    local level now
    now=$(wanted)
    for level in dev test run; do
        [ "$(cat -- "$venv/.tdlite-$level" 2>/dev/null)" = "$now" ] && return 0
        [ "$level" = "$1" ] && return 1
    done
}

# What the installation depends on: the declared packages, the checkout's place, whether there is an NVIDIA driver.
wanted() { echo "$(sha256sum <"$top/pyproject.toml") $top $(nvidia_driver && echo nvidia)"; }

nvidia_driver() {
    [ -e /proc/driver/nvidia/version ] || command -v nvidia-smi >/dev/null ||
        PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -q 'libcuda\.so\.1'
}

install_tdlite() {
    local level=$1 extras=
    if ! "$python" -c 'import sys, pip; assert sys.version_info >= (3, 11)' 2>/dev/null; then
        make_venv
    fi
    say "installing into $venv; this happens once and takes a minute or two"
    [ "$level" = run ] || extras=[$level]
    "$python" -m pip install --quiet --disable-pip-version-check --editable "$top$extras" >&2 || {
        say "pip could not install the packages that pyproject.toml names; the reason is above"
        exit 1
    }
    if nvidia_driver; then
        # The bindings of CUDA 12 work with every driver that the other packages work with; those of 13 need a new one.
        "$python" -m pip install --quiet --disable-pip-version-check --editable "$top[nvidia]" 'cuda-bindings<13' >&2 ||
            say "the NVIDIA packages could not be installed; going on without them (remove .venv to try again)"
    fi
    wanted >"$venv/.tdlite-$level"
}

make_venv() {
    local found version
    found=$(find_python) || {
        say "Python 3.11 or later is needed; install it, for example with: sudo apt-get install python3 python3-venv"
        exit 1
    }
    version=$("$found" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    if ! "$found" -c 'import ensurepip, venv' 2>/dev/null; then
        install_packages "$version-venv" || {
            say "$version has no venv module; install it with: sudo apt-get install $version-venv"
            exit 1
        }
    fi
    "$found" -m venv --clear "$venv" >&2 || {
        say "could not make the virtual environment $venv; the reason is above"
        exit 1
    }
}

find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# Something must be able to draw: the GPU's own driver, or Mesa's software renderer.
find_gl() {
    if ! draws && ! { install_packages "${mesa[@]}" && draws; }; then
        say "no usable OpenGL; install a GPU driver, or Mesa with: sudo apt-get install ${mesa[*]}"
        return
    fi
    : >"$venv/.tdlite-gl"
}

draws() { "$python" -P -c 'from tdlite.gpu.context import Gpu; Gpu.shared()' 2>/dev/null; }

# What the tests read files back with.
find_readers() {
    local tool missing=()
    for tool in ffmpeg:ffmpeg ffprobe:ffmpeg exrheader:openexr exrinfo:openexr; do
        command -v "${tool%:*}" >/dev/null || missing+=("${tool#*:}")
    done
    if [ ${#missing[@]} != 0 ] && ! install_packages "${missing[@]}"; then
        say "the tests read files back with other programs; install them with: sudo apt-get install ${missing[*]}"
    fi
}

# With apt, as root or through a sudo that asks for no password; fails otherwise.
install_packages() {
    local as=()
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || return 1
        as=(sudo -n)
    fi
    say "installing $*"
    as+=(env DEBIAN_FRONTEND=noninteractive apt-get --quiet --quiet)
    { "${as[@]}" update && "${as[@]}" install --yes --no-install-recommends "$@"; } >&2
}
