/* Rules over blocks of rows, in C without any Python in it.
 *
 * A call decides some rows of a table. Block by block of 4,096 rows, which fit into the cache:
 *
 *   1. of each source, a column, the code of each row is taken as it lies, or worked out as the rank of a number among
 *      sorted bounds; a table has up to 64 answers for each code, one bit each; these words of answers are transposed,
 *      so that each answer becomes a bitmap over the rows;
 *   2. the operations of a program are done, one after the other, on registers that hold one bitmap of the block each;
 *   3. registers that are wanted are written to the results, and their bits are counted.
 *
 * Nothing else is computed: which entry of a table, `value >= bound`, AND, OR, NOT, counts. What the answers are is the
 * caller's. All memory is the caller's too. A call that cannot be done is refused and nothing of it is done; a code
 * that a table has no entry for has no bit set.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "bitmaps are laid out for machines that store the lowest byte first"
#endif

#define WORDS 64           /* of a register */
#define ROWS (WORDS * 64)  /* of a block */
#define GROUP 8            /* words that are transposed together */
#define MOST_BOUNDS 250    /* a rank and a state behind them are one byte */

#define INLINE static inline __attribute__((always_inline))
#ifdef _WIN32
#define PUBLIC __attribute__((visibility("default"), dllexport))
#else
#define PUBLIC __attribute__((visibility("default")))
#endif

typedef uint64_t bitmap[WORDS];
typedef uint16_t __attribute__((may_alias)) aliasing16;
typedef uint32_t __attribute__((may_alias)) aliasing32;

/* What the values of a source are: codes, numbers to be ranked, or a bitmap of its own. */
enum { CODES8, CODES32, INTEGERS, FLOATS, BITMAP };

typedef struct {
    const void *values;        /* of every row */
    const uint8_t *states;     /* of numbers: not 0 where there is none; NULL where there are all */
    const void *bounds;        /* of numbers, rising */
    const void *table;         /* for each code so many bits as `width`; a state s of n bounds is the code n + s */
    const uint32_t *registers; /* of each bit */
    uint64_t entries;          /* of the table */
    uint32_t kind;
    uint32_t width;            /* 8, 16, 32 or 64 */
    uint32_t bits;             /* that are wanted, at most `width` */
    uint32_t bound_count;
} source;

enum { AND, OR, AND_NOT, OR_NOT, NOT, COPY, OUT, OUT_NOT, OPERATIONS };

typedef struct {
    uint32_t what;
    uint32_t to; /* a register; of OUT and OUT_NOT the number of a result */
    uint32_t a;
    uint32_t b;
} operation;

typedef struct {
    uint64_t rows;
    const source *sources;
    const operation *operations;
    bitmap *registers; /* the first holds no bit, the second all */
    uint64_t *results; /* bitmaps over all rows, `stride` words apart */
    uint64_t *counts;  /* of the bits of each result */
    uint64_t stride;
    uint32_t source_count;
    uint32_t operation_count;
    uint32_t register_count;
    uint32_t result_count;
} call;

/* ---- answers to bitmaps */

/* The masks of the bits whose number lacks the bit j, for j of 32, 16, 8, 4, 2, 1. */
static const uint64_t LACKING[6] = {0x00000000FFFFFFFFu, 0x0000FFFF0000FFFFu, 0x00FF00FF00FF00FFu,
                                    0x0F0F0F0F0F0F0F0Fu, 0x3333333333333333u, 0x5555555555555555u};

/* Square matrices of bits, `width` words by lanes of `width` bits, transposed where they lie. */
INLINE void transpose(uint64_t (*w)[GROUP], const uint32_t width) {
    uint32_t step = width == 64 ? 0 : width == 32 ? 1 : width == 16 ? 2 : 3;
    for (uint32_t j = width / 2; j; j /= 2, step++) {
        const uint64_t mask = LACKING[step];
        for (uint32_t k = 0; k < width; k++) {
            if (k & j) continue;
            for (int g = 0; g < GROUP; g++) {
                uint64_t t = ((w[k][g] >> j) ^ w[k + j][g]) & mask;
                w[k + j][g] ^= t;
                w[k][g] ^= t << j;
            }
        }
    }
}

