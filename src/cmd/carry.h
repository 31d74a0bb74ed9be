/* SPDX-License-Identifier: GPL-2.0 */
/*
 * carry.h - what the rest of a stream needs of what was before it, to stand
 * alone: a window of a file, the next file of a rotation, the last seconds in
 * memory. Fed with every record up to some point, it tells in a few records
 * where things stand there:
 *
 *   start                 with the time of the first one
 *   task, symbol, stack   every name there was that something may still need
 *   sync-begin            flags carried
 *   sync-object...        what is alive, with its birth; and what has ended,
 *                         if something alive should have ended with it, or it
 *                         may be unregistered once more
 *   sync-end
 *   mirror-unregister, range-unregister-begin, mm-release   of the latter, as they
 *                         were, and of what has not returned yet
 *   mirror-register, range-register   that failed, likewise
 *   lost                  what was lost and never made up for by a walk
 */
#ifndef CMD_CARRY_H
#define CMD_CARRY_H

#include <hmmtrace/event.h>

#include <stddef.h>

struct carry;

struct carry *carry__new(void);
void carry__free(struct carry *c);
/*
 * Of what has ended in good order, and of what failed, the last nr mirrors and as
 * many ranges are told of too, so that a second unregister is found out. 0 if
 * not called.
 */
void carry__keep(struct carry *c, size_t nr);
/* How many fit into a part of so many bytes, 0: of any size, that must not be full of them. */
size_t carry_room(__u64 bytes);
/* Return: 0, or -ENOMEM. */
int carry__feed(struct carry *c, const struct hmt_hdr *rec);

typedef int (*carry_emit_fn)(void *ctx, const struct hmt_hdr *rec);
/* Nothing when nothing was fed. Return: 0, -ENOMEM, or what emit returned. */
int carry__emit(struct carry *c, carry_emit_fn emit, void *ctx);

#endif /* CMD_CARRY_H */
