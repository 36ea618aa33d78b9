/* Lines that hold a record of JSON each, cut into cells.
 *
 * Nothing is decoded: a cell is a place in the text. Whatever is not written plainly is left to the caller: a cell whose
 * text has to be worked out (a list, a record, a text with an escape) is marked, and a block in which a line is no
 * record, or has a key twice or with an escape in it, is refused as a whole. The caller has seen that the text is UTF-8.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef _WIN32
#define PUBLIC __attribute__((visibility("default"), dllexport))
#else
#define PUBLIC __attribute__((visibility("default")))
#endif

#define MARK ((uint32_t)1 << 31)      /* in a length: the cell is JSON that the caller reads */
#define LONGEST ((uint64_t)MARK - 2)  /* text that is taken */
#define MARKED 0                      /* the byte before such a cell; no text of JSON holds it as it is */

/* What a cell is: bytes of the text. No cell begins at 0, since a brace stands before it. */
typedef struct {
    uint32_t start, length;
} place;

typedef struct {
    const uint8_t *at, *end, *text;
} cursor;

static void skip_blanks(cursor *c) {
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\r')) c->at++;
}

static int is_at(const cursor *c, uint8_t character) { return c->at < c->end && *c->at == character; }

static int is_digit(const cursor *c) { return c->at < c->end && (uint8_t)(*c->at - '0') < 10; }

/* Past a text in quotation marks. 0 where it does not end in its line, else 1, or 2 where it has an escape. */
static int past_text(cursor *c) {
    int found = 1;
    for (c->at++; c->at < c->end; c->at++) {
        uint8_t character = *c->at;
        if (character == '"') {
            c->at++;
            return found;
        }
        if (character < 32) return 0;
        if (character == '\\') {
            found = 2;
            if (++c->at >= c->end || *c->at < 32) return 0;
        }
    }
    return 0;
}

static int past_number(cursor *c) {
    if (is_at(c, '-')) c->at++;
    if (!is_digit(c)) return 0;
    if (is_at(c, '0')) c->at++;
    else
        while (is_digit(c)) c->at++;
    if (is_at(c, '.')) {
        c->at++;
        if (!is_digit(c)) return 0;
        while (is_digit(c)) c->at++;
    }
    if (is_at(c, 'e') || is_at(c, 'E')) {
        c->at++;
        if (is_at(c, '-') || is_at(c, '+')) c->at++;
        if (!is_digit(c)) return 0;
        while (is_digit(c)) c->at++;
    }
    return 1;
}

static int past_word(cursor *c, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(c->end - c->at) < length || memcmp(c->at, word, length)) return 0;
    c->at += length;
    return 1;
}

/* Past a list or a record, up to the bracket that closes it; whether it is JSON is the caller's to see. */
static int past_nested(cursor *c) {
    int64_t depth = 0;
    while (c->at < c->end && *c->at != '\n') {
        uint8_t character = *c->at;
        if (character == '"') {
            if (!past_text(c)) return 0;
            continue;
        }
        c->at++;
        if (character == '[' || character == '{') depth++;
        if ((character == ']' || character == '}') && !--depth) return 1;
    }
    return 0;
}

/* Past a value, and where its cell stands; the place is all 0 where it is null. */
static int past_value(cursor *c, place *found) {
    const uint8_t *start = c->at;
    uint32_t mark = 0, quotes = 0;
    if (is_at(c, '"')) {
        int text = past_text(c);
        if (!text) return 0;
        mark = text == 2 ? MARK : 0;
        quotes = text == 1;
    } else if (is_at(c, '[') || is_at(c, '{')) {
        if (!past_nested(c)) return 0;
        mark = MARK;
    } else if (past_word(c, "null")) {
        return 1;
    } else if (!past_word(c, "true") && !past_word(c, "false") && !past_number(c)) {
        return 0;
    }
    found->start = (uint32_t)(start - c->text) + quotes;
    found->length = (uint32_t)(c->at - start - 2 * quotes) | mark;
    return 1;
}

typedef struct {
    place *keys;
    uint32_t count, most;
} names;