/* Up to 512 rows: the answers to each code, a row a lane, then a bit a row. */
#define LOOK_UP(NAME, CODE, ENTRY, WIDTH)                                                                             \
    INLINE void NAME(const CODE *codes, uint32_t rows, const source *s, bitmap *registers, uint32_t at) {             \
        uint64_t w[WIDTH][GROUP];                                                                                     \
        ENTRY *lanes = (ENTRY *)w;                                                                                    \
        const ENTRY *table = s->table;                                                                                \
        const uint64_t entries = s->entries;                                                                          \
        if (rows == GROUP * 64) {                                                                                     \
            for (uint32_t g = 0; g < GROUP; g++)                                                                      \
                for (uint32_t lane = 0; lane < 64 / WIDTH; lane++) {                                                  \
                    ENTRY *to = lanes + g * (64 / WIDTH) + lane;                                                      \
                    const CODE *own = codes + g * 64 + lane * WIDTH;                                                  \
                    for (uint32_t k = 0; k < WIDTH; k++)                                                              \
                        to[k * GROUP * (64 / WIDTH)] = own[k] < entries ? table[own[k]] : 0;                          \
                }                                                                                                     \
        } else {                                                                                                      \
            memset(w, 0, sizeof w);                                                                                   \
            for (uint32_t row = 0; row < rows; row++) {                                                               \
                uint32_t g = row / 64, lane = row % 64 / WIDTH, k = row % WIDTH;                                      \
                lanes[(k * GROUP + g) * (64 / WIDTH) + lane] = codes[row] < entries ? table[codes[row]] : 0;          \
            }                                                                                                         \
        }                                                                                                             \
        transpose(w, WIDTH);                                                                                          \
        for (uint32_t bit = 0; bit < s->bits; bit++)                                                                  \
            memcpy(registers[s->registers[bit]] + at, w[bit], sizeof w[bit]);                                         \
    }

LOOK_UP(look_up_8_8, uint8_t, uint8_t, 8)
LOOK_UP(look_up_8_16, uint8_t, aliasing16, 16)
LOOK_UP(look_up_8_32, uint8_t, aliasing32, 32)
LOOK_UP(look_up_8_64, uint8_t, uint64_t, 64)
LOOK_UP(look_up_32_8, uint32_t, uint8_t, 8)
LOOK_UP(look_up_32_16, uint32_t, aliasing16, 16)
LOOK_UP(look_up_32_32, uint32_t, aliasing32, 32)
LOOK_UP(look_up_32_64, uint32_t, uint64_t, 64)

typedef int64_t lanes __attribute__((vector_size(64)));
typedef double float_lanes __attribute__((vector_size(64)));
typedef uint8_t narrow_lanes __attribute__((vector_size(8)));
#define LANES 8 /* numbers that are compared at once */
#define AT_ONCE (4 * LANES)

/* The rank of each number among the bounds: how many of them it reaches. */
#define RANK(NAME, NUMBER, VECTOR)                                                                                    \
    INLINE void NAME(const NUMBER *values, uint32_t rows, const source *s, uint8_t *restrict ranks) {                 \
        const NUMBER *bounds = s->bounds;                                                                             \
        const uint8_t *restrict states = s->states;                                                                   \
        const uint32_t count = s->bound_count;                                                                        \
        uint32_t row = 0;                                                                                             \
        for (; row + AT_ONCE <= rows; row += AT_ONCE) {                                                               \
            VECTOR own[4];                                                                                            \
            lanes reached[4] = {{0}, {0}, {0}, {0}};                                                                  \
            memcpy(own, values + row, sizeof own);                                                                    \
            for (uint32_t n = 0; n < count; n++) {                                                                    \
                const NUMBER b = bounds[n];                                                                           \
                const VECTOR bound = {b, b, b, b, b, b, b, b};                                                        \
                for (int v = 0; v < 4; v++) reached[v] -= (lanes)(own[v] >= bound);                                   \
            }                                                                                                         \
            for (int v = 0; v < 4; v++) {                                                                             \
                const narrow_lanes found = __builtin_convertvector(reached[v], narrow_lanes);                         \
                memcpy(ranks + row + v * LANES, &found, sizeof found);                                                \
            }                                                                                                         \
        }                                                                                                             \
        for (; row < rows; row++) {                                                                                   \
            uint32_t reached = 0;                                                                                     \
            for (uint32_t n = 0; n < count; n++) reached += values[row] >= bounds[n];                                 \
            ranks[row] = (uint8_t)reached;                                                                            \
        }                                                                                                             \
        if (!states) return;                                                                                          \
        for (row = 0; row < rows; row++) ranks[row] = states[row] ? (uint8_t)(count + states[row]) : ranks[row];      \
    }

