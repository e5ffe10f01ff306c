// The loops of ../kernel/scan-kernel.as for x64, as an N-API addon that works on the same shared memory.
// Integer sums and what is made of them are equal to the WebAssembly kernel's bit for bit, so it must be compiled
// without contraction (-ffp-contract=off). Built at set-up where a compiler is found (deploy/setup/native-kernel.mjs).
//
// Exports { avx2: { scanInt8, ... }, avx512: { ... } }, each only where this processor has it. Every function takes
// a Uint8Array over the memory first, then what scan-kernel.as says; callers guarantee that places lie inside.
#include <immintrin.h>
#include <node_api.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

/** Beyond what the processor fetches ahead by itself, which ends at each page. */
enum { AHEAD = 2048, BLOCK_ROWS = 16, MAX_ARGUMENTS = 10 };

typedef struct {
  const int8_t *rows;
  const uint8_t *query;
  const int32_t *sums;
  const float *scales, *slack;
  float *out;
  int32_t n, d;
  float unit;
} Int8Scan;

typedef struct {
  const uint8_t *codes, *low, *high;
  const float *factors;
  float *out;
  int32_t blocks, w;
  float unit, base;
} BitScan;

typedef struct {
  uint8_t *memory;
  const uint32_t *rows;
  const float *query;
  float *out;
  int32_t n, d;
} Score;

typedef struct {
  void (*scan_int8)(const Int8Scan *);
  void (*scan_bits)(const BitScan *);
  void (*score)(const Score *);
  int32_t (*collect)(const float *values, int32_t n, float least, uint32_t *ids);
  int32_t (*read)(const uint8_t *from, size_t bytes);
} Level;

static inline float bound(const Int8Scan *s, int32_t r, int32_t sum) {
  return (float)(sum - s->sums[r] * 64) * s->scales[r] * s->unit + s->slack[r];
}

// ---- AVX2

AVX2 static inline int32_t sum8(__m256i v) {
  __m128i x = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  x = _mm_add_epi32(x, _mm_shuffle_epi32(x, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(x, _mm_shuffle_epi32(x, 0xb1)));
}

AVX2 static inline __m256i dot_avx2(__m256i sum, const uint8_t *query, const int8_t *row) {
  __m256i pairs = _mm256_maddubs_epi16(_mm256_loadu_si256((const __m256i *)query),
                                       _mm256_loadu_si256((const __m256i *)row));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

AVX2 static void scan_int8_avx2(const Int8Scan *s) {
  for (int32_t r = 0; r < s->n; r++) {
    const int8_t *row = s->rows + (size_t)r * s->d;
    __m256i a = _mm256_setzero_si256(), b = a;
    for (int32_t i = 0; i < s->d; i += 64) {
      _mm_prefetch((const char *)row + i + AHEAD, _MM_HINT_T0);
      a = dot_avx2(a, s->query + i, row + i);
      b = dot_avx2(b, s->query + i + 32, row + i + 32);
    }
    s->out[r] = bound(s, r, sum8(_mm256_add_epi32(a, b)));
  }
}

AVX2 static inline void store_estimates(const BitScan *s, int32_t block, __m256i sums16) {
  const float *factors = s->factors + block * BLOCK_ROWS;
  float *out = s->out + block * BLOCK_ROWS;
  const __m256 unit = _mm256_set1_ps(s->unit), base = _mm256_set1_ps(s->base);
  __m256 first = _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm256_castsi256_si128(sums16)));
  __m256 last = _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm256_extracti128_si256(sums16, 1)));
  first = _mm256_add_ps(_mm256_mul_ps(first, unit), base);
  last = _mm256_add_ps(_mm256_mul_ps(last, unit), base);
  _mm256_storeu_ps(out, _mm256_mul_ps(first, _mm256_loadu_ps(factors)));
  _mm256_storeu_ps(out + 8, _mm256_mul_ps(last, _mm256_loadu_ps(factors + 8)));
}

