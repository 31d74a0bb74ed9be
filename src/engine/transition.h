/* SPDX-License-Identifier: GPL-2.0 */
/*
 * transition.h - what each event means in each state, as total tables: every
 * pair has a row, even if it says that nothing follows. tests/unit/t_engine.c
 * fails on a missing one. What a step needs beside the state (is the object
 * certain, does the stream have a baseline) is decided where the act is done.
 */
#ifndef ENGINE_TRANSITION_H
#define ENGINE_TRANSITION_H

#include <linux/types.h>

/* Where a life is. NONE: nothing was ever heard of this address. */
enum life {
	LIFE_NONE,
	LIFE_UNKNOWN,	/* exists, but its birth was not seen */
	LIFE_LIVE,
	LIFE_ENDING,	/* unregister entered; for an address space: torn down */
	LIFE_DEAD,
	LIFE_FAILED,	/* the last register of this address failed */
	LIFE_GONE,	/* ended while events were lost: nothing can be held against it */
	LIFE_NR
};

/* What can happen to a mirror or a range. */
enum life_event {
	LE_REGISTER,
	LE_REGISTER_FAILED,
	LE_UNREGISTER,
	LE_UNREGISTER_END,
	LE_USE,			/* a fault or a read on it */
	LE_MET,			/* named by another object's event as what that belongs to */
	LE_PUT_BELOW_ZERO,	/* a put of a notifier that had no users left */
	LE_SYNC_PRESENT,
	LE_SYNC_ABSENT,
	LE_NR
};

/* What can happen to a struct hmm. */
enum hmm_event {
	HE_GET_FIRST,		/* ref-get that made the count one */
	HE_GET,
	HE_PUT,
	HE_FREE,
	HE_BACKED,		/* its own notifier was registered */
	HE_BACKING_FAILED,
	HE_MET,
	HE_SYNC_PRESENT,
	HE_SYNC_ABSENT,
	HE_NR
};

/* What can happen to an address space. */
enum mm_event {
	ME_REGISTERED,		/* something was registered on it */
	ME_RELEASE,
	ME_DESTROY,
	ME_NR
};

enum act {
	ACT_MISSING,		/* no row: a bug, and a failing test */
	ACT_IGNORE,
	ACT_BIRTH,
	ACT_BIRTH_AGAIN,	/* a register of what is registered */
	ACT_BIRTH_IN_GAP,	/* a sync knows it and we do not */
	ACT_MEET,		/* first heard of in mid-life */
	ACT_FAIL,		/* nothing lives here and a register failed */
	ACT_FAIL_LIVE,		/* a register failed on what is registered */
	ACT_END,
	ACT_END_UNSEEN,		/* unregister of an address never heard of */
	ACT_END_GONE,		/* unregister of what ended, or began, unseen */
	ACT_STRAY_END,		/* the return of an unregister whose entry is missing */
	ACT_CLOSE,
	ACT_DOUBLE,
	ACT_AFTER_FAILED,
	ACT_USE,
	ACT_USE_UNSEEN,
	ACT_USE_ENDING,
	ACT_USE_DEAD,
	ACT_UNDERFLOW,
	ACT_CONFIRM,
	ACT_GAP,
	ACT_GET,
	ACT_PUT,
	ACT_PUT_DEAD,
	ACT_STILLBORN,
	ACT_ON_DEAD,		/* registered on an address space that was torn down */
	ACT_TEAR_DOWN,
	ACT_DESTROY,
	ACT_NR
};

struct step {
	__u8 next;		/* enum life */
	__u8 act;		/* enum act */
};

extern const struct step life_steps[LIFE_NR][LE_NR];
extern const struct step hmm_steps[LIFE_NR][HE_NR];
extern const struct step mm_steps[LIFE_NR][ME_NR];

#endif /* ENGINE_TRANSITION_H */