RANK(rank_integers, int64_t, lanes)
RANK(rank_floats, double, float_lanes)

INLINE void look_up(const source *s, const uint8_t *narrow, const uint32_t *wide, uint32_t rows, bitmap *registers) {
    for (uint32_t first = 0; first < rows; first += GROUP * 64) {
        uint32_t many = rows - first < GROUP * 64 ? rows - first : GROUP * 64;
        uint32_t at = first / 64;
        if (narrow && s->width == 8) look_up_8_8(narrow + first, many, s, registers, at);
        else if (narrow && s->width == 16) look_up_8_16(narrow + first, many, s, registers, at);
        else if (narrow && s->width == 32) look_up_8_32(narrow + first, many, s, registers, at);
        else if (narrow) look_up_8_64(narrow + first, many, s, registers, at);
        else if (s->width == 8) look_up_32_8(wide + first, many, s, registers, at);
        else if (s->width == 16) look_up_32_16(wide + first, many, s, registers, at);
        else if (s->width == 32) look_up_32_32(wide + first, many, s, registers, at);
        else look_up_32_64(wide + first, many, s, registers, at);
    }
}

/* The bitmaps of a source for one block. */
INLINE void answer(const source *whole, uint64_t start, uint32_t rows, bitmap *registers) {
    uint8_t ranks[ROWS];
    source s = *whole;
    if (s.states) s.states += start;
    switch (s.kind) {
        case CODES8:
            look_up(&s, (const uint8_t *)s.values + start, NULL, rows, registers);
            break;
        case CODES32:
            look_up(&s, NULL, (const uint32_t *)s.values + start, rows, registers);
            break;
        case INTEGERS:
            rank_integers((const int64_t *)s.values + start, rows, &s, ranks);
            look_up(&s, ranks, NULL, rows, registers);
            break;
        case FLOATS:
            rank_floats((const double *)s.values + start, rows, &s, ranks);
            look_up(&s, ranks, NULL, rows, registers);
            break;
        default:
            memcpy(registers[s.registers[0]], (const uint64_t *)s.values + start / 64, (rows + 63) / 64 * 8);
    }
}

/* ---- operations */

/* A result of one block, without the rows beyond the last one. */
INLINE void write_out(const call *c, const uint64_t *from, uint32_t number, uint64_t start, uint32_t rows, uint64_t flip) {
    uint64_t *to = c->results + number * c->stride + start / 64;
    uint64_t found = 0;
    uint32_t whole = rows / 64, rest = rows % 64;
    for (uint32_t i = 0; i < whole; i++) {
        to[i] = from[i] ^ flip;
        found += (uint64_t)__builtin_popcountll(to[i]);
    }
    if (rest) {
        to[whole] = (from[whole] ^ flip) & (((uint64_t)1 << rest) - 1);
        found += (uint64_t)__builtin_popcountll(to[whole]);
    }
    c->counts[number] += found;
}

#define EACH(EXPRESSION)                        \
    for (int i = 0; i < WORDS; i++) {           \
        const uint64_t x = a[i], y = b[i];      \
        (void)y;                                \
        to[i] = (EXPRESSION);                   \
    }                                           \
    break

INLINE void operate(const call *c, uint64_t start, uint32_t rows) {
    bitmap *r = c->registers;
    for (uint32_t n = 0; n < c->operation_count; n++) {
        const operation o = c->operations[n];
        const uint64_t *a = r[o.a], *b = r[o.b];
        if (o.what >= OUT) {
            write_out(c, a, o.to, start, rows, o.what == OUT ? 0 : ~(uint64_t)0);
            continue;
        }
        uint64_t *to = r[o.to];
        switch (o.what) {
            case AND: EACH(x & y);
            case OR: EACH(x | y);
            case AND_NOT: EACH(x & ~y);
            case OR_NOT: EACH(x | ~y);
            case NOT: EACH(~x);
            default: EACH(x);
        }
    }
}

