/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "listen/http_chunks.h"

enum state { SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF, END_CR, END_LF, DONE };

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if ((c | 32) >= 'a' && (c | 32) <= 'f') return (c | 32) - 'a' + 10;
    return -1;
}

/* 1 to 8 digits and nothing else: RFC 9112 7.1.1 lets a reader refuse extensions. */
static int read_size(struct listen_chunks *c, char byte)
{
    int digit = hex_digit(byte);

    if (digit >= 0 && c->digits < 8) {
        c->left = c->left << 4 | (unsigned)digit;
        c->digits++;
        return LISTEN_CHUNKS_MORE;
    }
    if (byte != '\r' || c->digits == 0) return 400;
    c->digits = 0;
    c->state = SIZE_LF;
    return LISTEN_CHUNKS_MORE;
}

/* One byte between two pieces of data. */
static int read_frame(struct listen_chunks *c, char byte, uint64_t room)
{
    static const struct {
        char want;
        uint8_t next;
    } fixed[] = {
        [SIZE_LF] = {'\n', DATA},  [DATA_CR] = {'\r', DATA_LF}, [DATA_LF] = {'\n', SIZE},
        [END_CR] = {'\r', END_LF}, [END_LF] = {'\n', DONE},
    };

    if (c->state == SIZE) return read_size(c, byte);
    if (c->state == DONE || byte != fixed[c->state].want) return 400;
    if (c->state == SIZE_LF && c->left > room) return 413;
    c->state = c->state == SIZE_LF && c->left == 0 ? END_CR : fixed[c->state].next;
    return c->state == DONE ? LISTEN_CHUNKS_DONE : LISTEN_CHUNKS_MORE;
}

int listen_chunks_feed(struct listen_chunks *c, const char *bytes, size_t len, uint64_t room,
                       size_t *out_used, struct listen_span *out_data)
{
    size_t i = 0;
    int status = LISTEN_CHUNKS_MORE;

    *out_data = (struct listen_span){NULL, 0};
    while (i < len && status == LISTEN_CHUNKS_MORE) {
        if (c->state == DATA) {
            size_t n = len - i < c->left ? len - i : (size_t)c->left;

            *out_data = (struct listen_span){bytes + i, n};
            i += n;
            c->left -= n;
            if (c->left == 0) c->state = DATA_CR;
            break;
        }
        status = read_frame(c, bytes[i++], room);
    }
    *out_used = i;
    return status;
}
