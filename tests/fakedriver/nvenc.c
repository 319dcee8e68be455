/* A libnvidia-encode.so.1 without an encoder: it writes down what it is asked for, and gives packets from a file.
 *
 * FAKE_NVENC_LOG is the file that it appends a line to for each thing; FAKE_NVENC_PACKETS has the packets in the order
 * of decoding, each as four 32-bit numbers (bytes, index of its picture, type of picture, 0) and the bytes;
 * FAKE_NVENC_ERROR, if set, is what a session is refused with; FAKE_NVENC_VERSION the version as NVENC numbers it; with
 * FAKE_NVENC_NO_AV1 there is no AV1.
 * Structures are known by the offsets of the fields that matter, which are those of the interfaces 12.1 to 13.0.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OK 0
#define INVALID 8
#define UNSUPPORTED 12
#define NEED_MORE_INPUT 17
#define REGISTER_FAILED 23
#define MOST 512
#define INITIALIZE_BYTES 144
#define CONFIG_BYTES 512
#define ALL_CONFIG 3584

#define U32(from, offset) (*(uint32_t *)((char *)(from) + (offset)))
#define U64(from, offset) (*(uint64_t *)((char *)(from) + (offset)))
#define POINTER(from, offset) (*(void **)((char *)(from) + (offset)))

typedef struct { char *memory; uint32_t width, height, pitch, format; } Surface;
typedef struct { int number; } Output;
typedef struct { uint32_t bytes, picture, type, nothing; } Head;
typedef struct {
    int sent, ready, shown, packets, ended;
    Surface *surface[MOST];
    Head head[MOST];
    char *data[MOST];
} Session;

static FILE *log_file(void) {
    const char *name = getenv("FAKE_NVENC_LOG");
    return name ? fopen(name, "a") : NULL;
}

#define TELL(...) do { FILE *file = log_file(); if (file) { fprintf(file, __VA_ARGS__); fclose(file); } } while (0)

static void tell_bytes(const char *what, const void *data, int size) {
    FILE *file = log_file();
    if (!file) return;
    fprintf(file, "%s ", what);
    for (int i = 0; i < size; ++i) fprintf(file, "%02x", ((const unsigned char *)data)[i]);
    fprintf(file, "\n");
    fclose(file);
}

/* Rows of a surface's chroma beside its luma, and bytes of a sample. */
static int chroma_rows(uint32_t format, int height) {
    switch (format) {
    case 0x1: case 0x10000: return height / 2;                  /* NV12, P010 */
    case 0x1000: case 0x100000: return 2 * height;              /* 4:4:4 */
    case 0x40000000: case 0x80000000: return height;            /* NV16, P210 */
    default: return 0;
    }
}

static void tell_surface(int number, const Surface *surface) {
    FILE *file = log_file();
    int deep = surface->format == 0x10000 || surface->format == 0x100000 || surface->format == 0x80000000;
    int rows = surface->height + chroma_rows(surface->format, surface->height);
    if (!file) return;
    fprintf(file, "surface %d ", number);
    for (int row = 0; row < rows; ++row)
        for (uint32_t i = 0; i < surface->width * (deep ? 2 : 1); ++i)
            fprintf(file, "%02x", (unsigned char)surface->memory[row * surface->pitch + i]);
    fprintf(file, "\n");
    fclose(file);
}

static int open_session(void *params, Session **session) {
    const char *error = getenv("FAKE_NVENC_ERROR"), *name = getenv("FAKE_NVENC_PACKETS");
    FILE *file = name ? fopen(name, "rb") : NULL;
    if (error) return atoi(error);
    *session = calloc(1, sizeof(Session));
    while (file && fread(&(*session)->head[(*session)->packets], sizeof(Head), 1, file) == 1) {
        uint32_t bytes = (*session)->head[(*session)->packets].bytes;
        char *data = malloc(bytes);
        if (fread(data, 1, bytes, file) != bytes) break;
        (*session)->data[(*session)->packets++] = data;
    }
    if (file) fclose(file);
    TELL("open\n");
    return OK;
}

static int destroy(Session *session) {
    for (int i = 0; i < session->packets; ++i) free(session->data[i]);
    free(session);
    TELL("destroy\n");
    return OK;
}