/* The number of a key, which is new at the end; `most` where there is no room for it. `likely` is looked at first. */
static uint32_t numbered(const uint8_t *text, names *known, place key, uint32_t likely) {
    for (uint32_t n = 0; n < known->count; n++) {
        uint32_t at = likely + n < known->count ? likely + n : likely + n - known->count;
        place other = known->keys[at];
        if (other.length == key.length && !memcmp(text + other.start, text + key.start, key.length)) return at;
    }
    if (known->count < known->most) known->keys[known->count++] = key;
    else return known->most;
    return known->count - 1;
}

/* One record, from its brace to the end of its line. `seen` is, of each key, the last row that had it, and 1. */
static int past_record(cursor *c, names *known, place *cells, uint64_t rows, uint64_t row, uint32_t *seen) {
    uint32_t likely = 0;
    c->at++;
    skip_blanks(c);
    if (is_at(c, '}')) c->at++;
    else
        for (;;) {
            place key = {(uint32_t)(c->at - c->text) + 1, 0};
            if (!is_at(c, '"') || past_text(c) != 1) return 0;
            key.length = (uint32_t)(c->at - c->text) - key.start - 1;
            uint32_t column = numbered(c->text, known, key, likely);
            if (column >= known->most || seen[column] == row + 1) return 0;
            seen[column] = (uint32_t)row + 1;
            likely = column + 1 < known->count ? column + 1 : 0;
            skip_blanks(c);
            if (!is_at(c, ':')) return 0;
            c->at++;
            skip_blanks(c);
            if (!past_value(c, cells + column * rows + row)) return 0;
            skip_blanks(c);
            if (is_at(c, '}')) {
                c->at++;
                break;
            }
            if (!is_at(c, ',')) return 0;
            c->at++;
            skip_blanks(c);
        }
    skip_blanks(c);
    return c->at == c->end || is_at(c, '\n');
}

/* Cuts lines into cells: their number, or -1 where a line is not written plainly, or there is no room.
 *
 * `keys` has room for `most` keys; how many there are is left in `key_count`, the order is that in which they come.
 * `cells` has `rows` places for each of them, all 0, and `seen` has `most` numbers, all 0; `lines` gets the number of the
 * line of each record, the first one is 0. Lines that are blank are no records. */
PUBLIC int64_t licet_records(const uint8_t *text, uint64_t length, place *keys, uint32_t most, uint32_t *key_count,
                             place *cells, uint64_t rows, int64_t *lines, uint32_t *seen) {
    cursor c = {text, text + length, text};
    names known = {keys, 0, most};
    uint64_t row = 0;
    *key_count = 0;
    if (length > LONGEST || rows >= UINT32_MAX) return -1;
    for (int64_t line = 0; c.at < c.end; line++) {
        skip_blanks(&c);
        if (c.at < c.end && *c.at != '\n') {
            if (*c.at != '{' || row >= rows || !past_record(&c, &known, cells, rows, row, seen)) return -1;
            lines[row++] = line;
        }
        if (c.at < c.end) c.at++;
    }
    *key_count = known.count;
    return (int64_t)row;
}

/* The bytes that the texts of some cells take together, each mark one more; `marks` gets whether there is one. */
PUBLIC uint64_t licet_texts_length(const place *cells, uint64_t rows, uint32_t *marks) {
    uint64_t bytes = 0;
    uint32_t any = 0;
    for (uint64_t n = 0; n < rows; n++) {
        bytes += (cells[n].length & ~MARK) + (cells[n].length >> 31);
        any |= cells[n].length;
    }
    *marks = any >> 31;
    return bytes;
}

/* The texts of some cells one after the other, as Arrow has them: where each begins, and a bit for each that there is.
 * `content` has room for what `licet_texts_length` says; `validity` is all 0. */
PUBLIC void licet_texts(const uint8_t *text, const place *cells, uint64_t rows, int32_t *offsets, uint8_t *content,
                        uint8_t *validity) {
    uint32_t at = 0;
    for (uint64_t n = 0; n < rows; n++) {
        uint32_t length = cells[n].length & ~MARK;
        offsets[n] = (int32_t)at;
        if (!cells[n].start) continue;
        if (cells[n].length & MARK) content[at++] = MARKED;
        memcpy(content + at, text + cells[n].start, length);
        at += length;
        validity[n / 8] |= (uint8_t)(1u << n % 8);
    }
    offsets[rows] = (int32_t)at;
}