INLINE void decide(const call *c) {
    memset(c->registers[0], 0, sizeof(bitmap));
    memset(c->registers[1], 0xFF, sizeof(bitmap));
    for (uint64_t start = 0; start < c->rows; start += ROWS) {
        uint32_t rows = c->rows - start < ROWS ? (uint32_t)(c->rows - start) : ROWS;
        for (uint32_t n = 0; n < c->source_count; n++) answer(c->sources + n, start, rows, c->registers);
        operate(c, start, rows);
    }
}

/* ---- the same, for what a processor can do */

static void decide_plainly(const call *c) { decide(c); }

#if defined(__x86_64__) && defined(__GNUC__)
#define CHOOSES 1
__attribute__((target("avx2,bmi2,popcnt"))) static void decide_avx2(const call *c) { decide(c); }
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi2,popcnt"))) static void decide_avx512(const call *c) {
    decide(c);
}
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,bmi2,popcnt"))) static void decide_counting(
    const call *c) {
    decide(c);
}
#endif

/* ---- what cannot be done is refused */

static int fits_source(const call *c, const source *s) {
    if (s->kind > BITMAP || !s->values || !s->registers || !s->bits) return 0;
    for (uint32_t bit = 0; bit < s->bits; bit++)
        if (s->registers[bit] < 2 || s->registers[bit] >= c->register_count) return 0;
    if (s->kind == BITMAP) return s->bits == 1;
    if (s->width != 8 && s->width != 16 && s->width != 32 && s->width != 64) return 0;
    if (s->bits > s->width || !s->table) return 0;
    if (s->kind < INTEGERS) return 1;
    return s->bound_count <= MOST_BOUNDS && (s->bounds || !s->bound_count);
}

static int fits(const call *c) {
    if (c->register_count < 2 || !c->registers || c->rows > ((uint64_t)1 << 40)) return 0;
    if (c->result_count && (!c->results || !c->counts || c->stride < (c->rows + 63) / 64)) return 0;
    for (uint32_t n = 0; n < c->source_count; n++)
        if (!fits_source(c, c->sources + n)) return 0;
    for (uint32_t n = 0; n < c->operation_count; n++) {
        const operation o = c->operations[n];
        if (o.what >= OPERATIONS || o.a >= c->register_count || o.b >= c->register_count) return 0;
        if (o.what >= OUT ? o.to >= c->result_count : o.to < 2 || o.to >= c->register_count) return 0;
    }
    return 1;
}

/* ---- one case */

/* An operation on single bits: `((a ^ turn_a) & (b ^ turn_b)) ^ turn`, which is each of them in turn. */
typedef struct {
    uint16_t to;
    uint16_t a;
    uint16_t b;
    uint8_t turns; /* of a, of b, and of what comes of it: the bits 1, 2 and 4 */
    uint8_t unused;
} step;

#define MOST_REGISTERS 65535
#define MOST_RESULTS 63

typedef struct {
    const step *steps;
    const uint16_t *registers; /* of each input; the first register is 0 */
    uint32_t step_count;
    uint32_t input_count;
    uint32_t register_count;
    uint32_t result_count; /* the last registers are the results */
} one_case;

/* Whether a program for one case can be done. */
PUBLIC int licet_fits_one(const one_case *c) {
    if (c->register_count > MOST_REGISTERS || c->result_count > MOST_RESULTS) return 0;
    if (!c->register_count || c->result_count >= c->register_count) return 0;
    for (uint32_t n = 0; n < c->input_count; n++)
        if (c->registers[n] >= c->register_count) return 0;
    for (uint32_t n = 0; n < c->step_count; n++) {
        const step s = c->steps[n];
        if (s.to >= c->register_count || s.a >= c->register_count || s.b >= c->register_count || s.turns > 7) return 0;
    }
    return 1;
}

/* The results of a program that fits, one bit each, for its inputs, one byte each of 0 or 1; the highest bit alone where
 * there are not as many inputs as it has. */