static const unsigned char codecs[3][16] = {
    {0x62, 0x27, 0xc8, 0x6b, 0x63, 0x4e, 0xa4, 0x4c, 0xaa, 0x85, 0x1e, 0x50, 0xf3, 0x21, 0xf6, 0xbf}, /* H.264 */
    {0x88, 0xdc, 0x0c, 0x79, 0x22, 0x45, 0x7b, 0x4d, 0x94, 0x25, 0xbd, 0xa9, 0x97, 0x5f, 0x76, 0x03}, /* H.265 */
    {0x89, 0x22, 0x35, 0x0a, 0xa7, 0x0a, 0x59, 0x47, 0x86, 0x2d, 0x5d, 0x15, 0xcd, 0x16, 0xd2, 0x54}, /* AV1 */
};
static uint32_t codec_count(void) { return getenv("FAKE_NVENC_NO_AV1") ? 2 : 3; }
static int guid_count(Session *session, uint32_t *count) { *count = codec_count(); return OK; }
static int guids(Session *session, void *found, uint32_t size, uint32_t *count) {
    *count = size < codec_count() ? size : codec_count();
    memcpy(found, codecs, *count * 16);
    return OK;
}
typedef struct { char bytes[16]; } Guid;
static int capability(Session *session, Guid codec, void *params, int *value) {
    if (codec_count() == 2 && !memcmp(&codec, codecs[2], 16)) return UNSUPPORTED;
    switch (U32(params, 4)) {
    case 0: *value = 4; break;                                  /* B-frames */
    case 1: *value = 63; break;                                 /* rate control modes */
    case 13: *value = 186; break;                               /* level */
    case 16: case 17: *value = 8192; break;                     /* largest width and height */
    case 30: *value = 0; break;                                 /* asynchronous */
    case 31: case 32: *value = 1 << 20; break;                  /* macroblocks */
    case 45: case 46: *value = 32; break;                       /* smallest width and height */
    default: *value = 1;
    }
    return OK;
}
static int preset(void *params) {
    char *config = (char *)params + 8;
    memset(config + 4, 0, ALL_CONFIG - 4);
    U32(config, 20) = 0xffffffff;                               /* key frames: no end */
    U32(config, 24) = 4;                                        /* three B-frames, as presets of quality have them */
    U32(config, 44) = 1;                                        /* variable rate */
    return OK;
}
static int preset_config(Session *session, Guid codec, Guid preset_, void *params) { return preset(params); }
static int preset_config_ex(Session *session, Guid codec, Guid preset_, uint32_t tuning, void *params) {
    static const Guid none;
    return memcmp(&preset_, &none, 16) ? preset(params) : UNSUPPORTED;
}
static int initialize(Session *session, void *params) {
    static const Guid none;
    if (!memcmp((char *)params + 20, &none, 16)) return UNSUPPORTED;
    tell_bytes("initialize", params, INITIALIZE_BYTES);
    tell_bytes("config", POINTER(params, 88), CONFIG_BYTES);
    return OK;
}

static int create_output(Session *session, void *params) { POINTER(params, 16) = calloc(1, sizeof(Output)); return OK; }
static int destroy_output(Session *session, Output *output) { free(output); return OK; }
static int register_surface(Session *session, void *params) {
    Surface *surface = calloc(1, sizeof(Surface));
    surface->width = U32(params, 8);
    surface->height = U32(params, 12);
    surface->pitch = U32(params, 16);
    surface->memory = POINTER(params, 24);
    surface->format = U32(params, 40);
    TELL("register %p %u %u %u\n", (void *)surface->memory, surface->width, surface->height, surface->pitch);
    if (surface->pitch % 4) return REGISTER_FAILED;
    POINTER(params, 32) = surface;
    return OK;
}
static int unregister_surface(Session *session, Surface *surface) { TELL("unregister\n"); return OK; }
static int map(Session *session, void *params) {
    POINTER(params, 24) = POINTER(params, 16);
    U32(params, 32) = ((Surface *)POINTER(params, 16))->format;
    return OK;
}
static int unmap(Session *session, Surface *surface) { return OK; }
static int streams(Session *session, void **in, void **out) {
    TELL("streams %p %p\n", *in, *out);
    return OK;
}

static int encode(Session *session, void *params) {
    uint32_t flags = U32(params, 16);
    if (flags & 8) {
        session->ready = session->sent < session->packets ? session->sent : session->packets;
        TELL("end\n");
        return OK;
    }
    if (session->sent == MOST) return INVALID;
    TELL("encode %d %llu\n", flags, (unsigned long long)U64(params, 24));
    ((Output *)POINTER(params, 48))->number = session->sent;
    session->surface[session->sent++] = POINTER(params, 40);
    /* A packet is there when its picture is, and all packets before it. */
    while (session->ready < session->packets && session->head[session->ready].picture < (uint32_t)session->sent)
        ++session->ready;
    return session->ready == session->sent ? OK : NEED_MORE_INPUT;
}

/* The pictures of packets that can be had are read now: the latest moment at which NVENC may still do so. */
static int lock(Session *session, void *params) {
    Output *output = POINTER(params, 8);
    Head *head = &session->head[output->number];
    if (output->number >= session->ready) return INVALID;
    for (; session->shown < session->ready; ++session->shown)
        tell_surface(session->shown, session->surface[session->shown]);
    U32(params, 28) = 0;
    U32(params, 36) = head->bytes;
    U64(params, 40) = head->picture;
    POINTER(params, 56) = session->data[output->number];
    U32(params, 64) = head->type;
    U32(params, 68) = 1;
    return OK;
}
static int unlock(Session *session, Output *output) { return OK; }
static int headers(Session *session, void *params) { U32(POINTER(params, 24), 0) = 0; return OK; }
static const char *last_error(Session *session) { return "none"; }
static int refused(void) { return UNSUPPORTED; }

int NvEncodeAPIGetMaxSupportedVersion(uint32_t *version) {
    const char *said = getenv("FAKE_NVENC_VERSION");
    *version = said ? atoi(said) : 13 << 4;
    return OK;
}

int NvEncodeAPICreateInstance(void *list) {
    static void *const functions[] = {
        refused, guid_count, refused, refused, guids, refused, refused, capability, refused, refused, preset_config,
        initialize, refused, refused, create_output, destroy_output, encode, lock, unlock, refused, refused, refused,
        headers, refused, refused, map, unmap, destroy, refused, open_session, register_surface, unregister_surface,
        refused, NULL, refused, refused, refused, last_error, streams, preset_config_ex, refused,
    };
    memcpy((char *)list + 8, functions, sizeof(functions));
    return OK;
}