/** Sums of even and odd rows, each 8 x 16 bit, in the order of the rows. */
AVX2 static inline __m256i interleave(__m128i all, __m128i odd) {
  __m128i even = _mm_sub_epi16(all, _mm_slli_epi16(odd, 8));
  return _mm256_set_m128i(_mm_unpackhi_epi16(even, odd), _mm_unpacklo_epi16(even, odd));
}

AVX2 static void scan_bits_avx2(const BitScan *s) {
  const __m256i nibble = _mm256_set1_epi8(15);
  const size_t bytes = (size_t)s->w * BLOCK_ROWS;
  for (int32_t block = 0; block < s->blocks; block++) {
    const uint8_t *codes = s->codes + (size_t)block * bytes;
    __m256i all = _mm256_setzero_si256(), odd = all;
    for (size_t at = 0; at < bytes; at += 32) {
      __m256i c = _mm256_loadu_si256((const __m256i *)(codes + at));
      __m256i low = _mm256_loadu_si256((const __m256i *)(s->low + at));
      __m256i high = _mm256_loadu_si256((const __m256i *)(s->high + at));
      __m256i v = _mm256_add_epi8(
          _mm256_shuffle_epi8(low, _mm256_and_si256(c, nibble)),
          _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(c, 4), nibble)));
      all = _mm256_add_epi16(all, v);
      odd = _mm256_add_epi16(odd, _mm256_srli_epi16(v, 8));
    }
    __m128i all8 = _mm_add_epi16(_mm256_castsi256_si128(all), _mm256_extracti128_si256(all, 1));
    __m128i odd8 = _mm_add_epi16(_mm256_castsi256_si128(odd), _mm256_extracti128_si256(odd, 1));
    store_estimates(s, block, interleave(all8, odd8));
  }
}

AVX2 static void score_avx2(const Score *s) {
  for (int32_t r = 0; r < s->n; r++) {
    const float *row = (const float *)(s->memory + s->rows[r]);
    // rows lie far apart: the next one is fetched while this one is summed
    const char *next = r + 1 < s->n ? (const char *)(s->memory + s->rows[r + 1]) : (const char *)row;
    __m256 a = _mm256_setzero_ps(), b = a;
    for (int32_t i = 0; i < s->d; i += 16) {
      _mm_prefetch(next + i * 4, _MM_HINT_T0);
      a = _mm256_fmadd_ps(_mm256_loadu_ps(row + i), _mm256_loadu_ps(s->query + i), a);
      b = _mm256_fmadd_ps(_mm256_loadu_ps(row + i + 8), _mm256_loadu_ps(s->query + i + 8), b);
    }
    float lanes[8], sum = 0;
    _mm256_storeu_ps(lanes, _mm256_add_ps(a, b));
    for (int32_t k = 0; k < 8; k++) sum += lanes[k];
    s->out[r] = sum;
  }
}

AVX2 static int32_t collect_avx2(const float *values, int32_t n, float least, uint32_t *ids) {
  const __m256 limit = _mm256_set1_ps(least);
  int32_t count = 0, r = 0;
  for (; r + 8 <= n; r += 8) {
    int mask = _mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(values + r), limit, _CMP_GE_OQ));
    for (; mask != 0; mask &= mask - 1) ids[count++] = (uint32_t)(r + __builtin_ctz((unsigned)mask));
  }
  for (; r < n; r++)
    if (values[r] >= least) ids[count++] = (uint32_t)r;
  return count;
}

AVX2 static int32_t read_avx2(const uint8_t *from, size_t bytes) {
  __m256i a = _mm256_setzero_si256(), b = a;
  for (size_t at = 0; at < bytes; at += 64) {
    _mm_prefetch((const char *)from + at + AHEAD, _MM_HINT_T0);
    a = _mm256_xor_si256(a, _mm256_loadu_si256((const __m256i *)(from + at)));
    b = _mm256_xor_si256(b, _mm256_loadu_si256((const __m256i *)(from + at + 32)));
  }
  return sum8(_mm256_xor_si256(a, b));
}

