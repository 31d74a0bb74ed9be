// SPDX-License-Identifier: GPL-2.0
#include "engine/transition.h"

#define S(next, act) { LIFE_##next, ACT_##act }

const struct step life_steps[LIFE_NR][LE_NR] = {
	[LIFE_NONE] = {
		[LE_REGISTER]		= S(LIVE, BIRTH),
		[LE_REGISTER_FAILED]	= S(FAILED, FAIL),
		[LE_UNREGISTER]		= S(ENDING, END_UNSEEN),
		[LE_UNREGISTER_END]	= S(NONE, IGNORE),
		/* Using something does not prove that it is registered. */
		[LE_USE]		= S(NONE, USE_UNSEEN),
		[LE_MET]		= S(UNKNOWN, MEET),
		[LE_PUT_BELOW_ZERO]	= S(DEAD, UNDERFLOW),
		[LE_SYNC_PRESENT]	= S(LIVE, BIRTH_IN_GAP),
		[LE_SYNC_ABSENT]	= S(NONE, IGNORE),
	},
	[LIFE_UNKNOWN] = {
		/* Whether it was still registered we cannot know: no second register. */
		[LE_REGISTER]		= S(LIVE, BIRTH),
		[LE_REGISTER_FAILED]	= S(UNKNOWN, FAIL_LIVE),
		[LE_UNREGISTER]		= S(ENDING, END),
		[LE_UNREGISTER_END]	= S(DEAD, STRAY_END),
		[LE_USE]		= S(UNKNOWN, USE),
		[LE_MET]		= S(UNKNOWN, IGNORE),
		[LE_PUT_BELOW_ZERO]	= S(DEAD, UNDERFLOW),
		[LE_SYNC_PRESENT]	= S(LIVE, CONFIRM),
		[LE_SYNC_ABSENT]	= S(GONE, GAP),
	},
	[LIFE_LIVE] = {
		[LE_REGISTER]		= S(LIVE, BIRTH_AGAIN),
		[LE_REGISTER_FAILED]	= S(LIVE, FAIL_LIVE),
		[LE_UNREGISTER]		= S(ENDING, END),
		[LE_UNREGISTER_END]	= S(DEAD, STRAY_END),
		[LE_USE]		= S(LIVE, USE),
		[LE_MET]		= S(LIVE, IGNORE),
		[LE_PUT_BELOW_ZERO]	= S(LIVE, UNDERFLOW),
		[LE_SYNC_PRESENT]	= S(LIVE, CONFIRM),
		[LE_SYNC_ABSENT]	= S(GONE, GAP),
	},
	[LIFE_ENDING] = {
		[LE_REGISTER]		= S(LIVE, BIRTH),
		[LE_REGISTER_FAILED]	= S(FAILED, FAIL),
		[LE_UNREGISTER]		= S(ENDING, DOUBLE),
		[LE_UNREGISTER_END]	= S(DEAD, CLOSE),
		[LE_USE]		= S(ENDING, USE_ENDING),
		[LE_MET]		= S(ENDING, IGNORE),
		[LE_PUT_BELOW_ZERO]	= S(ENDING, UNDERFLOW),
		[LE_SYNC_PRESENT]	= S(LIVE, BIRTH_IN_GAP),
		[LE_SYNC_ABSENT]	= S(ENDING, IGNORE),
	},
	[LIFE_DEAD] = {
		[LE_REGISTER]		= S(LIVE, BIRTH),
		[LE_REGISTER_FAILED]	= S(FAILED, FAIL),
		[LE_UNREGISTER]		= S(DEAD, DOUBLE),
		[LE_UNREGISTER_END]	= S(DEAD, IGNORE),
		[LE_USE]		= S(DEAD, USE_DEAD),
		[LE_MET]		= S(DEAD, IGNORE),
		[LE_PUT_BELOW_ZERO]	= S(DEAD, UNDERFLOW),
		[LE_SYNC_PRESENT]	= S(LIVE, BIRTH_IN_GAP),
		[LE_SYNC_ABSENT]	= S(DEAD, IGNORE),
	},
	[LIFE_FAILED] = {
		[LE_REGISTER]		= S(LIVE, BIRTH),
		[LE_REGISTER_FAILED]	= S(FAILED, FAIL),
		[LE_UNREGISTER]		= S(FAILED, AFTER_FAILED),
		[LE_UNREGISTER_END]	= S(FAILED, IGNORE),
		[LE_USE]		= S(FAILED, USE_DEAD),
		[LE_MET]		= S(FAILED, IGNORE),
		[LE_PUT_BELOW_ZERO]	= S(FAILED, UNDERFLOW),
		[LE_SYNC_PRESENT]	= S(LIVE, BIRTH_IN_GAP),
		[LE_SYNC_ABSENT]	= S(FAILED, IGNORE),
	},
	[LIFE_GONE] = {
		[LE_REGISTER]		= S(LIVE, BIRTH),
		[LE_REGISTER_FAILED]	= S(FAILED, FAIL),
		[LE_UNREGISTER]		= S(ENDING, END_GONE),
		[LE_UNREGISTER_END]	= S(GONE, IGNORE),
		[LE_USE]		= S(GONE, IGNORE),
		[LE_MET]		= S(UNKNOWN, MEET),
		[LE_PUT_BELOW_ZERO]	= S(GONE, UNDERFLOW),
		[LE_SYNC_PRESENT]	= S(LIVE, BIRTH_IN_GAP),
		[LE_SYNC_ABSENT]	= S(GONE, IGNORE),
	},
};