PUBLIC uint64_t licet_one(const one_case *c, const uint8_t *inputs, uint64_t length) {
    uint8_t r[MOST_REGISTERS];
    uint64_t found = 0;
    if (length != c->input_count) return (uint64_t)1 << 63;
    memset(r, 0, c->register_count);
    for (uint32_t n = 0; n < c->input_count; n++) r[c->registers[n]] = inputs[n] & 1;
    r[0] = 0;
    for (uint32_t n = 0; n < c->step_count; n++) {
        const step s = c->steps[n];
        uint8_t a = r[s.a] ^ (s.turns & 1), b = r[s.b] ^ (s.turns >> 1 & 1);
        r[s.to] = (uint8_t)((a & b) ^ (s.turns >> 2));
    }
    for (uint32_t n = 0; n < c->result_count; n++)
        found |= (uint64_t)r[c->register_count - c->result_count + n] << n;
    return found;
}

/* ---- cells, as Arrow has them */

/* Whether each of up to 32 rows from one on is valid, the first one lowest; no byte is read that has none of them. */
INLINE uint32_t valid_rows(const uint8_t *validity, uint64_t at, uint32_t many) {
    uint64_t bits = 0;
    if (!validity) return UINT32_MAX;
    for (uint32_t i = 0; i <= (at % 8 + many - 1) / 8; i++) bits |= (uint64_t)validity[at / 8 + i] << (8 * i);
    return (uint32_t)(bits >> at % 8);
}

#define PIECE 32 /* rows that are looked at together */

INLINE int codes_here(const int32_t *restrict indices, const uint8_t *validity, uint64_t first, uint64_t rows,
                      const int32_t *restrict entries, uint32_t entry_count, int32_t none, int32_t *restrict codes) {
    for (uint64_t row = 0; row < rows; row += PIECE) {
        const uint32_t many = rows - row < PIECE ? (uint32_t)(rows - row) : PIECE;
        const uint32_t valid = valid_rows(validity, first + row, many);
        const uint32_t *own = (const uint32_t *)indices + first + row;
        uint32_t beyond = 0;
        if (many == PIECE && entry_count) {
            for (uint32_t i = 0; i < PIECE; i++) {
                const uint32_t there = 0 - (valid >> i & 1), outside = own[i] < entry_count ? 0 : UINT32_MAX;
                const uint32_t entry = (uint32_t)entries[own[i] & ~outside];
                beyond |= there & outside;
                codes[row + i] = (int32_t)((entry & there) | ((uint32_t)none & ~there));
            }
        } else {
            for (uint32_t i = 0; i < many; i++) {
                const int there = valid >> i & 1;
                if (there && own[i] >= entry_count) return 1;
                codes[row + i] = there ? entries[own[i]] : none;
            }
        }
        if (beyond) return 1;
    }
    return 0;
}

enum { OF_64_BITS, OF_32_BITS, DECIMALS };

INLINE int numbers_here(const void *values, const uint8_t *validity, uint64_t first, uint64_t rows, const uint32_t kind,
                        int64_t *numbers, uint8_t *states) {
    const int64_t *wide = (const int64_t *)values + (kind == DECIMALS ? 2 : 1) * (kind == OF_32_BITS ? 0 : first);
    const int32_t *narrow = (const int32_t *)values + (kind == OF_32_BITS ? first : 0);
    int64_t beyond = 0;
    for (uint64_t row = 0; row < rows; row += PIECE) {
        const uint32_t many = rows - row < PIECE ? (uint32_t)(rows - row) : PIECE;
        const uint32_t valid = valid_rows(validity, first + row, many);
        for (uint32_t i = 0; i < many; i++) {
            const uint64_t at = row + i;
            const int64_t there = -(int64_t)(valid >> i & 1);
            const int64_t number = kind == OF_32_BITS ? narrow[at] : kind == DECIMALS ? wide[2 * at] : wide[at];
            if (kind == DECIMALS) beyond |= there & (wide[2 * at + 1] ^ number >> 63);
            numbers[at] = number & there;
        }
        for (uint32_t i = 0; i < many; i++) states[row + i] = (uint8_t)(~valid >> i & 1);
    }
    return beyond != 0;
}

