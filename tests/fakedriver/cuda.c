/* A libcuda.so.1 of the CPU: as much as NVENC's users call, with host memory in the place of the GPU's. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define OK 0
#define INVALID 1
#define NO_CONTEXT 201
#define DEVICES 2
#define DEPTH 64

typedef struct { int device; } Context;
typedef struct { Context *context; } Stream;

/* CUDA_MEMCPY2D */
typedef struct {
    size_t src_x, src_y;
    uint32_t src_type;
    const char *src_host;
    char *src_device;
    void *src_array;
    size_t src_pitch, dst_x, dst_y;
    uint32_t dst_type;
    char *dst_host;
    char *dst_device;
    void *dst_array;
    size_t dst_pitch, width, height;
} Copy;

static Context primary[DEVICES] = {{0}, {1}};
static __thread Context *stack[DEPTH];
static __thread int depth;

static Context *current(void) { return depth ? stack[depth - 1] : NULL; }

int cuInit(unsigned flags) { return OK; }
int cuDriverGetVersion(int *version) { *version = 12080; return OK; }
int cuDeviceGetCount(int *count) { *count = DEVICES; return OK; }
int cuDeviceGet(int *device, int ordinal) { *device = ordinal; return ordinal < DEVICES ? OK : 101; }
int cuDeviceGetName(char *name, int size, int device) { strncpy(name, "GPU of the CPU", size); return OK; }
int cuDeviceComputeCapability(int *major, int *minor, int device) { *major = 8; *minor = 9; return OK; }
int cuDeviceGetAttribute(int *value, int attribute, int device) {
    *value = attribute == 75 ? 8 : attribute == 76 ? 9 : 512; /* compute capability; texture alignment and others */
    return OK;
}
int cuDeviceGetPCIBusId(char *id, int size, int device) { strncpy(id, "0000:01:00.0", size); return OK; }
int cuGetErrorName(int error, const char **text) { *text = "CUDA_ERROR"; return OK; }
int cuGetErrorString(int error, const char **text) { *text = "an error of the CPU's CUDA"; return OK; }

int cuDevicePrimaryCtxRetain(Context **context, int device) { *context = &primary[device]; return OK; }
int cuDevicePrimaryCtxRelease(int device) { return OK; }
int cuDevicePrimaryCtxRelease_v2(int device) { return OK; }
/* Active with other flags than FFmpeg wants, as after any use of CUDA's runtime. */
int cuDevicePrimaryCtxGetState(int device, unsigned *flags, int *active) { *flags = 0; *active = 1; return OK; }
int cuDevicePrimaryCtxSetFlags(int device, unsigned flags) { return OK; }
int cuCtxCreate_v2(Context **context, unsigned flags, int device) {
    *context = calloc(1, sizeof(Context));
    (*context)->device = device;
    stack[depth++] = *context;
    return OK;
}
int cuCtxDestroy_v2(Context *context) {
    if (current() == context) --depth;
    free(context);
    return OK;
}
int cuCtxSetCurrent(Context *context) {
    if (depth) --depth;
    if (context) stack[depth++] = context;
    return OK;
}
int cuCtxGetCurrent(Context **context) { *context = current(); return OK; }
int cuCtxPushCurrent_v2(Context *context) { stack[depth++] = context; return depth < DEPTH ? OK : INVALID; }
int cuCtxPopCurrent_v2(Context **context) {
    if (!depth) return NO_CONTEXT;
    --depth;
    if (context) *context = stack[depth];
    return OK;
}
int cuCtxGetDevice(int *device) {
    if (!depth) return NO_CONTEXT;
    *device = current()->device;
    return OK;
}
int cuCtxSetLimit(int limit, size_t value) { return OK; }
int cuCtxGetApiVersion(Context *context, unsigned *version) { *version = 3020; return OK; }