/*
 * A struct hmm ends with its free, not with a balance of zero: gets and puts of
 * different tasks may arrive in either order. ENDING and FAILED are not used,
 * their rows are those of DEAD.
 */
#define HMM_NOT_THERE(state, put)					\
	[LIFE_##state] = {						\
		[HE_GET_FIRST]		= S(LIVE, BIRTH),		\
		[HE_GET]		= S(UNKNOWN, MEET),		\
		[HE_PUT]		= put,				\
		[HE_FREE]		= S(state, IGNORE),		\
		[HE_BACKED]		= S(state, IGNORE),		\
		[HE_BACKING_FAILED]	= S(state, IGNORE),		\
		[HE_MET]		= S(UNKNOWN, MEET),		\
		[HE_SYNC_PRESENT]	= S(LIVE, BIRTH_IN_GAP),	\
		[HE_SYNC_ABSENT]	= S(state, IGNORE),		\
	}

#define HMM_THERE(state)						\
	[LIFE_##state] = {						\
		[HE_GET_FIRST]		= S(state, GET),		\
		[HE_GET]		= S(state, GET),		\
		[HE_PUT]		= S(state, PUT),		\
		[HE_FREE]		= S(DEAD, END),			\
		[HE_BACKED]		= S(LIVE, CONFIRM),		\
		[HE_BACKING_FAILED]	= S(GONE, STILLBORN),		\
		[HE_MET]		= S(state, IGNORE),		\
		[HE_SYNC_PRESENT]	= S(LIVE, CONFIRM),		\
		[HE_SYNC_ABSENT]	= S(GONE, GAP),			\
	}

const struct step hmm_steps[LIFE_NR][HE_NR] = {
	/* The put of an unseen one proves that it existed. */
	HMM_NOT_THERE(NONE, S(UNKNOWN, MEET)),
	HMM_THERE(UNKNOWN),
	HMM_THERE(LIVE),
	HMM_NOT_THERE(ENDING, S(ENDING, PUT_DEAD)),
	HMM_NOT_THERE(DEAD, S(DEAD, PUT_DEAD)),
	HMM_NOT_THERE(FAILED, S(FAILED, PUT_DEAD)),
	HMM_NOT_THERE(GONE, S(GONE, IGNORE)),
};

#define MM_NOT_THERE(state)						\
	[LIFE_##state] = {						\
		[ME_REGISTERED]		= S(LIVE, BIRTH),		\
		[ME_RELEASE]		= S(ENDING, TEAR_DOWN),		\
		[ME_DESTROY]		= S(state, IGNORE),		\
	}

/* LIVE: has its users. ENDING: torn down. DEAD: destroyed, the cookie is free for another. */
const struct step mm_steps[LIFE_NR][ME_NR] = {
	MM_NOT_THERE(NONE),
	[LIFE_UNKNOWN] = {
		[ME_REGISTERED]		= S(LIVE, IGNORE),
		[ME_RELEASE]		= S(ENDING, TEAR_DOWN),
		[ME_DESTROY]		= S(DEAD, DESTROY),
	},
	[LIFE_LIVE] = {
		[ME_REGISTERED]		= S(LIVE, IGNORE),
		[ME_RELEASE]		= S(ENDING, TEAR_DOWN),
		[ME_DESTROY]		= S(DEAD, DESTROY),
	},
	[LIFE_ENDING] = {
		[ME_REGISTERED]		= S(ENDING, ON_DEAD),
		[ME_RELEASE]		= S(ENDING, IGNORE),
		[ME_DESTROY]		= S(DEAD, DESTROY),
	},
	MM_NOT_THERE(DEAD),
	MM_NOT_THERE(FAILED),
	MM_NOT_THERE(GONE),
};