INLINE int numbers_of(const void *values, const uint8_t *validity, uint64_t first, uint64_t rows, uint32_t kind,
                      int64_t *numbers, uint8_t *states) {
    if (kind == OF_64_BITS) return numbers_here(values, validity, first, rows, OF_64_BITS, numbers, states);
    if (kind == OF_32_BITS) return numbers_here(values, validity, first, rows, OF_32_BITS, numbers, states);
    return numbers_here(values, validity, first, rows, DECIMALS, numbers, states);
}

INLINE void truths_here(const uint8_t *truths, const uint8_t *validity, uint64_t first, uint64_t rows, int32_t no,
                        int32_t yes, int32_t none, int32_t *codes) {
    for (uint64_t row = 0; row < rows; row += PIECE) {
        const uint32_t many = rows - row < PIECE ? (uint32_t)(rows - row) : PIECE;
        const uint32_t valid = valid_rows(validity, first + row, many), bits = valid_rows(truths, first + row, many);
        for (uint32_t i = 0; i < many; i++) {
            const int32_t there = -(int32_t)(valid >> i & 1), is = -(int32_t)(bits >> i & 1);
            codes[row + i] = (((yes & is) | (no & ~is)) & there) | (none & ~there);
        }
    }
}

#define OF_CODES const int32_t *indices, const uint8_t *validity, uint64_t first, uint64_t rows,                      \
                 const int32_t *entries, uint32_t entry_count, int32_t none, int32_t *codes
#define OF_NUMBERS const void *values, const uint8_t *validity, uint64_t first, uint64_t rows, uint32_t kind,         \
                   int64_t *numbers, uint8_t *states
#ifdef CHOOSES
__attribute__((target("avx2,bmi2"))) static int codes_avx2(OF_CODES) {
    return codes_here(indices, validity, first, rows, entries, entry_count, none, codes);
}
__attribute__((target("avx2,bmi2"))) static int numbers_avx2(OF_NUMBERS) {
    return numbers_of(values, validity, first, rows, kind, numbers, states);
}
__attribute__((target("avx2,bmi2"))) static void truths_avx2(const uint8_t *truths, const uint8_t *validity,
                                                             uint64_t first, uint64_t rows, int32_t no, int32_t yes,
                                                             int32_t none, int32_t *codes) {
    truths_here(truths, validity, first, rows, no, yes, none, codes);
}
static int has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
}
#endif

/* The codes of the rows from `first` on: that of the entry of a dictionary, or the one for none. 1, and not all is done,
 * where a row points to no entry. `level` as of `licet_decide`. */
PUBLIC int licet_codes(const int32_t *indices, const uint8_t *validity, uint64_t first, uint64_t rows,
                       const int32_t *entries, uint64_t entry_count, int32_t none, int32_t *codes, uint32_t level) {
    if (entry_count > INT32_MAX) return 1;
#ifdef CHOOSES
    if (level && has_avx2())
        return codes_avx2(indices, validity, first, rows, entries, (uint32_t)entry_count, none, codes);
#else
    (void)level;
#endif
    return codes_here(indices, validity, first, rows, entries, (uint32_t)entry_count, none, codes);
}

/* Numbers of 64 bits from others, 0 where there is none, and the state 1 there. 1 where a decimal does not fit. */
PUBLIC int licet_numbers(const void *values, const uint8_t *validity, uint64_t first, uint64_t rows, uint32_t kind,
                         int64_t *numbers, uint8_t *states, uint32_t level) {
    if (kind > DECIMALS) return 1;
#ifdef CHOOSES
    if (level && has_avx2()) return numbers_avx2(values, validity, first, rows, kind, numbers, states);
#else
    (void)level;
#endif
    return numbers_of(values, validity, first, rows, kind, numbers, states);
}

/* The codes of truths that are a bit each. */
PUBLIC void licet_truths(const uint8_t *truths, const uint8_t *validity, uint64_t first, uint64_t rows, int32_t no,
                         int32_t yes, int32_t none, int32_t *codes, uint32_t level) {
#ifdef CHOOSES
    if (level && has_avx2()) {
        truths_avx2(truths, validity, first, rows, no, yes, none, codes);
        return;
    }
#else
    (void)level;
#endif
    truths_here(truths, validity, first, rows, no, yes, none, codes);
}