// ---- AVX-512; what is not limited by arithmetic stays with AVX2

AVX512 static inline __m512i dot_avx512(__m512i sum, const uint8_t *query, const int8_t *row) {
  __m512i pairs = _mm512_maddubs_epi16(_mm512_loadu_si512(query), _mm512_loadu_si512(row));
  return _mm512_add_epi32(sum, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
}

AVX512 static void scan_int8_avx512(const Int8Scan *s) {
  for (int32_t r = 0; r < s->n; r++) {
    const int8_t *row = s->rows + (size_t)r * s->d;
    __m512i sum = _mm512_setzero_si512();
    for (int32_t i = 0; i < s->d; i += 64) {
      _mm_prefetch((const char *)row + i + AHEAD, _MM_HINT_T0);
      sum = dot_avx512(sum, s->query + i, row + i);
    }
    s->out[r] = bound(s, r, _mm512_reduce_add_epi32(sum));
  }
}

AVX512 static inline __m128i sum_quarters(__m512i v) {
  __m256i half = _mm256_add_epi16(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
  return _mm_add_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
}

AVX512 static void scan_bits_avx512(const BitScan *s) {
  const __m512i nibble = _mm512_set1_epi8(15);
  const size_t bytes = (size_t)s->w * BLOCK_ROWS;
  for (int32_t block = 0; block < s->blocks; block++) {
    const uint8_t *codes = s->codes + (size_t)block * bytes;
    __m512i all = _mm512_setzero_si512(), odd = all;
    for (size_t at = 0; at < bytes; at += 64) {
      _mm_prefetch((const char *)codes + at + AHEAD, _MM_HINT_T0);
      __m512i c = _mm512_loadu_si512(codes + at);
      __m512i low = _mm512_shuffle_epi8(_mm512_loadu_si512(s->low + at), _mm512_and_si512(c, nibble));
      __m512i high = _mm512_shuffle_epi8(_mm512_loadu_si512(s->high + at),
                                         _mm512_and_si512(_mm512_srli_epi16(c, 4), nibble));
      __m512i v = _mm512_add_epi8(low, high);
      all = _mm512_add_epi16(all, v);
      odd = _mm512_add_epi16(odd, _mm512_srli_epi16(v, 8));
    }
    store_estimates(s, block, interleave(sum_quarters(all), sum_quarters(odd)));
  }
}

static const Level LEVEL_AVX2 = {scan_int8_avx2, scan_bits_avx2, score_avx2, collect_avx2, read_avx2};
static const Level LEVEL_AVX512 = {scan_int8_avx512, scan_bits_avx512, score_avx2, collect_avx2, read_avx2};

// ---- N-API

typedef struct {
  const Level *level;
  uint8_t *memory;
  double numbers[MAX_ARGUMENTS];
} Call;

static Call begin(napi_env env, napi_callback_info info) {
  Call call = {0};
  size_t count = MAX_ARGUMENTS;
  napi_value arguments[MAX_ARGUMENTS];
  napi_get_cb_info(env, info, &count, arguments, NULL, (void **)&call.level);
  void *data = NULL;
  if (napi_get_typedarray_info(env, arguments[0], NULL, NULL, &data, NULL, NULL) != napi_ok) {
    napi_throw_type_error(env, NULL, "the first argument is the memory");
    return call;
  }
  call.memory = data;
  for (size_t i = 1; i < count; i++) {
    if (napi_get_value_double(env, arguments[i], &call.numbers[i]) != napi_ok) {
      napi_throw_type_error(env, NULL, "arguments are numbers");
      call.memory = NULL;
      return call;
    }
  }
  return call;
}

static void *place(const Call *call, int index) { return call->memory + (size_t)call->numbers[index]; }
static int32_t whole(const Call *call, int index) { return (int32_t)call->numbers[index]; }

static napi_value scan_int8(napi_env env, napi_callback_info info) {
  Call c = begin(env, info);
  if (c.memory == NULL) return NULL;
  Int8Scan scan = {place(&c, 1), place(&c, 2), place(&c, 3), place(&c, 4), place(&c, 5),
                   place(&c, 6), whole(&c, 7), whole(&c, 8), (float)c.numbers[9]};
  c.level->scan_int8(&scan);
  return NULL;
}

static napi_value scan_bits(napi_env env, napi_callback_info info) {
  Call c = begin(env, info);
  if (c.memory == NULL) return NULL;
  BitScan scan = {place(&c, 1), place(&c, 2), place(&c, 3),        place(&c, 4),        place(&c, 5),
                  whole(&c, 6), whole(&c, 7), (float)c.numbers[8], (float)c.numbers[9]};
  c.level->scan_bits(&scan);
  return NULL;
}

static napi_value score(napi_env env, napi_callback_info info) {
  Call c = begin(env, info);
  if (c.memory == NULL) return NULL;
  Score job = {c.memory, place(&c, 1), place(&c, 2), place(&c, 3), whole(&c, 4), whole(&c, 5)};
  c.level->score(&job);
  return NULL;
}

static napi_value number(napi_env env, int32_t value) {
  napi_value result = NULL;
  napi_create_int32(env, value, &result);
  return result;
}

static napi_value collect(napi_env env, napi_callback_info info) {
  Call c = begin(env, info);
  if (c.memory == NULL) return NULL;
  return number(env, c.level->collect(place(&c, 1), whole(&c, 2), (float)c.numbers[3], place(&c, 4)));
}

static napi_value read(napi_env env, napi_callback_info info) {
  Call c = begin(env, info);
  if (c.memory == NULL) return NULL;
  return number(env, c.level->read(place(&c, 1), (size_t)c.numbers[2]));
}

/** (memory, from, bytes): asks for large pages there; a scan then misses the address cache less often. */
static napi_value advise_large_pages(napi_env env, napi_callback_info info) {
  Call c = begin(env, info);
#if defined(__linux__)
  if (c.memory != NULL) {
    uintptr_t page = 4096, from = (uintptr_t)place(&c, 1), to = from + (uintptr_t)c.numbers[2];
    from = (from + page - 1) / page * page;
    to = to / page * page;
    if (to > from) madvise((void *)from, to - from, MADV_HUGEPAGE); // only advice: its answer changes nothing
  }
#else
  (void)c;
#endif
  return NULL;
}

static void add_level(napi_env env, napi_value exports, const char *name, const Level *level) {
  napi_property_descriptor functions[] = {
      {"scanInt8", NULL, scan_int8, NULL, NULL, NULL, napi_enumerable, (void *)level},
      {"scanBits", NULL, scan_bits, NULL, NULL, NULL, napi_enumerable, (void *)level},
      {"score", NULL, score, NULL, NULL, NULL, napi_enumerable, (void *)level},
      {"collect", NULL, collect, NULL, NULL, NULL, napi_enumerable, (void *)level},
      {"read", NULL, read, NULL, NULL, NULL, napi_enumerable, (void *)level},
      {"adviseLargePages", NULL, advise_large_pages, NULL, NULL, NULL, napi_enumerable, NULL},
  };
  napi_value object;
  napi_create_object(env, &object);
  napi_define_properties(env, object, sizeof functions / sizeof *functions, functions);
  napi_set_named_property(env, exports, name, object);
}

NAPI_MODULE_INIT() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    add_level(env, exports, "avx2", &LEVEL_AVX2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl")) {
      add_level(env, exports, "avx512", &LEVEL_AVX512);
    }
  }
  return exports;
}