int cuMemAlloc_v2(char **memory, size_t size) { *memory = calloc(1, size); return current() ? OK : NO_CONTEXT; }
int cuMemAllocPitch_v2(char **memory, size_t *pitch, size_t width, size_t height, unsigned element) {
    *pitch = (width + 511) / 512 * 512;
    return cuMemAlloc_v2(memory, *pitch * height);
}
int cuMemFree_v2(char *memory) { free(memory); return OK; }
int cuMemAllocAsync(char **memory, size_t size, Stream *stream) { return cuMemAlloc_v2(memory, size); }
int cuMemFreeAsync(char *memory, Stream *stream) { return cuMemFree_v2(memory); }
int cuMemcpy2D_v2(const Copy *copy) {
    for (size_t row = 0; row < copy->height; ++row) {
        const char *from = copy->src_type == 1 ? copy->src_host : copy->src_device;
        char *to = copy->dst_type == 1 ? copy->dst_host : copy->dst_device;
        memcpy(to + (copy->dst_y + row) * copy->dst_pitch + copy->dst_x,
               from + (copy->src_y + row) * copy->src_pitch + copy->src_x, copy->width);
    }
    return current() ? OK : NO_CONTEXT;
}
int cuMemcpy2DAsync_v2(const Copy *copy, Stream *stream) { return cuMemcpy2D_v2(copy); }
int cuMemcpyDtoH_v2(void *to, const char *from, size_t size) { memcpy(to, from, size); return OK; }
int cuMemcpyHtoD_v2(char *to, const void *from, size_t size) { memcpy(to, from, size); return OK; }
int cuMemcpyDtoD_v2(char *to, const char *from, size_t size) { memcpy(to, from, size); return OK; }
int cuMemcpyDtoHAsync_v2(void *to, const char *from, size_t size, Stream *s) { memcpy(to, from, size); return OK; }
int cuMemcpyHtoDAsync_v2(char *to, const void *from, size_t size, Stream *s) { memcpy(to, from, size); return OK; }
int cuMemcpyDtoDAsync_v2(char *to, const char *from, size_t size, Stream *s) { memcpy(to, from, size); return OK; }
int cuMemcpy(char *to, const char *from, size_t size) { memcpy(to, from, size); return OK; }
int cuMemcpyAsync(char *to, const char *from, size_t size, Stream *s) { memcpy(to, from, size); return OK; }
int cuPointerGetAttribute(void *data, int attribute, const char *memory) {
    if (attribute == 1) *(Context **)data = &primary[0];
    if (attribute == 2) *(unsigned *)data = 2; /* of the device */
    return OK;
}

int cuStreamCreate(Stream **stream, unsigned flags) {
    *stream = calloc(1, sizeof(Stream));
    (*stream)->context = current();
    return current() ? OK : NO_CONTEXT;
}
int cuStreamDestroy_v2(Stream *stream) { free(stream); return OK; }
int cuStreamGetCtx(Stream *stream, Context **context) {
    *context = stream ? stream->context : current();
    return OK;
}

#define NOTHING(name) int name(void) { return OK; }
#define REFUSED(name) int name(void) { return 801; }
NOTHING(cuStreamSynchronize) NOTHING(cuStreamQuery) NOTHING(cuStreamWaitEvent) NOTHING(cuStreamAddCallback)
NOTHING(cuEventCreate) NOTHING(cuEventDestroy_v2) NOTHING(cuEventRecord) NOTHING(cuEventSynchronize)
NOTHING(cuEventQuery) NOTHING(cuMemsetD8Async) NOTHING(cuDevicePrimaryCtxReset)
REFUSED(cuArray3DCreate_v2) REFUSED(cuArrayCreate_v2) REFUSED(cuArrayDestroy) REFUSED(cuDestroyExternalMemory)
REFUSED(cuDestroyExternalSemaphore) REFUSED(cuDeviceGetByPCIBusId) REFUSED(cuDeviceGetLuid)
REFUSED(cuDeviceGetUuid) REFUSED(cuDeviceGetUuid_v2) REFUSED(cuEGLStreamConsumerDisconnect)
REFUSED(cuEGLStreamProducerConnect) REFUSED(cuEGLStreamProducerDisconnect)
REFUSED(cuEGLStreamProducerPresentFrame) REFUSED(cuEGLStreamProducerReturnFrame)
REFUSED(cuExternalMemoryGetMappedBuffer) REFUSED(cuExternalMemoryGetMappedMipmappedArray)
REFUSED(cuGLGetDevices_v2) REFUSED(cuGraphicsGLRegisterImage) REFUSED(cuGraphicsMapResources)
REFUSED(cuGraphicsResourceGetMappedPointer_v2) REFUSED(cuGraphicsSubResourceGetMappedArray)
REFUSED(cuGraphicsUnmapResources) REFUSED(cuGraphicsUnregisterResource) REFUSED(cuImportExternalMemory)
REFUSED(cuImportExternalSemaphore) REFUSED(cuLaunchKernel) REFUSED(cuLinkAddData) REFUSED(cuLinkComplete)
REFUSED(cuLinkCreate) REFUSED(cuLinkDestroy) REFUSED(cuMemAllocManaged) REFUSED(cuMipmappedArrayDestroy)
REFUSED(cuMipmappedArrayGetLevel) REFUSED(cuModuleGetFunction) REFUSED(cuModuleGetGlobal)
REFUSED(cuModuleLoadData) REFUSED(cuModuleUnload) REFUSED(cuSignalExternalSemaphoresAsync)
REFUSED(cuTexObjectCreate) REFUSED(cuTexObjectDestroy) REFUSED(cuWaitExternalSemaphoresAsync)