/* Whether each of some texts is made of characters from blank to tilde, is not empty, and has no blank at its ends. */
PUBLIC int licet_plain_texts(const int32_t *offsets, const uint8_t *content, uint64_t texts) {
    uint8_t strange = 0;
    if (!texts) return 1;
    for (int64_t i = offsets[0]; i < offsets[texts]; i++) strange |= (uint8_t)(content[i] - 32) > 94;
    for (uint64_t n = 0; n < texts && !strange; n++) {
        int32_t start = offsets[n], end = offsets[n + 1];
        if (start >= end || content[start] == ' ' || content[end - 1] == ' ') return 0;
    }
    return !strange;
}

INLINE int comes_after(const uint8_t *one, int64_t length, const uint8_t *other, int64_t other_length) {
    if (length != other_length) return length > other_length;
    return length > 0 && memcmp(one, other, (size_t)length) > 0;
}

/* Whether each text comes after the one before it, and the first one after the last of others; shorter ones first. */
PUBLIC int licet_rising(const int32_t *offsets, const uint8_t *content, uint64_t texts, const uint8_t *last,
                        uint64_t last_length) {
    if (texts && !comes_after(content + offsets[0], offsets[1] - offsets[0], last, (int64_t)last_length)) return 0;
    for (uint64_t n = 1; n < texts; n++) {
        int64_t before = offsets[n - 1], start = offsets[n], end = offsets[n + 1];
        if (!comes_after(content + start, end - start, content + before, start - before)) return 0;
    }
    return 1;
}

/* ---- lists */

/* For each row which of some bitmaps have its bit, in their order. `ends` has a place more than rows: where the list of
 * each row begins, filled in if `places` is NULL; else `places` is filled, which has room for `ends[rows]` of them. A
 * bitmap that is NULL has every bit; bits beyond the last row count for nothing. 1 where they are too many. */
PUBLIC int licet_lists(const uint64_t *const *bitmaps, uint32_t count, uint64_t rows, int32_t *ends, int32_t *places) {
    int32_t next[ROWS];
    int64_t so_far = 0;
    if (!places) ends[0] = 0;
    for (uint64_t start = 0; start < rows; start += ROWS) {
        uint32_t many = rows - start < ROWS ? (uint32_t)(rows - start) : ROWS;
        if (places) memcpy(next, ends + start, many * sizeof *next);
        else memset(next, 0, sizeof next);
        for (uint32_t n = 0; n < count; n++) {
            for (uint32_t first = 0; first < many; first += 64) {
                uint64_t bits = bitmaps[n] ? bitmaps[n][(start + first) / 64] : ~(uint64_t)0;
                if (many - first < 64) bits &= ((uint64_t)1 << (many - first)) - 1;
                for (; bits; bits &= bits - 1) {
                    uint32_t row = first + (uint32_t)__builtin_ctzll(bits);
                    if (places) places[next[row]] = (int32_t)n;
                    next[row]++;
                }
            }
        }
        for (uint32_t row = 0; !places && row < many; row++) {
            so_far += next[row];
            if (so_far > INT32_MAX) return 1;
            ends[start + row + 1] = (int32_t)so_far;
        }
    }
    return 0;
}

/* Whether the library was built from a source with this fingerprint is the caller's to ask. */
#ifndef LICET_SOURCE
#define LICET_SOURCE ""
#endif
PUBLIC const char *licet_source(void) { return LICET_SOURCE; }

/* 0 where the call was done, 1 where it was refused. `level` is 0 for plain C, 1 up to AVX2, 2 for all there is. */
PUBLIC int licet_decide(const call *c, uint32_t level) {
    if (!fits(c)) return 1;
#ifdef CHOOSES
    __builtin_cpu_init();
    if (level >= 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2")) {
        if (__builtin_cpu_supports("avx512vpopcntdq")) decide_counting(c);
        else decide_avx512(c);
        return 0;
    }
    if (level >= 1 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) {
        decide_avx2(c);
        return 0;
    }
#else
    (void)level;
#endif
    decide_plainly(c);
    return 0;
}
